import { accessSync, constants, mkdirSync } from 'node:fs';
import { userError } from '#mesh/error.ts';

/**
 * Makes the folder of a local mesh, when it is not there, and sees that this process can write in it.
 * @throws WeftError `WEFT-LOCAL-002` when it cannot.
 */
export function makeWritable(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw userError('WEFT-LOCAL-002', `the folder ${folder} cannot be written (${why})`, {
      cause,
      hint: 'make it writable, or name another with --folder',
    });
  }
}
