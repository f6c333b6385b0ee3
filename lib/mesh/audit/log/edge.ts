import { type Hash, nodeHash, rootOf, type Sha256 } from './merkle.ts';
import { TILE_WIDTH } from './tile.ts';

/** The right edge of a tree in tiles: all that is needed to add leaves and to tell the root. */
export interface Edge {
  readonly size: number;
  /** By level, the hashes of its last tile as far as it is partial; a level whose tiles are all full has none. */
  readonly levels: readonly (readonly Hash[])[];
}

export const EMPTY_EDGE: Edge = { size: 0, levels: [] };

/** A tile that came to be by adding leaves. */
export interface Tile {
  readonly level: number;
  readonly index: number;
  readonly hashes: readonly Hash[];
}

/** Adds leaves: the new edge, and every tile that is full now or has grown. */
export function extend(edge: Edge, leaves: readonly Hash[], sha256: Sha256): { edge: Edge; tiles: Tile[] } {
  const levels = edge.levels.map((level) => [...level]);
  const counts = edge.levels.map((_, level) => countAt(edge.size, level));
  const tiles: Tile[] = [];
  const grown = new Set<number>();
  const add = (level: number, hash: Hash): void => {
    levels[level] ??= [];
    const row = levels[level];
    row.push(hash);
    grown.add(level);
    counts[level] = (counts[level] ?? 0) + 1;
    if (row.length < TILE_WIDTH) return;
    tiles.push({ level, index: (counts[level] ?? 0) / TILE_WIDTH - 1, hashes: [...row] });
    levels[level] = [];
    add(level + 1, rootOf(row, sha256));
  };
  for (const leaf of leaves) add(0, leaf);
  for (const level of grown) {
    const row = levels[level] ?? [];
    if (row.length > 0) tiles.push({ level, index: Math.floor((counts[level] ?? 0) / TILE_WIDTH), hashes: row });
  }
  return { edge: { size: edge.size + leaves.length, levels }, tiles };
}

/** How many hashes a level has in a tree of that size. */
function countAt(size: number, level: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The tiles of the edge of a tree of that size: level, index and width of each that is partial. */
export function partialTiles(size: number): { level: number; index: number; width: number }[] {
  const tiles: { level: number; index: number; width: number }[] = [];
  for (let level = 0; countAt(size, level) > 0; level += 1) {
    const count = countAt(size, level);
    const width = count % TILE_WIDTH;
    if (width > 0) tiles.push({ level, index: Math.floor(count / TILE_WIDTH), width });
  }
  return tiles;
}

/** RFC 6962's root of the tree. */
export function rootOfEdge({ levels }: Edge, sha256: Sha256): Hash {
  // The perfect subtrees of the tree, from the largest on: each level's row in the powers of two that it is made of.
  const subtrees: Hash[] = [];
  for (const row of levels.toReversed()) {
    let start = 0;
    for (let width = TILE_WIDTH / 2; width >= 1; width /= 2) {
      if ((row.length & width) === 0) continue;
      subtrees.push(rootOf(row.slice(start, start + width), sha256));
      start += width;
    }
  }
  const last = subtrees.pop();
  if (last === undefined) return sha256(new Uint8Array());
  return subtrees.reduceRight((right, left) => nodeHash(left, right, sha256), last);
}
