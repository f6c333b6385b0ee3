import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeAll } from '../buffer/disk.ts';

/** When a file is so long, it becomes the former one, in bytes. */
const LONGEST = 16 * 2 ** 20;

/** Appends lines to a file for the people of the site; of what is older, one file is kept. */
export function appendLines(path: string, lines: readonly object[], durable: boolean): void {
  if (lines.length === 0) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path) && statSync(path).size > LONGEST) renameSync(path, `${path}.1`);
  const handle = openSync(path, 'a', 0o600);
  try {
    writeAll(handle, Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
    if (durable) fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
