import type { Simulated } from './simulate.ts';

/** What one seed came to, without its trace. */
export type Told = Omit<Simulated, 'trace'>;

/** Tells what broke and how to see it again, and makes the process fail. */
export function tellBroken({ seed, broken }: Told, steps: number): void {
  console.error(`seed ${seed}, step ${broken?.step}: ${broken?.message}`);
  console.error(`again: npm run simulate -- --seed ${seed} --steps ${steps}`);
  process.exitCode = 1;
}
