import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
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
const MOST_STILL = 12;

const targets = await Promise.all((positionals.length === 0 ? TARGETS : positionals).map(targetNamed));
for (const target of targets) {
  if (!(await run(target))) process.exitCode = 1;
}

async function run(target: Target): Promise<boolean> {
  const many = inputs ?? (seconds === undefined ? target.inputs : undefined);
  const long = many === undefined ? (seconds ?? SECONDS) : undefined;
  const started = performance.now();
  const since = () => Math.round((performance.now() - started) / 1000);
  const child = fork(new URL('./worker.ts', import.meta.url), [
    JSON.stringify({ name: target.name, seed, inputs: many, seconds: long }),
  ]);
  let now = { done: -1, failed: 0 };
  let fuzzed: Fuzzed | undefined;
  let [still, last, wrong] = [0, -1, ''];
  child.on('message', (message: { done: number; failed: number } | { fuzzed: Fuzzed }) => {
    if ('fuzzed' in message) ({ fuzzed } = message);
    else now = message;
  });
  const clock = setInterval(() => {
    console.error(`${target.name}: ${now.done} inputs, ${now.failed} failures, ${since()} s`);
    still = now.done === last && now.failed === 0 ? still + 1 : 0;
    last = now.done;
    if (still < MOST_STILL) return;
    wrong = 'hang: it does not end';
    child.kill('SIGKILL');
  }, TELL);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearInterval(clock);
  if (fuzzed !== undefined) {
    tell(target, fuzzed, since());
    return fuzzed.failures.length === 0;
  }
  if (now.done < 0) throw new Error(`${target.name} cannot be made ready`);
  const input = target.make(chanceOf(seed ?? 1, now.done));
  wrong ||= `crash: the process ended by ${signal ?? code}`;
  console.log(`${target.name}: ${now.done} inputs of seed ${seed}, then ${wrong}`);
  console.log(`  kept as ${keep(target, input, wrong)}`);
  return false;
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
