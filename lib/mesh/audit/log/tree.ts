import type { AuditEntry } from '../entry.ts';
import { beginsWith, sameBytes } from './bytes.ts';
import { readEntry } from './entry-shape.ts';
import type { LogFiles } from './files.ts';
import { Frontier } from './frontier.ts';
import { type Hash, leafHash, rootOf, type Sha256 } from './merkle.ts';
import type { Problems } from './problem.ts';
import { decodeBundle, encodeTile, TILE_WIDTH, tilePath } from './tile.ts';

/** What verifying remembers of bytes that have not changed since: for whoever holds many variants of one log against each other. */
export type Memo = WeakMap<Uint8Array, unknown>;

/** One bundle of entries, read and hashed. */
interface Bundle {
  readonly bytes: Uint8Array;
  /** Where each entry ends in the bytes. */
  readonly ends: readonly number[];
  readonly texts: readonly string[];
  readonly leaves: readonly Hash[];
  /** The level-0 tile that its leaves make. */
  readonly tile: Uint8Array;
  readonly entries: readonly (AuditEntry | undefined)[];
  /** What is wrong with an entry, by its place in the bundle. */
  readonly wrong: readonly (readonly [number, string])[];
}

/** The tree that the entries of a log give. */
export interface Tree {
  readonly size: number;
  readonly bundles: readonly Bundle[];
  /** From level 1 on: the tiles of each level. */
  readonly upper: readonly (readonly Uint8Array[])[];
  /** The roots of the sizes asked for so far. */
  readonly roots: Map<number, Hash>;
}

/** The tree that was last built from a first bundle. */
const trees = new WeakMap<Bundle, Tree>();

interface ReadContext {
  readonly files: LogFiles;
  readonly sha256: Sha256;
  readonly problems: Problems;
  readonly memo: Memo;
  progress?(entries: number, of: number): void;
}

/** Reads the entries of the first `size` leaves and builds the tree; undefined when they cannot be read whole. */
export async function readTree(size: number, context: ReadContext): Promise<Tree | undefined> {
  const { files, sha256, problems, memo } = context;
  const bundles: Bundle[] = [];
  for (let index = 0; index * TILE_WIDTH < size; index += 1) {
    const width = Math.min(TILE_WIDTH, size - index * TILE_WIDTH);
    const path = tilePath('entries', index, width);
    const bytes = await files.read(path);
    if (bytes === undefined) {
      problems.error(3, path, `it is missing: ${width} entries from index ${index * TILE_WIDTH} on cannot be shown`);
      return undefined;
    }
    const bundle = (memo.get(bytes) as Bundle | undefined) ?? readBundle(bytes, sha256);
    if (bundle?.texts.length !== width) {
      const found = bundle === undefined ? 'its lengths do not come out' : `it holds ${bundle.texts.length} entries`;
      problems.error(4, path, `${found}, where ${width} entries from index ${index * TILE_WIDTH} on belong`);
      return undefined;
    }
    memo.set(bytes, bundle);
    // Before the entries are looked at: a changed one is told as what it is, a hash that is not its own.
    await compareLeaves(bundle, index, width, context);
    for (const [offset, what] of bundle.wrong)
      problems.error(6, path, `entry ${index * TILE_WIDTH + offset} has not the shape of an entry: ${what}`);
    bundles.push(bundle);
    context.progress?.(index * TILE_WIDTH + width, size);
  }
  const known = bundles[0] && trees.get(bundles[0]);
  if (known?.size === size && known.bundles.every((bundle, index) => bundle === bundles[index])) return known;
  const tree = { size, bundles, upper: upperTiles(bundles, sha256), roots: new Map<number, Hash>() };
  if (bundles[0] !== undefined) trees.set(bundles[0], tree);
  return tree;
}

async function compareLeaves(bundle: Bundle, index: number, width: number, context: ReadContext): Promise<void> {
  const path = tilePath(0, index, width);
  const stored = await context.files.read(path);
  if (stored === undefined) {
    context.problems.error(3, path, 'it is missing from the log');
    return;
  }
  if (sameBytes(stored, bundle.tile)) return;
  const at = bundle.leaves.findIndex(
    (_, offset) => !beginsWith(stored.subarray(offset * 32), bundle.tile.subarray(offset * 32, offset * 32 + 32)),
  );
  const which =
    at < 0
      ? 'more hashes than there are entries'
      : `another hash for entry ${index * TILE_WIDTH + at} than its text gives`;
  context.problems.error(4, path, `it has ${which}: the entry or the hash was changed`);
}

function readBundle(bytes: Uint8Array, sha256: Sha256): Bundle | undefined {
  const parts = decodeBundle(bytes);
  if (parts === undefined) return undefined;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const texts = parts.map((part) => decoder.decode(part));
  const leaves = parts.map((part) => leafHash(part, sha256));
  const read = texts.map(readEntry);
  let end = 0;
  return {
    bytes,
    ends: parts.map(({ length }) => {
      end += 2 + length;
      return end;
    }),
    texts,
    leaves,
    tile: encodeTile(leaves),
    entries: read.map(({ entry }) => entry),
    wrong: read.flatMap(({ wrong }, offset) => wrong.map((what) => [offset, what] as const)),
  };
}

/** The tiles above the leaves: each hash is the root of a full tile below. */
function upperTiles(bundles: readonly Bundle[], sha256: Sha256): Uint8Array[][] {
  const levels: Uint8Array[][] = [[]];
  let row: Hash[] = bundles
    .filter(({ leaves }) => leaves.length === TILE_WIDTH)
    .map(({ leaves }) => rootOf(leaves, sha256));
  while (row.length > 0) {
    const tiles: Uint8Array[] = [];
    const next: Hash[] = [];
    for (let start = 0; start < row.length; start += TILE_WIDTH) {
      const hashes = row.slice(start, start + TILE_WIDTH);
      tiles.push(encodeTile(hashes));
      if (hashes.length === TILE_WIDTH) next.push(rootOf(hashes, sha256));
    }
    levels.push(tiles);
    row = next;
  }
  return levels;
}

/** The root of the tree of the first `size` leaves, for each of the sizes; none for a size that the tree does not reach. */
export function rootsAt(tree: Tree, sizes: Iterable<number>, sha256: Sha256): ReadonlyMap<number, Hash> {
  const open = [...sizes].filter((size) => size <= tree.size && !tree.roots.has(size)).sort((a, b) => a - b);
  const frontier = new Frontier(sha256);
  for (const size of open) {
    while (frontier.size < size) {
      const bundle = tree.bundles[Math.floor(frontier.size / TILE_WIDTH)] as Bundle;
      frontier.add(bundle.leaves[frontier.size % TILE_WIDTH] as Hash);
    }
    tree.roots.set(size, frontier.root());
  }
  return tree.roots;
}

/** The text of an entry. */
export function textAt(tree: Tree, index: number): string | undefined {
  return tree.bundles[Math.floor(index / TILE_WIDTH)]?.texts[index % TILE_WIDTH];
}

/** Every entry with its index, as far as its text can be read. */
export function* entriesOf(tree: Tree): Generator<readonly [number, AuditEntry]> {
  for (const [at, { entries }] of tree.bundles.entries())
    for (const [offset, entry] of entries.entries()) if (entry !== undefined) yield [at * TILE_WIDTH + offset, entry];
}
