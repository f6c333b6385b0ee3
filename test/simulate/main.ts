import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { PLANTS } from './plants.ts';
import { type Simulated, simulate } from './simulate.ts';

/**
 * `npm run simulate -- [--seconds N] [--steps N]`: seeds one after the other until the time is over; `--seed S` plays one of them and prints its
 * trace; `--plants` puts each defect of the list into the control plane and wants it found within the time.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    steps: { type: 'string', default: '200' },
    seed: { type: 'string' },
    plants: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const steps = Number(values.steps);

if (values.plants) findPlants();
else if (values.seed !== undefined) await playOne(Number(values.seed));
else await playMany();

async function playOne(seed: number): Promise<void> {
  const result = await simulate(seed, steps);
  console.log(result.trace.join('\n'));
  tell(result);
}

async function playMany(): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const faults: Record<string, number> = {};
  let seed = 0;
  do {
    seed += 1;
    const result = await simulate(seed, steps);
    for (const [name, count] of Object.entries(result.faults)) faults[name] = (faults[name] ?? 0) + count;
    if (!tell(result)) break;
  } while (performance.now() < until);
  const struck = Object.entries(faults).map(([name, count]) => `${count} ${name}`);
  console.log(`${seed} seeds of ${steps} steps; faults: ${struck.join(', ')}`);
}

function tell({ seed, broken }: Simulated): boolean {
  if (broken === undefined) return true;
  console.error(`seed ${seed}, step ${broken.step}: ${broken.message}`);
  console.error(`again: npm run simulate -- --seed ${seed} --steps ${steps}`);
  process.exitCode = 1;
  return false;
}

/** Each defect in a process of its own, whose source is changed as it is read. */
function findPlants(): void {
  let missed = 0;
  for (const { name } of PLANTS) {
    const flags = ['--disable-warning=ExperimentalWarning', '--import', './test/simulate/plant.ts'];
    const program = ['test/simulate/main.ts', '--seconds', String(seconds), '--steps', String(steps)];
    const env = { ...process.env, WEFT_PLANT: name };
    const { status, stderr } = spawnSync(process.execPath, [...flags, ...program], { env, encoding: 'utf8' });
    const said = /^seed (\d+), step \d+: ([a-z-]+): (.*)$/m.exec(stderr);
    if (status === 1 && said !== null) console.log(`found   ${name}: ${said[2]} (seed ${said[1]})`);
    else {
      missed += 1;
      console.log(`MISSED  ${name}${status === 0 ? '' : `: ${stderr.trim().split('\n').at(-1)}`}`);
    }
  }
  console.log(`${PLANTS.length - missed} of ${PLANTS.length} planted defects were found`);
  if (missed > 0) process.exitCode = 1;
}
