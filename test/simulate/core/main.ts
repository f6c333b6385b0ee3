import { spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { called } from '../../../bin/script.ts';
import openRunFolder from '../../run-folder.ts';
import { Broken } from '../invariants/broken.ts';
import { CORE_PLANTS } from './plants.ts';
import { simulateCore } from './simulate.ts';

const { values } = called({
  usage: 'npm run simulate:core -- [--seeds N] [--steps N] [--from N] [--jobs N] [--plants]',
  does: 'Plays the pure core alone: so many seeds, shared among the cores; ends at the first that breaks something.',
  options: {
    seeds: { what: 'how many seeds', least: 1, usual: 20_000 },
    steps: { what: 'steps of each seed', least: 1, usual: 200 },
    from: { what: 'the first seed', least: 0, usual: 1 },
    jobs: { what: 'processes at once', least: 1, usual: availableParallelism() },
    plants: { what: 'put each known defect into the core and want it found by one of the seeds', flag: true },
  },
});
const { from, seeds, steps, jobs } = values;
openRunFolder();
const started = performance.now();

if (values.plants) findPlants();
else if (jobs > 1) await playOnAll();
else await play();

async function play(): Promise<void> {
  let seed = from;
  try {
    for (; seed < from + seeds; seed += 1) await simulateCore(seed, steps);
    console.log(`${seeds} seeds of ${steps} steps in ${secondsSince()} s: nothing broke`);
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    console.error(`seed ${seed}: ${error.message}`);
    console.error(`again: npm run simulate:core -- --from ${seed} --seeds 1 --steps ${steps}`);
    process.exitCode = 1;
  }
}

/** Each process has a share of the seeds, one after the other. */
async function playOnAll(): Promise<void> {
  const share = Math.ceil(seeds / jobs);
  const codes = await Promise.all(
    Array.from({ length: Math.ceil(seeds / share) }, (_, index) => {
      const first = from + index * share;
      const own = ['--from', `${first}`, '--seeds', `${Math.min(share, from + seeds - first)}`];
      const child = spawn(process.execPath, program(own), { stdio: ['ignore', 'ignore', 'inherit'] });
      return new Promise<number | null>((resolve) => child.once('exit', resolve));
    }),
  );
  if (codes.some((code) => code !== 0)) process.exitCode = 1;
  else console.log(`${seeds} seeds of ${steps} steps in ${secondsSince()} s: nothing broke`);
}

function program(own: readonly string[], flags: readonly string[] = []): string[] {
  const always = ['--disable-warning=ExperimentalWarning', ...flags, 'test/simulate/core/main.ts'];
  return [...always, '--steps', `${steps}`, '--jobs', '1', ...own];
}

function secondsSince(): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}

/** Each defect in a process of its own, whose source is changed as it is read. */
function findPlants(): void {
  let missed = 0;
  for (const { name } of CORE_PLANTS) {
    const env = { ...process.env, WEFT_PLANT: name };
    const own = program(['--from', `${from}`, '--seeds', `${seeds}`], ['--import', './test/simulate/plant.ts']);
    const { status, stderr } = spawnSync(process.execPath, own, { env, encoding: 'utf8' });
    const said = /^seed (\d+): ([a-z-]+): /m.exec(stderr);
    const isFound = status === 1 && said !== null;
    console.log(isFound ? `found   ${name}: ${said[2]} (seed ${said[1]})` : `MISSED  ${name}`);
    if (!isFound) missed += 1;
  }
  console.log(`${CORE_PLANTS.length - missed} of ${CORE_PLANTS.length} planted defects were found`);
  if (missed > 0) process.exitCode = 1;
}
