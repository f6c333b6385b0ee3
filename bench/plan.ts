import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diffGrants } from '#mesh/plan/grants.ts';
import { madeGrants } from './made-grants.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const COUNT = 10_000;
const TIMES = 15;

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
  const script = join(import.meta.dirname, 'plan-million.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--max-old-space-size=2048', script]);
  const million = JSON.parse(stdout) as { seconds: number; megabytes: number };
  return [
    atMost('10,000 desired against 10,000 actual grants, median', quantile(samples, 0.5), 200, 'ms'),
    atMost('1,000,000 against 1,000,000', million.seconds, 10, 's'),
    atMost('1,000,000 against 1,000,000: memory of the process', million.megabytes, 2048, 'MB'),
    figure(
      'time for one grant, a million against ten thousand',
      (million.seconds * 1000) / 1_000_000 / (quantile(samples, 0.5) / COUNT),
      '×',
    ),
  ];
}
