import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DAY = 86_400_000;

/**
 * Gives this process, and those it starts, a temporary folder of their own until it ends, so that what they leave goes with it. What a killed run left goes first,
 * a day later.
 */
export default function openRunFolder(): void {
  removeForgotten(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), `weft-run-${process.pid}-`));
  // A server that runs as another user passes through.
  chmodSync(folder, 0o711);
  process.env.TMPDIR = folder;
  process.once('exit', () => remove(folder));
}

/** Removes folders of runs whose process is gone. Another machine's process may share the folder and not be seen from here, so they must be old as well. */
function removeForgotten(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^weft-run-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(parent, name);
    const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && Date.now() - changed > DAY) remove(folder);
  }
}

/** What cannot be removed, because a process still writes there, waits for a later run: nothing fails for it. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {}
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
