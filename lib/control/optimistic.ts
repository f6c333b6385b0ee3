import { WeftError } from '#mesh/error.ts';

/** How often a command that lost a race reads again before it gives up. */
const TRIES = 4;

/** Repeats read, decide and write while somebody else writes first (WEFT-REGISTRY-001). */
export async function optimistically<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || !(error instanceof WeftError) || error.code !== 'WEFT-REGISTRY-001') throw error;
    }
  }
}
