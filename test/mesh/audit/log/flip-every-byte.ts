import { flipsFound } from './flips.ts';
import { entries, memoryLog } from './memory-log.ts';

/** Flips every byte of a log of 1,000 entries, one at a time; ends with 1 when a verification finds one of them well. */
const log = memoryLog();
let next = 1;
for (const count of [1, 10, 3, 242, 1, 10, 256, 10, 300, 167]) {
  await log.append(entries(count, next));
  next += count;
}
const started = performance.now();
const { tried, missed } = await flipsFound(log, {
  stride: 1,
  offset: 0,
  progress: (count) => process.stderr.write(`${count} bytes flipped\n`),
});
const seconds = Math.round((performance.now() - started) / 1000);
process.stdout.write(
  `${tried} bytes of ${log.bucket.objects.size} files flipped in ${seconds} s: ${missed.length} not found\n`,
);
for (const one of missed.slice(0, 20)) process.stdout.write(`  ${one}\n`);
process.exitCode = missed.length === 0 ? 0 : 1;
