import { parseArgs } from 'node:util';
import { Broken } from '../invariants/broken.ts';
import { simulateCore } from './simulate.ts';

/** `npm run simulate:core -- [--seeds N] [--steps N] [--from N]`: that many seeds, one after the other; ends at the first that breaks something. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    steps: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
  },
});
const started = performance.now();
const [from, seeds, steps] = [Number(values.from), Number(values.seeds), Number(values.steps)];
let seed = from;
try {
  for (; seed < from + seeds; seed += 1) await simulateCore(seed, steps);
  console.log(
    `${seeds} seeds of ${steps} steps in ${((performance.now() - started) / 1000).toFixed(1)} s: nothing broke`,
  );
} catch (error) {
  if (!(error instanceof Broken)) throw error;
  console.error(`seed ${seed}: ${error.message}`);
  console.error(`again: npm run simulate:core -- --from ${seed} --seeds 1 --steps ${steps}`);
  process.exitCode = 1;
}
