import { parentPort, workerData } from 'node:worker_threads';
import { fuzz } from './run.ts';
import { targetNamed } from './targets.ts';

/** The counter that the program watches: which input is being worked on, and how many failed so far. */
const progress = new Int32Array(workerData.progress as SharedArrayBuffer);
const { name, seed, inputs, seconds } = workerData as { name: string; seed: number; inputs?: number; seconds?: number };

const fuzzed = await fuzz(await targetNamed(name), {
  seed,
  ...(inputs === undefined ? {} : { inputs }),
  ...(seconds === undefined ? {} : { seconds }),
  onBatch: (done, failures) => {
    progress[0] = done;
    progress[1] = failures;
  },
});
parentPort?.postMessage(fuzzed);
