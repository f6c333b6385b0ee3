import { join } from 'node:path';
import type { Io } from '../io.ts';

/** The file of that name in which something is remembered between sessions; undefined where `WEFT_HISTORY=off` forbids it or there is no home. */
export function dataFile(env: Io['env'], name: string): string | undefined {
  if (env.WEFT_HISTORY === 'off') return undefined;
  const root = env.XDG_DATA_HOME ?? (env.HOME === undefined ? undefined : join(env.HOME, '.local/share'));
  return root === undefined || root === '' ? undefined : join(root, 'weft', name);
}
