import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { canonicalText } from '#mesh/canonical.ts';
import { userError } from '#mesh/error.ts';

/** The key of an entry in the order of its list, in parts. */
export type Place = readonly string[];

/** Which list a place is in: its route and what it is filtered by. */
export interface ListName {
  readonly route: string;
  readonly filter: Readonly<Record<string, string | undefined>>;
}

/**
 * Places in lists as callers carry them. They are sealed, for a page may end at an entry that its caller may not see, and the key of an entry says what it is. What
 * is opened again is a place to begin at and nothing more: who sees what is asked anew on each page.
 */
export interface Cursors {
  seal(list: ListName, place: Place): Promise<string>;
  /** @throws WEFT-API-011 for what was not sealed here for that list. */
  open(list: ListName, text: string): Promise<Place>;
}

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
const BLOCK = 256;

/** Seals under a key of 32 bytes, which is asked for when the first page has a next one. */
export function createCursors(key: () => Promise<Uint8Array>): Cursors {
  return {
    async seal(list, place) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, await key(), nonce, { authTagLength: TAG }).setAAD(nameOf(list));
      const sealed = Buffer.concat([cipher.update(padded(JSON.stringify(place))), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    async open(list, text) {
      const bytes = Buffer.from(text, 'base64url');
      const [nonce, tag] = [bytes.subarray(0, NONCE), bytes.subarray(NONCE, NONCE + TAG)];
      if (tag.length < TAG || bytes.toString('base64url') !== text) throw notAPlace();
      const decipher = createDecipheriv(CIPHER, await key(), nonce, { authTagLength: TAG });
      decipher.setAAD(nameOf(list)).setAuthTag(tag);
      try {
        const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
        return JSON.parse(opened.toString()) as Place;
      } catch (cause) {
        throw notAPlace(cause);
      }
    },
  };
}

/** A seal hides what is in it, and not how long it is; spaces behind mean nothing to JSON. */
function padded(text: string): string {
  const bytes = Buffer.byteLength(text);
  return text + ' '.repeat(Math.ceil(bytes / BLOCK) * BLOCK - bytes);
}

function nameOf({ route, filter }: ListName): Buffer {
  const set = Object.entries(filter).filter(([, value]) => value !== undefined);
  return Buffer.from(canonicalText({ route, filter: Object.fromEntries(set) }));
}

function notAPlace(cause?: unknown): Error {
  return userError('WEFT-API-011', '`next` is no place in this list: it is damaged, or of another list or filter', {
    cause,
    hint: 'send the `next` of the answer before with the filter that it was asked with, or none for the first page',
  });
}
