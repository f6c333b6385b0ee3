import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '#mesh/error.ts';
import type { Invocation } from '../command.ts';
import { isAlive, localFolder, runningLocal } from '../local-folder.ts';

const PATIENCE_MS = 15_000;

export async function run(invocation: Invocation): Promise<undefined> {
  const stopped = await stopLocal(localFolder(invocation));
  if (invocation.json) invocation.io.out(`${JSON.stringify({ stopped })}\n`);
  else invocation.io.err(stopped ? 'stopped; the state stays\n' : `nothing runs from ${localFolder(invocation)}\n`);
}

/** Stops the mesh that runs from a folder and waits until its process is gone; false when none ran. */
export async function stopLocal(folder: string): Promise<boolean> {
  const mesh = runningLocal(folder);
  if (mesh === undefined) return false;
  process.kill(mesh.pid, 'SIGTERM');
  const deadline = Date.now() + PATIENCE_MS;
  while (isAlive(mesh.pid)) {
    if (Date.now() > deadline)
      throw new WeftError('WEFT-CLI-008', `process ${mesh.pid} does not end`, {
        source: 'user',
        hint: `kill ${mesh.pid}`,
      });
    await sleep(50);
  }
  return true;
}
