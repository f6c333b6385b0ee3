import { setTimeout as sleep } from 'node:timers/promises';
import type { Tell } from './source.ts';

/** Pauses, or ends early when the signal comes. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** Does the work again and again until the signal; a failure is told once, and again only after a success. */
export async function repeat(
  work: () => Promise<{ readonly more: boolean }>,
  every: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  let failing = false;
  while (!signal.aborted) {
    try {
      const { more } = await work();
      if (failing) tell({ event: 'source-back' });
      failing = false;
      if (more) continue;
    } catch (error) {
      if (signal.aborted) return;
      if (!failing) tell({ event: 'source-lost', message: error instanceof Error ? error.message : String(error) });
      failing = true;
    }
    await rest(every, signal);
  }
}
