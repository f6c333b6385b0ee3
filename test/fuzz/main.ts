import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { chanceOf } from './chance.ts';
import { keep } from './corpus.ts';
import type { Fuzzed } from './run.ts';
import type { Target } from './target.ts';
import { TARGETS, targetNamed } from './targets.ts';

/**
 * `npm run fuzz -- [<target>…] [--seconds N | --inputs N] [--seed S]`: every target unless some are named, always the same inputs for a seed. What fails is made
 * short and kept in `test/fuzz/corpus/<target>`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, inputs: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const [seconds, inputs, seed = 1] = [values.seconds, values.inputs, values.seed].map((text) =>
  text === undefined ? undefined : whole(text),
);
const SECONDS = 60;
/** How often progress is told, and after how many tellings without any a run is stuck. */
const TELL = 10_000;
const MOST_STILL = 3;

const targets = await Promise.all((positionals.length === 0 ? TARGETS : positionals).map(targetNamed));
for (const target of targets) {
  if (!(await run(target))) process.exitCode = 1;
}

async function run(target: Target): Promise<boolean> {
  const many = inputs ?? (seconds === undefined ? target.inputs : undefined);
  const long = many === undefined ? (seconds ?? SECONDS) : undefined;
  const started = performance.now();
  const since = () => Math.round((performance.now() - started) / 1000);
  const progress = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { name: target.name, seed, inputs: many, seconds: long, progress: progress.buffer };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  let [still, last] = [0, -1];
  const clock = setInterval(() => {
    const [done = 0, failed = 0] = progress;
    console.error(`${target.name}: ${done} inputs, ${failed} failures, ${since()} s`);
    still = done === last && failed === 0 ? still + 1 : 0;
    last = done;
    if (still >= MOST_STILL) worker.emit('error', new Error(`hang: no end of input ${done}`));
  }, TELL);
  try {
    const [fuzzed] = (await once(worker, 'message')) as [Fuzzed];
    tell(target, fuzzed, since());
    return fuzzed.failures.length === 0;
  } catch (error) {
    const input = target.make(chanceOf(seed ?? 1, progress[0] ?? 0));
    const wrong = error instanceof Error ? (error.stack ?? error.message) : String(error);
    console.log(`${target.name}: seed ${seed}, input ${progress[0]}: ${wrong}`);
    console.log(`  kept as ${keep(target, input, firstLine(wrong))}`);
    return false;
  } finally {
    clearInterval(clock);
    await worker.terminate();
  }
}

function tell(target: Target, { inputs: all, accepted, refused, failures, slowest }: Fuzzed, took: number): void {
  const slow = slowest.ms === 0 ? '' : `, the slowest took ${Math.round(slowest.ms)} ms of work`;
  console.log(
    `${target.name}: ${all} inputs of seed ${seed} in ${took} s: ${accepted} accepted, ${refused} refused, ${failures.length} went wrong${slow}`,
  );
  for (const { input, wrong } of failures) {
    console.log(`  ${wrong}\n  ${JSON.stringify(input.slice(0, 2_000))}`);
    console.log(`  kept as ${keep(target, input, firstLine(wrong))}`);
  }
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 300);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is no whole number above 0`);
  return value;
}
