import { chanceOf } from './chance.ts';
import { shrink } from './shrink.ts';
import type { Bench, Target, Verdict } from './target.ts';

/** Work in milliseconds that an input may take where its target says nothing else. */
const LIMIT = 1_000;
/** An input that waits for something that never comes. */
const PATIENCE = 30_000;
const MOST_FAILURES = 20;

export interface Failure {
  readonly input: string;
  readonly wrong: string;
}

export interface Fuzzed {
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  /** Each made as short as it went; of those that fail alike the first one. */
  readonly failures: readonly Failure[];
  /** The most work that one input took, in milliseconds. */
  readonly slowest: { readonly ms: number; readonly input: string };
}

export interface FuzzOptions {
  readonly seed: number;
  readonly inputs?: number;
  readonly seconds?: number;
  /** Judged first, as they are. */
  readonly kept?: readonly string[];
  /** Told before each batch: the number of its first input. */
  readonly onBatch?: (done: number, failures: number) => void;
}

/** Gives a target inputs, always the same for a seed, until there were as many as asked or the time is over. */
export async function fuzz(target: Target, options: FuzzOptions): Promise<Fuzzed> {
  const {
    seed,
    kept = [],
    inputs: most = Number.POSITIVE_INFINITY,
    seconds = Number.POSITIVE_INFINITY,
    onBatch,
  } = options;
  const bench = await target.open();
  const until = performance.now() + seconds * 1000;
  const seen = new Set<string>();
  const failures: Failure[] = [];
  let [inputs, accepted, refused] = [0, 0, 0];
  let slowest = { ms: 0, input: '' };
  try {
    for (const input of kept) {
      const [verdict] = (await judged(target, bench, [input])).verdicts;
      if (typeof verdict === 'object') failures.push({ input, wrong: verdict.wrong });
    }
    while (inputs < most && performance.now() < until && failures.length < MOST_FAILURES) {
      onBatch?.(inputs, failures.length);
      const size = Math.min(target.batch ?? 1, most - inputs);
      const batch = Array.from({ length: size }, (_, index) => target.make(chanceOf(seed, inputs + index)));
      inputs += size;
      const { verdicts, ms } = await judged(target, bench, batch);
      if (size === 1 && ms > slowest.ms) slowest = { ms, input: batch[0] ?? '' };
      for (const [index, verdict] of verdicts.entries()) {
        if (verdict === 'accepted') accepted += 1;
        else if (verdict === 'refused') refused += 1;
        else {
          const kind = kindOf(verdict.wrong);
          if (seen.has(kind)) continue;
          seen.add(kind);
          const failure = await shortened(target, bench, batch[index] ?? '', kind);
          if (failure !== undefined) failures.push(failure);
          else refused += 1;
        }
      }
    }
  } finally {
    await bench.close?.();
  }
  return { inputs, accepted, refused, failures, slowest };
}

async function judged(target: Target, bench: Bench, batch: readonly string[]) {
  const once = await measured(bench, batch);
  const limit = target.limit ?? LIMIT;
  if (batch.length > 1 || once.ms <= limit) return once;
  // What is slow once may have met the compiler or the collector; what is slow twice is slow.
  const again = await measured(bench, batch);
  const ms = Math.min(once.ms, again.ms);
  if (ms <= limit) return { ...again, ms };
  return { verdicts: [{ wrong: `slow: took more than ${limit} ms` } satisfies Verdict], ms };
}

/** The verdicts, and the work of the processor that they took in this thread: a busy machine makes nothing slow. */
async function measured(bench: Bench, batch: readonly string[]): Promise<{ verdicts: readonly Verdict[]; ms: number }> {
  const before = process.threadCpuUsage();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<Verdict[]>((resolve) => {
    timer = setTimeout(() => resolve([{ wrong: `hang: no answer in ${PATIENCE} ms` }]), PATIENCE);
  });
  let verdicts: readonly Verdict[];
  try {
    verdicts = await Promise.race([bench.judge(batch), patience]);
  } catch (error) {
    verdicts = [{ wrong: `crash: ${error instanceof Error ? error.stack : String(error)}` }];
  }
  clearTimeout(timer);
  const { user, system } = process.threadCpuUsage(before);
  return { verdicts, ms: (user + system) / 1000 };
}

async function shortened(target: Target, bench: Bench, input: string, kind: string): Promise<Failure | undefined> {
  let wrong = '';
  const fails = async (text: string) => {
    const [verdict] = (await judged(target, bench, [text])).verdicts;
    if (typeof verdict !== 'object' || kindOf(verdict.wrong) !== kind) return false;
    ({ wrong } = verdict);
    return true;
  };
  // A state that the input left may be what failed: then it stays as it is.
  const timed = /^(hang|slow)/.test(kind);
  if (!(await fails(input))) {
    // On a busy machine all takes long once.
    return timed ? undefined : { input, wrong: `${kind} (not again, when it was given alone)` };
  }
  return { input: timed ? input : await shrink(input, fails), wrong };
}

/** Of failures that differ in their values only, one is enough. */
function kindOf(wrong: string): string {
  const [first = '', ...rest] = wrong.split('\n');
  const place = rest.find((line) => line.includes('/lib/') || line.includes('/lambdas/')) ?? '';
  return `${first.replaceAll(/"[^"]*"|'[^']*'|`[^`]*`|\d+/g, '…').slice(0, 90)} ${place.trim()}`.trim();
}
