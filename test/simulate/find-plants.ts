import { execFile } from 'node:child_process';
import { type Found, PLANTS, type Plant } from './plants.ts';
import type { Told } from './tell.ts';
import { UNPROVEN_PLANTS } from './unproven-plants.ts';

interface Search {
  readonly seconds: number;
  readonly steps: number;
  readonly jobs: number;
  readonly from: number;
}

/** The defects of one of the lists, all of them unless a part of a name is given. */
export function plantsNamed(only: string | undefined, unproven: boolean): Plant[] {
  return (unproven ? UNPROVEN_PLANTS : PLANTS).filter(({ name }) => only === undefined || name.includes(only));
}

/** Looks for each defect in processes of its own: by the seed that is recorded, else by one seed after the other within the time. */
export async function findPlants(plants: readonly Plant[], { seconds, steps, jobs, from }: Search): Promise<void> {
  const waiting = [...plants];
  let missed = 0;
  const work = async () => {
    for (let plant = waiting.shift(); plant !== undefined; plant = waiting.shift()) {
      const recorded = await byRecord(plant);
      const found = recorded ?? (await play(plant, { from, steps, seconds }));
      if (found === undefined) {
        missed += 1;
        console.log(`MISSED  ${plant.name}`);
      } else console.log(`found   ${plant.name}: ${tell(found)}${recorded === undefined ? ' (not recorded)' : ''}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log(`${plants.length - missed} of ${plants.length} planted defects were found`);
  if (missed > 0) process.exitCode = 1;
}

/** Plays the recorded seed of a defect; undefined when it does not find it by the recorded invariant. */
export async function byRecord(plant: Plant): Promise<Found | undefined> {
  if (plant.foundBy === undefined) return undefined;
  const { seed, steps, invariant } = plant.foundBy;
  const found = await play(plant, { from: seed, steps, seconds: 0 });
  return found?.invariant === invariant ? found : undefined;
}

function tell({ invariant, seed, steps }: Found): string {
  return `${invariant} (seed ${seed}, ${steps} steps)`;
}

/** Seeds with the defect in the source, in a process whose source is changed as it is read, until one finds it or the time is over. @throws when the process fails otherwise */
function play({ name }: Plant, { from, steps, seconds }: { from: number; steps: number; seconds: number }) {
  const flags = [
    '--max-old-space-size=2000',
    '--disable-warning=ExperimentalWarning',
    '--import',
    './test/simulate/plant.ts',
  ];
  const own = ['--lines', '--from', `${from}`, '--steps', `${steps}`, '--seconds', `${seconds}`];
  const env = { ...process.env, WEFT_PLANT: name };
  return new Promise<Found | undefined>((resolve, reject) => {
    const program = [...flags, 'test/simulate/main.ts', ...own];
    execFile(process.execPath, program, { env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error !== null) return reject(new Error(`${name}: ${stderr.trim().split('\n').slice(-8).join('\n')}`));
      const lines = stdout.trim().split('\n');
      const { broken, seed } = JSON.parse(lines.at(-1) ?? '') as Told;
      resolve(broken === undefined ? undefined : { invariant: broken.invariant, seed, steps });
    });
  });
}
