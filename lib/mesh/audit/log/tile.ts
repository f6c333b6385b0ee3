import { HASH_BYTES, type Hash } from './merkle.ts';

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256;

/** The key of an object of the log, below its bucket. */
const LOG_PREFIX = 'log/';
export const CHECKPOINT = `${LOG_PREFIX}checkpoint`;
export const CHECKPOINTS = `${LOG_PREFIX}checkpoints/`;
export const LOG_KEY = `${LOG_PREFIX}key`;
/** Below it stands what was committed, as lines of JSON; the table `entries`. */
export const ENTRIES_PREFIX = 'entries/';
export const IDS_PREFIX = 'ids/';
export const DETAILS_PREFIX = 'details/';

/** The longest leaf that an entry bundle holds: its length is a uint16. */
export const MAX_LEAF_BYTES = 65_535;

/** `<level>/<n>` with `.p/<width>` for a partial tile; `n` in groups of three digits, all but the last after an `x` (C2SP tlog-tiles). */
export function tilePath(level: number | 'entries', index: number, width: number): string {
  const partial = width === TILE_WIDTH ? '' : `.p/${width}`;
  return `${LOG_PREFIX}tile/${level}/${grouped(index, 'x')}${partial}`;
}

/** The key of what was committed from an index on. */
export function entriesKey(start: number): string {
  return `${ENTRIES_PREFIX}${String(start)
    .padStart(12, '0')
    .replaceAll(/(\d{3})(?=\d)/g, '$1/')}.jsonl`;
}

/** The index that the key of a commit names, or undefined. */
export function startOf(key: string): number | undefined {
  const digits = /^entries\/((?:\d{3}\/){3}\d{3})\.jsonl$/.exec(key)?.[1];
  return digits === undefined ? undefined : Number(digits.replaceAll('/', ''));
}

/** The key of the checkpoint of a size, in the log and with the witness. */
export function checkpointKey(size: number, prefix = CHECKPOINTS): string {
  return `${prefix}${String(size).padStart(12, '0')}`;
}

export function idKey(sha256OfId: string): string {
  return `${IDS_PREFIX}${sha256OfId}`;
}

export function detailsKey(sha256: string): string {
  return `${DETAILS_PREFIX}${sha256}.json`;
}

function grouped(index: number, prefix: string): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `${prefix}${group}`)).join('/');
}

/** The bytes of a tile: its hashes one after the other. */
export function encodeTile(hashes: readonly Hash[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES);
  for (const [index, hash] of hashes.entries()) bytes.set(hash, index * HASH_BYTES);
  return bytes;
}

/** The hashes of a tile, or undefined when the bytes are no whole number of hashes. */
export function decodeTile(bytes: Uint8Array): Hash[] | undefined {
  if (bytes.length % HASH_BYTES !== 0) return undefined;
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

/** The bytes of an entry bundle: each entry after its length as a uint16. @throws RangeError for an entry that is too long. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, { length }) => sum + 2 + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_LEAF_BYTES) throw new RangeError(`an entry of ${entry.length} bytes does not fit a bundle`);
    view.setUint16(at, entry.length);
    bytes.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bytes;
}

/** The entries of a bundle, or undefined when its lengths do not come out. */
export function decodeBundle(bytes: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) return undefined;
    const end = at + 2 + view.getUint16(at);
    if (end > bytes.length) return undefined;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
