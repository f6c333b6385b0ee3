import { fuzz } from './run.ts';
import { targetNamed } from './targets.ts';

/** A process of its own for one target: what crashes it is one of the inputs. Its arguments are JSON, and so is what it tells. */
const { name, seed, inputs, seconds } = JSON.parse(process.argv[2] ?? '{}') as {
  name: string;
  seed: number;
  inputs?: number;
  seconds?: number;
};

const fuzzed = await fuzz(await targetNamed(name), {
  seed,
  ...(inputs === undefined ? {} : { inputs }),
  ...(seconds === undefined ? {} : { seconds }),
  onBatch: (done, failed) => process.send?.({ done, failed }),
});
process.send?.({ fuzzed }, () => process.exit(0));
