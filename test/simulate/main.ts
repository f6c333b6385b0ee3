import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { findPlants } from './find-plants.ts';
import { playMany } from './many.ts';
import { simulate } from './simulate.ts';
import { tellBroken } from './tell.ts';

/**
 * `npm run simulate -- [--seconds N] [--steps N] [--jobs N] [--from N]`: seeds one after the other, on every core, until the time is over; `--seed S` plays one of them and prints
 * its trace; `--plants` puts each defect of the list into the control plane and wants it found: by its recorded seed, else within the time; `--unproven` looks for those of the other list.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    steps: { type: 'string', default: '200' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    from: { type: 'string', default: '1' },
    stride: { type: 'string', default: '1' },
    seed: { type: 'string' },
    plants: { type: 'boolean', default: false },
    plant: { type: 'string' },
    unproven: { type: 'boolean', default: false },
    lines: { type: 'boolean', default: false },
  },
});
const run = {
  seconds: Number(values.seconds),
  steps: Number(values.steps),
  jobs: Number(values.jobs),
  from: Number(values.from),
};

const { plant: only, unproven } = values;
if (values.plants || only !== undefined || unproven) await findPlants({ ...run, only, unproven });
else if (values.seed !== undefined) await playOne(Number(values.seed));
else if (values.lines) await playHere(Number(values.stride));
else await playMany(run);

async function playOne(seed: number): Promise<void> {
  const result = await simulate(seed, run.steps);
  console.log(result.trace.join('\n'));
  console.log(`digest ${result.digest}`);
  if (result.broken !== undefined) tellBroken(result, run.steps);
}

/** One of many processes: a line of JSON for each seed, until the time is over or something breaks. */
async function playHere(stride: number): Promise<void> {
  const until = performance.now() + run.seconds * 1000;
  for (let seed = run.from; ; seed += stride) {
    const { trace: _, ...result } = await simulate(seed, run.steps);
    console.log(JSON.stringify(result));
    if (result.broken !== undefined || performance.now() >= until) return;
  }
}
