import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Invocation } from '../command.ts';
import { tone } from '../io.ts';
import { localFolder } from '../local-folder.ts';

const POLL_MS = 300;

export async function run(invocation: Invocation): Promise<undefined> {
  const folder = join(localFolder(invocation), 'logs');
  const part = invocation.args[0] ?? '';
  const positions = new Map<string, number>();
  const follow = invocation.options.follow === true;
  if (follow) invocation.io.progress?.pause();
  const collected: { function: string; line: string }[] = [];
  do {
    for (const file of logFiles(folder, part)) {
      const name = basename(file, '.log');
      for (const line of newLines(file, positions)) {
        if (invocation.json && follow) invocation.io.out(`${JSON.stringify({ function: name, line })}\n`);
        else if (invocation.json) collected.push({ function: name, line });
        else invocation.io.out(`${tone(invocation.io, 'dim', name)} ${line}\n`);
      }
    }
    if (follow) await sleep(POLL_MS);
  } while (follow);
  if (invocation.json) invocation.io.out(`${JSON.stringify(collected)}\n`);
}

function logFiles(folder: string, part: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log') && name.includes(part))
    .sort()
    .map((name) => join(folder, name));
}

/** The lines of a file since the last look. */
function newLines(file: string, positions: Map<string, number>): string[] {
  const from = positions.get(file) ?? 0;
  const { size } = statSync(file);
  if (size <= from) return [];
  const handle = openSync(file, 'r');
  const buffer = Buffer.alloc(size - from);
  readSync(handle, buffer, 0, buffer.length, from);
  closeSync(handle);
  const end = buffer.lastIndexOf(10) + 1;
  positions.set(file, from + end);
  return buffer
    .subarray(0, end)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
