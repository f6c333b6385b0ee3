import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { diffGrants } from '#mesh/plan/grants.ts';
import { madeGrants } from './made-grants.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const COUNT = 10_000;
const TIMES = 15;
const MILLION = 1_000_000;

/** The plan from one long list of grants to another, and the same at the size of a very large mesh, in a process of its own. */
export async function run(): Promise<BenchResult[]> {
  const desired = madeGrants(COUNT, () => false);
  const actual = madeGrants(COUNT, (index) => index % 10 === 0);
  const samples: number[] = [];
  for (let time = 0; time < TIMES; time += 1) {
    const started = performance.now();
    diffGrants(desired, actual);
    samples.push(performance.now() - started);
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=2048', import.meta.filename]);
  const large = JSON.parse(stdout) as { seconds: number; megabytes: number };
  return [
    atMost('10,000 desired against 10,000 actual grants, median', quantile(samples, 0.5), 200, 'ms'),
    atMost('1,000,000 against 1,000,000', large.seconds, 10, 's'),
    atMost('1,000,000 against 1,000,000: memory of the process', large.megabytes, 2048, 'MB'),
    figure(
      'time for one grant, a million against ten thousand',
      (large.seconds * 1000) / MILLION / (quantile(samples, 0.5) / COUNT),
      '×',
    ),
  ];
}

/** A million desired grants against a million actual ones, one in a hundred another. */
function million(): { seconds: number; megabytes: number } {
  const desired = madeGrants(MILLION, () => false);
  const actual = madeGrants(MILLION, (index) => index % 100 === 0);
  const started = performance.now();
  diffGrants(desired, actual);
  const seconds = (performance.now() - started) / 1000;
  return { seconds, megabytes: process.resourceUsage().maxRSS / 1024 };
}

// In a process of its own, so that its memory is its own.
if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(million()));
