import { closeSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

/** The first 64 KiB of a text file, decompressed when it is gzip. */
export function head(path: string): string {
  const bytes = first(path, 65_536);
  // A cut stream still yields what it holds so far.
  return (magic(bytes) ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes).toString('utf8');
}

/** Told from the content, for a key need not end in `.gz`. */
export function isGzip(path: string): boolean {
  return magic(first(path, 2));
}

function first(path: string, most: number): Buffer {
  const buffer = Buffer.alloc(most);
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, most, 0));
  } finally {
    closeSync(file);
  }
}

function magic(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
