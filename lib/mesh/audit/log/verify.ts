import { sameBytes } from './bytes.ts';
import { checkFiles } from './check-files.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import type { LogCrypto, LogFiles } from './files.ts';
import { checkGaps } from './gaps.ts';
import { formatVerifierKey, hexOf, type VerifierKey } from './note.ts';
import { Enough, type LogProblem, Problems } from './problem.ts';
import { CHECKPOINT, CHECKPOINTS, checkpointKey, LOG_KEY } from './tile.ts';
import { entriesOf, type Memo, readTree, rootsAt, type Tree } from './tree.ts';

export interface VerifyOptions extends LogCrypto {
  readonly key: VerifierKey;
  /** A witness's copies of checkpoints, under any prefix; absent: a log that was cut short or replaced whole looks well. */
  readonly witness?: LogFiles;
  /** Ends at the first thing that is wrong. Default false. */
  readonly first?: boolean;
  readonly memo?: Memo;
  progress?(entries: number, of: number): void;
}

export interface LogReport {
  readonly size: number;
  /** Hex; of the newest checkpoint that counts. */
  readonly root: string;
  readonly checkpoints: number;
  /** How many checkpoints of the witness count; undefined without one. */
  readonly witnessed?: number;
  /** ISO 8601: of the first entry and of the last. */
  readonly firstAt?: string;
  readonly lastAt?: string;
  readonly problems: readonly LogProblem[];
}

/** A checkpoint that counts, and the file that it is in. */
interface Signed extends Checkpoint {
  readonly where: string;
}

/**
 * Rebuilds the tree from the entries and holds everything else against it: each checkpoint, each tile, the commits that are queried, ids and
 * details. Needs the files and the key, and nothing else.
 */
export async function verifyLog(files: LogFiles, options: VerifyOptions): Promise<LogReport> {
  const problems = new Problems(options.first === true);
  const found: { size: number; root: string; checkpoints: number; witnessed?: number; tree?: Tree } = {
    size: 0,
    root: '',
    checkpoints: 0,
  };
  try {
    await work(files, options, problems, found);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  const { tree, ...numbers } = found;
  const entries = tree === undefined ? [] : [...entriesOf(tree)];
  const [first, last] = [entries[0]?.[1], entries.at(-1)?.[1]];
  return {
    ...numbers,
    ...(first === undefined ? {} : { firstAt: first.at }),
    ...(last === undefined ? {} : { lastAt: last.at }),
    problems: problems.all,
  };
}

async function work(
  files: LogFiles,
  options: VerifyOptions,
  problems: Problems,
  found: { size: number; root: string; checkpoints: number; witnessed?: number; tree?: Tree },
): Promise<void> {
  const { key, sha256, memo = new WeakMap() } = options;
  // The log may grow meanwhile: what the witness has first, and then a log that is at least as long.
  const witnessed = options.witness && (await readWitness(options.witness, { ...options, memo }, problems));
  const keys = new Set(await files.keys());
  await checkKey(files, key, keys, problems);
  const signed = await readCheckpoints(files, keys, { ...options, memo }, problems);
  const newest = signed.reduce<Signed | undefined>(
    (best, one) => ((best?.size ?? -1) < one.size ? one : best),
    undefined,
  );
  if (newest === undefined) {
    if ([...keys].some((name) => name.startsWith('log/') || name.startsWith('entries/')))
      problems.error(1, CHECKPOINT, 'there is no checkpoint that counts: nothing says how long the log is');
    else problems.error(1, CHECKPOINT, 'there is no log here');
    return;
  }
  Object.assign(found, {
    size: newest.size,
    root: hexOf(newest.root),
    checkpoints: new Set(signed.map(({ size }) => size)).size,
  });
  if (witnessed !== undefined) Object.assign(found, { witnessed: witnessed.length });
  const tree = await readTree(newest.size, { files, sha256, problems, memo, progress: options.progress });
  for (const one of witnessed ?? []) {
    if (one.size <= newest.size) continue;
    problems.error(
      11,
      one.where,
      `the witness has a checkpoint of ${one.size} entries, and the log ends at ${newest.size}: it was cut short or put back`,
    );
  }
  if (tree === undefined) return;
  Object.assign(found, { tree });
  const all = [...signed, ...(witnessed ?? [])];
  const roots = rootsAt(
    tree,
    all.map(({ size }) => size),
    sha256,
  );
  for (const { size, root, where } of signed) {
    const own = roots.get(size);
    if (own !== undefined && !sameBytes(own, root))
      problems.error(
        5,
        where,
        `the first ${size} entries have the root ${hexOf(own)}, not ${hexOf(root)} that was signed`,
      );
  }
  for (const { size, root, where } of witnessed ?? []) {
    const own = roots.get(size);
    if (own !== undefined && !sameBytes(own, root))
      problems.error(
        11,
        where,
        `the witness was shown another history of ${size} entries: the log was replaced, or forked`,
      );
  }
  const sizes = new Set(signed.map(({ size }) => size));
  // The log has each checkpoint before the witness does.
  for (const size of new Set((witnessed ?? []).map((one) => one.size)))
    if (size <= newest.size && !sizes.has(size))
      problems.error(3, checkpointKey(size), 'it is missing from the log: the witness has it');
  await checkFiles(tree, { files, keys, sizes, sha256, problems, memo });
  checkGaps(tree, problems);
}

async function checkKey(
  files: LogFiles,
  key: VerifierKey,
  keys: ReadonlySet<string>,
  problems: Problems,
): Promise<void> {
  if (!keys.has(LOG_KEY)) {
    problems.error(13, LOG_KEY, 'it is missing from the log');
    return;
  }
  const written = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await files.read(LOG_KEY));
  if (written !== `${formatVerifierKey(key)}\n`)
    problems.error(13, LOG_KEY, `it says ${written.trim().slice(0, 120)}, not ${formatVerifierKey(key)}`);
}

type Reading = Pick<VerifyOptions, 'key' | 'verify'> & { readonly memo: Memo };

async function readCheckpoints(
  files: LogFiles,
  keys: ReadonlySet<string>,
  reading: Reading,
  problems: Problems,
): Promise<Signed[]> {
  const signed: Signed[] = [];
  for (const where of [...keys].filter((name) => name.startsWith(CHECKPOINTS)).sort()) {
    const one = await readSigned(files, where, 2, reading, problems);
    if (one === undefined) continue;
    if (checkpointKey(one.size) !== where)
      problems.error(2, where, `it is the checkpoint of ${one.size} entries, under another name`);
    else signed.push(one);
  }
  if (!keys.has(CHECKPOINT)) {
    if (signed.length > 0) problems.error(3, CHECKPOINT, 'it is missing from the log');
    return signed;
  }
  const head = await readSigned(files, CHECKPOINT, 2, reading, problems);
  const newest = signed.at(-1);
  if (head !== undefined && head.size > (newest?.size ?? -1)) {
    // A run has published it since the files were listed: what is looked at is the log as it was then.
    if (newest !== undefined && (await files.read(checkpointKey(head.size))) !== undefined) return signed;
    problems.error(
      3,
      checkpointKey(head.size),
      `it is missing: the checkpoint of ${head.size} entries is in ${CHECKPOINT} only`,
    );
  }
  if (head !== undefined && newest !== undefined && head.size < newest.size)
    problems.warning(
      17,
      CHECKPOINT,
      `it is of ${head.size} entries, where ${newest.where} is there: a run was cut off, or it was put back`,
    );
  return head === undefined ? signed : [...signed, head];
}

/** The witness's copies: whatever lies there has to be a checkpoint of this log. */
async function readWitness(witness: LogFiles, reading: Reading, problems: Problems): Promise<Signed[]> {
  const signed: Signed[] = [];
  for (const where of [...(await witness.keys())].sort()) {
    if (!/(?:^|\/)\d{12}$/.test(where)) continue;
    const one = await readSigned(witness, where, 11, reading, problems);
    // Each name is free once: an old checkpoint under the name of a size to come would keep that size from being witnessed.
    if (one !== undefined && !where.endsWith(checkpointKey(one.size, '')))
      problems.error(11, `witness: ${where}`, `it is the checkpoint of ${one.size} entries, under another name`);
    else if (one !== undefined) signed.push({ ...one, where: `witness: ${where}` });
  }
  if (signed.length === 0) problems.error(11, 'witness', 'the witness has no checkpoint of this log that counts');
  return signed;
}

async function readSigned(
  files: LogFiles,
  where: string,
  number: number,
  { key, verify, memo }: Reading,
  problems: Problems,
): Promise<Signed | undefined> {
  const bytes = await files.read(where);
  if (bytes === undefined) {
    problems.error(3, where, 'it is missing from the log');
    return undefined;
  }
  const known = memo.get(bytes) as Checkpoint | undefined;
  if (known !== undefined) return { ...known, where };
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const opened = openCheckpoint(text, key, verify);
  if ('wrong' in opened) {
    problems.error(number, where, `it does not count: ${opened.wrong}`);
    return undefined;
  }
  memo.set(bytes, opened.checkpoint);
  return { ...opened.checkpoint, where };
}
