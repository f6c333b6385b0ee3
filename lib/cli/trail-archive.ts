import { readFileSync, writeFileSync } from 'node:fs';
import type { PublicKey } from '#aws/trail-keys.ts';
import { userError } from '#mesh/error.ts';

/** What a verification needs beside the files, so that nobody has to be asked: the public keys, and the signatures that a copy of the files loses. */
export interface TrailArchive {
  readonly keys: readonly PublicKey[];
  /** Of the newest digest of each chain, hex, by key. */
  readonly signatures: Readonly<Record<string, string>>;
}

/** @throws WeftError `WEFT-AUDIT-056` for a file that is no archive */
export function readArchive(path: string): TrailArchive {
  try {
    const { keys, signatures = {} } = JSON.parse(readFileSync(path, 'utf8')) as Partial<TrailArchive>;
    if (keys?.every(({ fingerprint, value }) => typeof fingerprint === 'string' && typeof value === 'string')) {
      return { keys, signatures };
    }
  } catch (cause) {
    throw noArchive(path, cause);
  }
  throw noArchive(path);
}

/** Adds to what an archive has already: keys are changed by CloudTrail, and older files need the older ones. */
export function saveArchive(path: string, added: TrailArchive): void {
  let former: TrailArchive = { keys: [], signatures: {} };
  try {
    readFileSync(path);
    former = readArchive(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const keys = new Map([...former.keys, ...added.keys].map((key) => [key.fingerprint, key]));
  const archive = { keys: [...keys.values()], signatures: { ...former.signatures, ...added.signatures } };
  writeFileSync(path, `${JSON.stringify(archive, undefined, 2)}\n`);
}

function noArchive(path: string, cause?: unknown): Error {
  return userError('WEFT-AUDIT-056', `${path} has no public keys of CloudTrail`, {
    cause,
    hint: 'make one with weft audit verify-trail --save-keys <file>',
  });
}
