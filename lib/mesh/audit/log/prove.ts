import type { LogFiles } from './files.ts';
import { type Hash, nodeHash, rootOf, type Sha256, splitOf } from './merkle.ts';
import { hexOf } from './note.ts';
import { decodeBundle, decodeTile, idKey, TILE_WIDTH, tilePath } from './tile.ts';

type Reader = Pick<LogFiles, 'read'>;

/** The index of the entry of an id, or undefined when the log has none. */
export async function indexOfEntry(id: string, files: Reader, sha256: Sha256): Promise<number | undefined> {
  const found = await files.read(idKey(hexOf(sha256(new TextEncoder().encode(id)))));
  const digits = found && /^(\d+)\n$/.exec(new TextDecoder().decode(found))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The bytes of an entry of a tree of that size, or undefined when the log lacks them. */
export async function leafAt(index: number, size: number, files: Reader): Promise<Uint8Array | undefined> {
  const at = Math.floor(index / TILE_WIDTH);
  const bytes = await files.read(tilePath('entries', at, Math.min(TILE_WIDTH, size - at * TILE_WIDTH)));
  return bytes && decodeBundle(bytes)?.[index % TILE_WIDTH];
}

/** The siblings of an entry from the bottom up, from a few tiles; undefined when the log lacks one of them. */
export async function pathFromTiles(
  index: number,
  size: number,
  files: Reader,
  sha256: Sha256,
): Promise<Hash[] | undefined> {
  const tiles = new Map<string, Hash[]>();
  const hashes = async (level: number, from: number, count: number): Promise<Hash[]> => {
    const at = Math.floor(from / TILE_WIDTH);
    const path = tilePath(level, at, Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - at * TILE_WIDTH));
    const known = tiles.get(path) ?? decodeTile((await files.read(path)) ?? new Uint8Array(1));
    if (known === undefined) throw new Missing();
    tiles.set(path, known);
    return known.slice(from % TILE_WIDTH, (from % TILE_WIDTH) + count);
  };
  /** The root of the leaves from `start` to before `end`: of a perfect subtree out of one tile. */
  const root = async (start: number, end: number): Promise<Hash> => {
    const split = splitOf(end - start);
    if (split * 2 !== end - start && end - start > 1)
      return nodeHash(await root(start, start + split), await root(start + split, end), sha256);
    const level = Math.floor(Math.log2(end - start) / 8);
    const each = TILE_WIDTH ** level;
    return rootOf(await hashes(level, start / each, (end - start) / each), sha256);
  };
  const walk = async (start: number, end: number): Promise<Hash[]> => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...(await walk(start, middle)), await root(middle, end)]
      : [...(await walk(middle, end)), await root(start, middle)];
  };
  try {
    return await walk(0, size);
  } catch (error) {
    if (error instanceof Missing) return undefined;
    throw error;
  }
}

class Missing extends Error {}
