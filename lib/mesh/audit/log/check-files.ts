import type { AuditEntry } from '../entry.ts';
import { beginsWith } from './bytes.ts';
import { partialTiles } from './edge.ts';
import { readEntry } from './entry-shape.ts';
import type { LogFiles } from './files.ts';
import type { Sha256 } from './merkle.ts';
import { detailText } from './message.ts';
import { hexOf } from './note.ts';
import type { Problems } from './problem.ts';
import {
  CHECKPOINT,
  CHECKPOINTS,
  checkpointKey,
  DETAILS_PREFIX,
  detailsKey,
  ENTRIES_PREFIX,
  entriesKey,
  IDS_PREFIX,
  idKey,
  LOG_KEY,
  startOf,
  TILE_WIDTH,
  tilePath,
} from './tile.ts';
import { entriesOf, type Memo, type Tree, textAt } from './tree.ts';

interface FileContext {
  readonly files: LogFiles;
  readonly keys: ReadonlySet<string>;
  /** The sizes of the checkpoints: the tiles of each of them are kept. */
  readonly sizes: Iterable<number>;
  readonly sha256: Sha256;
  readonly problems: Problems;
  readonly memo: Memo;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Holds every tile, bundle, commit, id and detail against the tree: what is missing, what differs, what nobody accounts for. */
export async function checkFiles(tree: Tree, context: FileContext): Promise<void> {
  const pending = await committedBeyond(tree, context);
  await checkTiles(tree, pending, context);
  await checkCommits(tree, context);
  await checkIds(tree, pending, context);
  await checkDetails(tree, context);
}

/** What a run committed that no checkpoint covers yet; the files that follow from it may be there or not. */
async function committedBeyond(tree: Tree, { files, keys, problems }: FileContext): Promise<readonly AuditEntry[]> {
  const key = entriesKey(tree.size);
  // It may have come since the files were listed, and some of what follows from it before.
  const bytes = await files.read(key);
  if (bytes === undefined) return [];
  const text = decoder.decode(bytes);
  const lines = text.split('\n');
  const end = lines.pop();
  const entries: AuditEntry[] = [];
  for (const [at, line] of lines.entries()) {
    const { entry, wrong } = readEntry(line);
    if (entry !== undefined) entries.push(entry);
    else problems.error(6, key, `line ${at + 1} has not the shape of an entry: ${wrong.slice(0, 5).join('; ')}`);
  }
  // The next run would sign it, or fail at it for ever.
  if (end !== '' || lines.length === 0) problems.error(7, key, 'it does not end with an entry: it was changed');
  if (!keys.has(key)) return entries;
  problems.warning(
    17,
    key,
    `${lines.length} entries are committed and not signed yet: a run is under way, or was cut off`,
  );
  return entries;
}

async function checkTiles(tree: Tree, pending: readonly AuditEntry[], context: FileContext): Promise<void> {
  const { files, keys, problems, memo } = context;
  const expected = expectedTiles(tree, context.sizes);
  const beyond = new Set<string>();
  for (let size = tree.size + 1; size <= tree.size + pending.length; size += 1) {
    for (const { level, index, width } of partialTiles(size))
      beyond.add(tilePath(level, index, width)).add(tilePath(level, index, TILE_WIDTH));
    const index = Math.floor((size - 1) / TILE_WIDTH);
    beyond
      .add(tilePath('entries', index, size - index * TILE_WIDTH))
      .add(tilePath(0, index, size - index * TILE_WIDTH));
  }
  for (const [key, whole] of expected) {
    const bytes = await files.read(key);
    if (bytes === undefined) problems.error(3, key, 'it is missing from the log');
    else if (bytes !== whole && memo.get(bytes) !== whole) {
      const width = Number(/\.p\/(\d+)$/.exec(key)?.[1] ?? TILE_WIDTH);
      const length = key.includes('/entries/') ? lengthOf(tree, whole, width) : width * 32;
      if (bytes.length !== length || !beginsWith(whole, bytes))
        problems.error(4, key, 'it is not what the entries give: it was changed');
      else memo.set(bytes, whole);
    }
  }
  for (const key of keys) {
    if (!key.startsWith('log/') || key === CHECKPOINT || key === LOG_KEY || key.startsWith(CHECKPOINTS)) continue;
    if (!expected.has(key) && !beyond.has(key)) problems.error(12, key, 'nothing of this log accounts for it');
  }
}

/** What was last expected beside a tree, by the sizes that were asked for. */
const tilesOf = new WeakMap<Tree, { wanted: string; expected: Map<string, Uint8Array> }>();

/** Every tile and bundle that has to be there, with bytes that it is the beginning of. */
function expectedTiles(tree: Tree, sizes: Iterable<number>): ReadonlyMap<string, Uint8Array> {
  const wanted = [...sizes].join(' ');
  const known = tilesOf.get(tree);
  if (known?.wanted === wanted) return known.expected;
  const expected = new Map<string, Uint8Array>();
  tilesOf.set(tree, { wanted, expected });
  for (const [index, { leaves, bytes, tile }] of tree.bundles.entries()) {
    if (leaves.length < TILE_WIDTH) continue;
    expected.set(tilePath('entries', index, TILE_WIDTH), bytes).set(tilePath(0, index, TILE_WIDTH), tile);
  }
  for (const [level, tiles] of tree.upper.entries())
    for (const [index, tile] of tiles.entries())
      if (tile.length === TILE_WIDTH * 32) expected.set(tilePath(level, index, TILE_WIDTH), tile);
  for (const size of sizes) {
    if (size > tree.size) continue;
    for (const { level, index, width } of partialTiles(size)) {
      const bundle = tree.bundles[index];
      const tile = level === 0 ? bundle?.tile : tree.upper[level]?.[index];
      if (tile !== undefined) expected.set(tilePath(level, index, width), tile);
      if (level === 0 && bundle !== undefined) expected.set(tilePath('entries', index, width), bundle.bytes);
    }
  }
  return expected;
}

function lengthOf(tree: Tree, whole: Uint8Array, width: number): number {
  return tree.bundles.find(({ bytes }) => bytes === whole)?.ends[width - 1] ?? -1;
}

/** The commits, which are the table that is queried: the same entries in the same order, none left out and none added. */
async function checkCommits(tree: Tree, { files, keys, sizes, problems, memo }: FileContext): Promise<void> {
  const signed = new Set(sizes);
  const starts = [...keys]
    .filter((key) => key.startsWith(ENTRIES_PREFIX))
    .map((key) => ({ key, start: startOf(key) }))
    .sort((left, right) => (left.start ?? -1) - (right.start ?? -1));
  let next = 0;
  const checkCommit = async (key: string, start: number): Promise<boolean> => {
    const bytes = await files.read(key);
    if (bytes === undefined) return false;
    const known = memo.get(bytes) as { tree: Tree; end: number } | undefined;
    const end = known?.tree === tree ? known.end : commitEnd(tree, start, bytes, key, problems);
    if (end === undefined) {
      next = start + decoder.decode(bytes).split('\n').length - 1;
      return true;
    }
    memo.set(bytes, { tree, end });
    next = end;
    if (!signed.has(end)) problems.error(3, checkpointKey(end), 'it is missing: each commit ends with a checkpoint');
    return true;
  };
  for (const { key, start } of starts) {
    if (start === undefined || start > tree.size) {
      problems.error(7, key, 'it begins where the log has not come to');
      continue;
    }
    if (start === tree.size) continue;
    if (start !== next) {
      const what =
        start > next
          ? `entries ${next} to ${start - 1} are in no file before it`
          : 'the file before it holds its entries';
      problems.error(7, key, what);
    }
    if (!(await checkCommit(key, start))) problems.error(3, key, 'it is missing from the log');
  }
  // What was committed since the files were listed, as far as the checkpoints go that were listed after them.
  for (let from = -1; from < next && next < tree.size; ) {
    from = next;
    if (!(await checkCommit(entriesKey(from), from))) break;
  }
  if (next < tree.size)
    problems.error(7, entriesKey(next), `entries ${next} to ${tree.size - 1} are in the log and not in the table`);
}

/** The index after the last entry of a commit; undefined when it is not what the log has. */
function commitEnd(tree: Tree, start: number, bytes: Uint8Array, key: string, problems: Problems): number | undefined {
  const lines = decoder.decode(bytes).split('\n');
  const end = start + lines.length - 1;
  const wrong = lines.slice(0, -1).findIndex((line, offset) => line !== textAt(tree, start + offset));
  const expected = lines.slice(0, -1).map((_, offset) => `${textAt(tree, start + offset) ?? ''}\n`);
  if (wrong < 0 && lines.at(-1) === '' && end > start && sameText(bytes, expected.join(''))) return end;
  const where =
    wrong < 0 ? 'it does not end with an entry' : `line ${wrong + 1} is not entry ${start + wrong} of the log`;
  problems.error(7, key, `${where}: it was changed`);
  return undefined;
}

function sameText(bytes: Uint8Array, text: string): boolean {
  const expected = encoder.encode(text);
  return expected.length === bytes.length && beginsWith(bytes, expected);
}

async function checkIds(tree: Tree, pending: readonly AuditEntry[], context: FileContext): Promise<void> {
  const { files, keys, problems, sha256, memo } = context;
  const expected = idsOf(tree, context);
  for (const [key, index] of expected) {
    const bytes = await files.read(key);
    if (bytes === undefined) problems.error(8, key, `it is missing: entry ${index} could be appended again`);
    else if (memo.get(bytes) === index) continue;
    else if (sameText(bytes, `${index}\n`)) memo.set(bytes, index);
    else problems.error(8, key, `it does not say ${index}, where the entry stands`);
  }
  const soon = new Set(pending.map(({ id }) => idKey(hexOf(sha256(encoder.encode(id))))));
  for (const key of keys)
    if (key.startsWith(IDS_PREFIX) && !expected.has(key) && !soon.has(key))
      problems.error(8, key, 'no entry of the log has this id: an entry was taken out');
}

const idsSeen = new WeakMap<Tree, Map<string, number>>();

/** The key of each id with the index of its entry; an id that stands twice is told. */
function idsOf(tree: Tree, { sha256, problems }: FileContext): ReadonlyMap<string, number> {
  const known = idsSeen.get(tree);
  if (known !== undefined) return known;
  const ids = new Map<string, number>();
  for (const [index, { id }] of entriesOf(tree)) {
    const key = idKey(hexOf(sha256(encoder.encode(id))));
    const first = ids.get(key);
    if (first === undefined) ids.set(key, index);
    else problems.error(8, key, `entries ${first} and ${index} have the same id ${id}`);
  }
  idsSeen.set(tree, ids);
  return ids;
}

async function checkDetails(tree: Tree, { files, keys, problems, sha256, memo }: FileContext): Promise<void> {
  for (const [index, { stateRef, detailsRef }] of entriesOf(tree))
    for (const ref of [stateRef, detailsRef])
      if (ref !== undefined && !keys.has(detailsKey(ref)) && (await files.read(detailsKey(ref))) === undefined)
        problems.error(9, detailsKey(ref), `it is missing: entry ${index} refers to it`);
  for (const key of keys) {
    if (!key.startsWith(DETAILS_PREFIX)) continue;
    const bytes = await files.read(key);
    if (bytes === undefined || memo.get(bytes) === key) continue;
    const name = /([0-9a-f]{64})\.json$/.exec(key)?.[1] ?? '';
    if (detailText(decoder.decode(bytes), name, sha256) !== undefined) memo.set(bytes, key);
    else problems.error(9, key, 'its text has another SHA-256 than its name: it was changed');
  }
}
