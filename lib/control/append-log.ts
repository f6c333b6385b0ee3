import type { ObjectStore, WriteOnce } from '#aws/s3.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { formatCheckpoint, openCheckpoint } from '#mesh/audit/log/checkpoint.ts';
import { type Edge, EMPTY_EDGE, extend, partialTiles, rootOfEdge } from '#mesh/audit/log/edge.ts';
import { readEntry } from '#mesh/audit/log/entry-shape.ts';
import type { LogCrypto } from '#mesh/audit/log/files.ts';
import { leafBytes } from '#mesh/audit/log/leaf.ts';
import { leafHash } from '#mesh/audit/log/merkle.ts';
import { formatNote, formatVerifierKey, hexOf, type VerifierKey } from '#mesh/audit/log/note.ts';
import { indexOfEntry, leafAt } from '#mesh/audit/log/prove.ts';
import {
  CHECKPOINT,
  checkpointKey,
  decodeBundle,
  decodeTile,
  encodeBundle,
  encodeTile,
  entriesKey,
  idKey,
  LOG_KEY,
  MAX_LEAF_BYTES,
  TILE_WIDTH,
  tilePath,
} from '#mesh/audit/log/tile.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { WeftError } from '#mesh/error.ts';

export interface AppendDeps extends LogCrypto {
  readonly store: ObjectStore;
  /** Where the witness's copies go; undefined where the mesh has none. */
  readonly witness?: WriteOnce;
  readonly key: VerifierKey;
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** Said when the witness could not be told: the next checkpoint covers what it missed. */
  missed(size: number, error: unknown): void;
  now(): Date;
}

/** The log as the newest checkpoint says it is. */
export interface Head {
  /** Of the object that holds the checkpoint; undefined before the first. */
  readonly etag: string | undefined;
  readonly edge: Edge;
  /** The entries of the last bundle, as far as it is partial. */
  readonly bundle: readonly Uint8Array[];
}

export interface Appended {
  readonly head: Head;
  /** Entries that this run added, those included that an earlier run had committed and not finished. */
  readonly added: number;
}

/** How often a run begins again because another one committed first. */
const ROUNDS = 20;
/** Entries in one commit: many enough for a queue's batch, few enough for one object. */
const MAX_COMMIT = 256;
/** What is told of a message that is no entry, in characters: one takes six bytes of a leaf at most, and both have to fit. */
const MAX_QUOTED = 9_000;
const MAX_SUMMARY = 1_000;

/**
 * Adds entries to the log, each once however often it comes. What stands at an index is decided by one conditional write, the commit; everything
 * else follows from the commits, so a run begins by finishing what an earlier one left unfinished, and two runs at once agree.
 */
export async function appendToLog(messages: readonly string[], deps: AppendDeps, known?: Head): Promise<Appended> {
  let head = await headNow(deps, known);
  let added = 0;
  const entries = messages.map((message) => toEntry(message, deps));
  const written = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (
      let open = await committed(head.edge.size, deps);
      open !== undefined;
      open = await committed(head.edge.size, deps)
    ) {
      head = await finish(open, head, deps);
      added += open.length;
    }
    const fresh = (await unknown(entries, written, head, deps)).slice(0, MAX_COMMIT);
    if (fresh.length === 0) return { head, added };
    const body = fresh.map(({ text }) => `${text}\n`).join('');
    // Whether this run wrote it or another one did: the next round finishes what stands there.
    if (await deps.store.putOnce(entriesKey(head.edge.size), body)) for (const { id } of fresh) written.add(id);
  }
  throw new WeftError('WEFT-AUDIT-018', `the log was ahead of this run ${ROUNDS} times in a row`, {
    hint: 'only one appender works off the queue: look for a second one',
  });
}

interface Leaf {
  readonly id: string;
  readonly text: string;
}

/** The entry of a message; what is none is told as such, for a queue that is held up by it would hold up the trail. */
function toEntry(message: string, { now, sha256 }: AppendDeps): Leaf {
  const { text, wrong } = canonical(message);
  const { entry, wrong: misshapen } = text === undefined ? { wrong } : readEntry(text);
  if (entry !== undefined && text !== undefined && leafBytes(text).length <= MAX_LEAF_BYTES)
    return { id: entry.id, text };
  const why = `a message was no entry: ${misshapen.slice(0, 5).join('; ') || 'it is too long'}`;
  return failure('EntryUnreadable', `unreadable/${hexOf(sha256(leafBytes(message)))}`, why, message, now());
}

/** What the appender tells itself of a message that it cannot append as it is. */
function failure(action: string, id: string, summary: string, message: string, at: Date): Leaf {
  const entry: AuditEntry = {
    id,
    at: at.toISOString(),
    kind: 'failure',
    actor: 'weft:appender',
    action,
    correlation: '',
    policies: [],
    entity: 'attempt',
    summary: summary.slice(0, MAX_SUMMARY),
    details: message.slice(0, MAX_QUOTED),
  };
  return { id, text: canonicalText(entry) };
}

function canonical(message: string): { readonly text?: string; readonly wrong: readonly string[] } {
  try {
    return { text: canonicalText(JSON.parse(message)), wrong: [] };
  } catch {
    return { wrong: ['it is no JSON'] };
  }
}

/**
 * The entries that are in no commit yet, each once. Another act under an id that is taken, e.g. after the registry was put back to an earlier moment, is
 * told as such: to leave it out in silence would lose it.
 */
async function unknown(
  entries: readonly Leaf[],
  written: ReadonlySet<string>,
  head: Head,
  deps: AppendDeps,
): Promise<Leaf[]> {
  const first = new Map<string, Leaf>();
  for (const entry of entries) if (!first.has(entry.id)) first.set(entry.id, entry);
  const open = [...first.values()].filter(({ id }) => !written.has(id));
  const there = new Map(await Promise.all(open.map(async ({ id }) => [id, await isKnown(id, deps)] as const)));
  const fresh = new Map<string, Leaf>();
  for (const entry of entries) {
    const { id, text } = entry;
    const own = first.get(id) as Leaf;
    const rival = there.get(id) === true ? await textOf(id, head, deps) : own.text;
    if (there.get(id) === false && own === entry) fresh.set(id, entry);
    if (rival === undefined || isSameAct(rival, text)) continue;
    const what = `another act has the id ${id}, and stands in the log`;
    const told = failure('EntryConflict', `conflict/${hexOf(deps.sha256(leafBytes(text)))}`, what, text, deps.now());
    if (!written.has(told.id) && !fresh.has(told.id) && !(await isKnown(told.id, deps))) fresh.set(told.id, told);
  }
  return [...fresh.values()];
}

function isKnown(id: string, { store, sha256 }: AppendDeps): Promise<boolean> {
  return store.exists(idKey(hexOf(sha256(leafBytes(id)))));
}

/** The entry that stands under an id, as far as the log of this run goes. */
async function textOf(id: string, { edge }: Head, { store, sha256 }: AppendDeps): Promise<string | undefined> {
  const files = { read: async (key: string) => (await store.get(key))?.body };
  const index = await indexOfEntry(id, files, sha256);
  const leaf = index === undefined || index >= edge.size ? undefined : await leafAt(index, edge.size, files);
  return leaf && new TextDecoder().decode(leaf);
}

/** A repeated delivery may be told in other words, by a newer relay: it is still who did what and when. */
function isSameAct(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [one, other].map((text) => JSON.parse(text) as AuditEntry);
  return (['at', 'actor', 'action', 'correlation'] as const).every((name) => left?.[name] === right?.[name]);
}

/** What stands committed at an index, or undefined. */
async function committed(start: number, { store }: AppendDeps): Promise<Leaf[] | undefined> {
  const found = await store.get(entriesKey(start));
  if (found === undefined) return undefined;
  const lines = new TextDecoder().decode(found.body).split('\n').slice(0, -1);
  return lines.map((text) => ({ id: (JSON.parse(text) as AuditEntry).id, text }));
}

/** Writes all that follows from a commit: ids, bundles, tiles, and the checkpoint last. */
async function finish(leaves: readonly Leaf[], head: Head, deps: AppendDeps): Promise<Head> {
  const { store, sha256 } = deps;
  const start = head.edge.size;
  const bytes = leaves.map(({ text }) => leafBytes(text));
  const { edge, tiles } = extend(
    head.edge,
    bytes.map((leaf) => leafHash(leaf, sha256)),
    sha256,
  );
  const first = Math.floor(start / TILE_WIDTH);
  const all = [...head.bundle, ...bytes];
  const bundles: { index: number; entries: readonly Uint8Array[] }[] = [];
  for (let at = 0; at < all.length; at += TILE_WIDTH)
    bundles.push({ index: first + at / TILE_WIDTH, entries: all.slice(at, at + TILE_WIDTH) });
  await Promise.all([
    ...leaves.map(({ id }, offset) => store.putOnce(idKey(hexOf(sha256(leafBytes(id)))), `${start + offset}\n`)),
    ...bundles.map(({ index, entries }) =>
      store.putOnce(tilePath('entries', index, entries.length), encodeBundle(entries)),
    ),
    ...tiles.map(({ level, index, hashes }) =>
      store.putOnce(tilePath(level, index, hashes.length), encodeTile(hashes)),
    ),
  ]);
  const last = bundles.at(-1)?.entries ?? [];
  return { etag: await seal(edge, head.etag, deps), edge, bundle: last.length === TILE_WIDTH ? [] : last };
}

/** Signs the tree and publishes the checkpoint: under its size, with the witness, and as the newest. */
async function seal(edge: Edge, etag: string | undefined, deps: AppendDeps): Promise<string> {
  const { store, witness, key, sign, sha256, missed } = deps;
  const text = formatCheckpoint({ origin: key.name, size: edge.size, root: rootOfEdge(edge, sha256) });
  const note = formatNote(text, key, await sign(leafBytes(text)));
  if (etag === undefined) await store.putOnce(LOG_KEY, `${formatVerifierKey(key)}\n`);
  await store.putOnce(checkpointKey(edge.size), note);
  try {
    await witness?.put(checkpointKey(edge.size, `${key.name}/`), note);
  } catch (error) {
    missed(edge.size, error);
  }
  const written = await store.replace(CHECKPOINT, note, etag);
  if (written === undefined)
    throw new WeftError('WEFT-AUDIT-019', `another run has published a checkpoint since this one began`, {
      hint: 'the queue brings the entries again',
    });
  return written;
}

/** The log as it is: as a run of this process left it, when nothing was published since, else read from its edge. */
async function headNow(deps: AppendDeps, known: Head | undefined): Promise<Head> {
  const { store, key, verify } = deps;
  const found = await store.get(CHECKPOINT);
  if (found === undefined) return { etag: undefined, edge: EMPTY_EDGE, bundle: [] };
  if (known !== undefined && known.etag === found.etag) return known;
  const opened = openCheckpoint(new TextDecoder().decode(found.body), key, verify);
  if ('wrong' in opened) {
    throw new WeftError('WEFT-AUDIT-017', `the newest checkpoint does not count: ${opened.wrong}`, {
      hint: 'nothing is appended to a log that somebody changed: weft audit verify says what is wrong',
    });
  }
  const { size } = opened.checkpoint;
  const levels: Uint8Array[][] = [];
  for (const { level, index, width } of partialTiles(size))
    levels[level] = decodeTile(await must(store, tilePath(level, index, width))) ?? [];
  const width = size % TILE_WIDTH;
  const bundle =
    width === 0 ? [] : decodeBundle(await must(store, tilePath('entries', Math.floor(size / TILE_WIDTH), width)));
  return { etag: found.etag, edge: { size, levels: Array.from(levels, (row) => row ?? []) }, bundle: bundle ?? [] };
}

async function must(store: ObjectStore, key: string): Promise<Uint8Array> {
  const found = await store.get(key);
  if (found !== undefined) return found.body;
  throw new WeftError('WEFT-AUDIT-016', `the log lacks ${key}`, {
    hint: 'nothing is appended to a log that is not whole: weft audit verify says what is wrong',
  });
}
