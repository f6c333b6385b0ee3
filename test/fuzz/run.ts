import { fuzzRowFilters } from './row-filters.ts';

/** `node test/fuzz/run.ts [inputs] [seed]`: a million inputs of seed 1 unless told otherwise. */
const inputs = Number(process.argv[2] ?? 1_000_000);
const seed = Number(process.argv[3] ?? 1);
const started = performance.now();
const { accepted, failures } = await fuzzRowFilters(inputs, seed, (done) => console.error(`${done} …`));
const seconds = Math.round((performance.now() - started) / 1000);
console.log(`${inputs} inputs of seed ${seed}: ${accepted} accepted, ${failures.length} went wrong, ${seconds} s`);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length === 0 ? 0 : 1;
