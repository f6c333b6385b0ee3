import { sameBytes } from './bytes.ts';
import type { Sha256 } from './merkle.ts';

/** The kind of an Ed25519 signature in a C2SP signed note. */
const ED25519 = 1;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** A note has at most that many signatures here; the format asks for at least 16. */
const MAX_SIGNATURES = 64;

const encoder = new TextEncoder();

/** A public key that signs notes, with the name that it signs under. */
export interface VerifierKey {
  readonly name: string;
  /** The first four bytes of SHA-256 over name, line feed, kind and key. */
  readonly id: Uint8Array;
  /** The 32 bytes of RFC 8032. */
  readonly publicKey: Uint8Array;
}

export type VerifySignature = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

/** What a note was signed with. */
export interface NoteSignature {
  readonly name: string;
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Note {
  /** With its final line feed: this is what was signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export function verifierKey(name: string, publicKey: Uint8Array, sha256: Sha256): VerifierKey {
  const head = encoder.encode(`${name}\n`);
  return { name, id: sha256(concat(head, Uint8Array.of(ED25519), publicKey)).slice(0, 4), publicKey };
}

/** `<name>+<hex id>+<base64 of kind and key>`: how a verifier key is written down. */
export function formatVerifierKey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${hexOf(id)}+${base64Of(concat(Uint8Array.of(ED25519), publicKey))}`;
}

/** Reads a verifier key; undefined when it is none, or its id is not that of its key. */
export function parseVerifierKey(text: string, sha256: Sha256): VerifierKey | undefined {
  const [, name = '', id = '', encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = bytesOf(encoded);
  if (bytes?.[0] !== ED25519 || bytes.length !== 1 + KEY_BYTES) return undefined;
  const key = verifierKey(name, bytes.slice(1), sha256);
  return hexOf(key.id) === id ? key : undefined;
}

/** A text that ends in a line feed, with a signature under it. */
export function formatNote(text: string, key: VerifierKey, signature: Uint8Array): string {
  return `${text}\n— ${key.name} ${base64Of(concat(key.id, signature))}\n`;
}

/** Reads a note; undefined when it has not the form of one. */
export function parseNote(note: string): Note | undefined {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || !note.endsWith('\n') || hasControls(note)) return undefined;
  const lines = note.slice(split + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = /^— ([^\s+]+) (\S+)$/.exec(line) ?? [];
    const bytes = bytesOf(encoded);
    if (bytes === undefined || bytes.length < 5) return undefined;
    signatures.push({ name, id: bytes.slice(0, 4), signature: bytes.slice(4) });
  }
  return { text: note.slice(0, split + 1), signatures };
}

/** True when the key has signed the note, and no signature of it is wrong. */
export function isSignedBy(note: Note, key: VerifierKey, verify: VerifySignature): boolean {
  const own = note.signatures.filter(({ name, id }) => name === key.name && sameBytes(id, key.id));
  const message = encoder.encode(note.text);
  return (
    own.length > 0 &&
    own.every(({ signature }) => signature.length === SIGNATURE_BYTES && verify(key.publicKey, message, signature))
  );
}

function hasControls(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes of standard base64, or undefined when it is not written exactly as it would be. */
export function bytesOf(base64: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return base64Of(bytes) === base64 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
