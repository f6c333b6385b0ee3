import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';
import type { Invocation } from '../command.ts';
import { localFolder } from '../local-folder.ts';
import { confirm } from '../prompt.ts';
import { stopLocal } from './local-down.ts';

export async function run(invocation: Invocation): Promise<number> {
  const folder = localFolder(invocation);
  if (!existsSync(folder)) {
    report(invocation, folder, false);
    return 0;
  }
  if (!existsSync(join(folder, 'state.sqlite'))) {
    throw userError('WEFT-CLI-009', `${folder} is not the folder of a local mesh: it has no state.sqlite`, {
      hint: 'name the right one with --folder',
    });
  }
  if (!(await confirm(invocation, `delete ${folder} and everything in it?`))) return 1;
  await stopLocal(folder);
  rmSync(folder, { recursive: true });
  report(invocation, folder, true);
  return 0;
}

function report(invocation: Invocation, folder: string, removed: boolean): void {
  if (invocation.json) invocation.io.out(`${JSON.stringify({ removed: removed ? folder : null })}\n`);
  else invocation.io.err(removed ? `removed ${folder}\n` : `${folder} is not there\n`);
}
