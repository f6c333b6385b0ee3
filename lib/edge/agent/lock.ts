import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';

/**
 * Takes a buffer for this process, because two that number the same rows would give a number twice; gives the function that lets it go. A lock
 * whose process is gone heals itself.
 * @throws WeftError `WEFT-EDGE-020` when another agent has it.
 */
export function lockBuffer(folder: string): () => void {
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, `${process.pid} ${startOf(process.pid)}`);
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = agentOf(folder);
    if (holder !== undefined) {
      throw userError('WEFT-EDGE-020', `an agent already runs on the buffer ${folder}, as process ${holder}`, {
        hint: 'stop it, or give each agent a buffer of its own',
      });
    }
    rmSync(file, { force: true });
  }
  throw userError('WEFT-EDGE-020', `the lock of the buffer ${folder} cannot be taken`, { hint: `remove ${file}` });
}

/** The process of the agent that runs on a buffer, or undefined. */
export function agentOf(folder: string): number | undefined {
  const [pid, started] = text(join(folder, 'lock')).split(' ');
  if (pid === undefined || !/^\d+$/.test(pid)) return undefined;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  return startOf(Number(pid)) === started ? Number(pid) : undefined;
}

/** When a process began, in the kernel's count (proc(5), field 22): another process with the same number began at another time. */
function startOf(pid: number): string {
  const stat = text(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
