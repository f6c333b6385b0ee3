import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { userError } from '#mesh/error.ts';

interface Holder {
  readonly pid: number;
  /** When that process began, in the kernel's own count: tells it from another process with the same number. */
  readonly startedAt?: string;
}

/**
 * Takes the folder for this process; gives the function that lets it go. A lock whose process is gone heals itself.
 * @throws WeftError `WEFT-LOCAL-003` naming the process when another one runs from the folder.
 */
export function takeLock(folder: string): () => void {
  const file = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (write(file)) return () => rmSync(file, { force: true });
    const holder = read(file);
    if (holder !== undefined && isRunning(holder)) throw held(folder, holder.pid);
    rmSync(file, { force: true });
  }
  throw held(folder, read(file)?.pid ?? 0);
}

function write(file: string): boolean {
  try {
    const handle = openSync(file, 'wx');
    writeSync(handle, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds the lock; undefined when the file is gone or was never finished. */
function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isRunning({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const actual = startOf(pid);
  return startedAt === undefined || actual === undefined || startedAt === actual;
}

/** Field 22 of `/proc/<pid>/stat` (proc(5)); undefined where there is no such file. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function held(folder: string, pid: number) {
  return userError('WEFT-LOCAL-003', `a local mesh already runs from ${folder}, as process ${pid}`, {
    hint: `stop it with: weft local down, or use another folder with --folder`,
    details: { pid },
  });
}
