import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Told, tellBroken } from './tell.ts';

interface Many {
  readonly seconds: number;
  readonly steps: number;
  readonly jobs: number;
  readonly from: number;
}

const FLAGS = ['--disable-warning=ExperimentalWarning', 'test/simulate/main.ts', '--lines'];

/** Seeds on so many processes at once, each its own; the lowest seed that breaks something is told. */
export async function playMany({ seconds, steps, jobs, from }: Many): Promise<void> {
  const seen: Told[] = [];
  const showProgress = process.stderr.isTTY;
  const children = Array.from({ length: jobs }, (_, index) => {
    const own = ['--from', `${from + index}`, '--stride', `${jobs}`, '--steps', `${steps}`, '--seconds', `${seconds}`];
    return spawn(process.execPath, [...FLAGS, ...own], { stdio: ['ignore', 'pipe', 'inherit'] });
  });
  await Promise.all(
    children.map(async (child) => {
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      for await (const line of createInterface({ input: child.stdout })) {
        const told = JSON.parse(line) as Told;
        seen.push(told);
        if (showProgress) process.stderr.write(`\r${seen.length} seeds`);
        // Whoever breaks first ends the others.
        if (told.broken !== undefined) for (const other of children) if (other !== child) other.kill();
      }
      if ((await ended) !== 0 && !seen.some(({ broken }) => broken !== undefined)) process.exitCode = 70;
    }),
  );
  if (showProgress) process.stderr.write('\r');
  const [broken] = seen.filter((told) => told.broken !== undefined).toSorted((a, b) => a.seed - b.seed);
  if (broken !== undefined) tellBroken(broken, steps);
  console.log(`${seen.length} seeds of ${steps} steps${process.exitCode === undefined ? ': nothing broke' : ''}`);
  console.log(`faults: ${sum(seen.map(({ faults }) => faults))}`);
  console.log(`commands: ${sum(seen.map(({ accepted }) => accepted))}`);
}

/** Counts by name, as text. */
function sum(all: readonly Readonly<Record<string, number>>[]): string {
  const counts = new Map<string, number>();
  for (const [name, count] of all.flatMap((one) => Object.entries(one)))
    counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
