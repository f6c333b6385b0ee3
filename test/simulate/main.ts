import { availableParallelism } from 'node:os';
import { called, misused } from '../../bin/script.ts';
import openRunFolder from '../run-folder.ts';
import { findPlants, plantsNamed } from './find-plants.ts';
import { playMany } from './many.ts';
import { simulate } from './simulate.ts';
import { tellBroken } from './tell.ts';

const SCRIPT = {
  usage:
    'npm run simulate -- [--seconds N] [--steps N] [--jobs N] [--from N] | --seed S | --plants | --plant <name> | --unproven',
  does: `Plays the control plane under faults: seeds one after the other, on every core, until the time is over or one breaks something.`,
  options: {
    seconds: {
      what: 'how long; for --plants, how long each is looked for where no seed is recorded',
      least: 0,
      usual: 60,
    },
    steps: { what: 'steps of each seed', least: 1, usual: 200 },
    jobs: { what: 'processes at once', least: 1, usual: availableParallelism() },
    from: { what: 'the first seed', least: 0, usual: 1 },
    seed: { what: 'play this one and print its trace', least: 0 },
    plants: { what: 'put each known defect into the control plane and want it found', flag: true },
    plant: { what: 'only the defects with this in their name', text: true },
    unproven: { what: 'look for the defects that no seed has found yet', flag: true },
    stride: { what: '', least: 1, usual: 1 },
    lines: { what: '', flag: true },
  },
} as const;
const { values } = called(SCRIPT);
const { seconds, steps, jobs, from } = values;
const run = { seconds, steps, jobs, from };
openRunFolder();

const { plant: only, unproven } = values;
if (values.plants || only !== undefined || unproven) {
  const plants = plantsNamed(only, unproven);
  if (plants.length === 0)
    misused(SCRIPT, [`no planted defect has ${only} in its name: test/simulate/plants.ts has them`]);
  await findPlants(plants, run);
} else if (values.seed !== undefined) await playOne(values.seed);
else if (values.lines) await playHere(values.stride);
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
