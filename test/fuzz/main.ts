import { fork } from 'node:child_process';
import { once } from 'node:events';
import { called, misused } from '../../bin/script.ts';
import openRunFolder from '../run-folder.ts';
import { chanceOf } from './chance.ts';
import { keep } from './corpus.ts';
import type { Fuzzed } from './run.ts';
import type { Target } from './target.ts';
import { TARGETS, targetNamed } from './targets.ts';

const SECONDS = 60;
const SCRIPT = {
  usage: 'npm run fuzz -- [<target>…] [--seconds N | --inputs N] [--seed S]',
  does: `Gives each target, all unless some are named, inputs from a seed. What fails is made short and kept in test/fuzz/corpus/<target>.
Without --seconds and --inputs each target has as many inputs as it says itself, or ${SECONDS} seconds.`,
  options: {
    seconds: { what: 'how long each target is tried', least: 1 },
    inputs: { what: 'how many inputs each target gets', least: 1 },
    seed: { what: 'which inputs: the same for the same seed', least: 0, usual: 1 },
  },
  names: { of: 'target', known: TARGETS },
} as const;
const { values, names } = called(SCRIPT);
const { seconds, inputs, seed } = values;
if (seconds !== undefined && inputs !== undefined) misused(SCRIPT, ['either --seconds or --inputs']);
openRunFolder();
/** How often progress is told, and after how many tellings without any a run is stuck. */
const TELL = 10_000;
const MOST_STILL = 12;

const targets = await Promise.all((names.length === 0 ? TARGETS : names).map(targetNamed));
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
    const done = now.done < 0 ? 'getting ready' : `${now.done} inputs, ${now.failed} failures`;
    console.error(`${target.name}: ${done}, ${since()} s`);
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
  const input = target.make(chanceOf(seed, now.done));
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
