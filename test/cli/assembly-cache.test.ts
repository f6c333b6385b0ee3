import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { assemblyOf } from '#cli/assembly-cache.ts';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A stand-in for a synthesis, which counts how often it was asked. */
function synthesis() {
  const calls: string[] = [];
  const make = async (outdir: string) => {
    calls.push(outdir);
    mkdirSync(outdir, { recursive: true });
    writeFileSync(join(outdir, 'manifest.json'), `${calls.length}`);
  };
  return { calls, make };
}

test('an assembly is made once for an input, and another one for another input', async () => {
  const { calls, make } = synthesis();
  const input = randomUUID();
  const first = await assemblyOf(input, make);
  const second = await assemblyOf(input, make);
  const other = await assemblyOf(`${input} and more`, make);
  made.push(first, other);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
  expect(calls.length).toBe(2);
  expect(readFileSync(join(first, 'manifest.json'), 'utf8')).toBe('1');
});

test('a synthesis that fails leaves nothing, and is tried again', async () => {
  const { make } = synthesis();
  const input = randomUUID();
  const drafts: string[] = [];
  const fails = async (outdir: string) => {
    drafts.push(outdir);
    mkdirSync(outdir, { recursive: true });
    throw new Error('a stack is wrong');
  };
  await expect(assemblyOf(input, fails)).rejects.toThrow('a stack is wrong');
  expect(drafts.map((draft) => existsSync(draft))).toEqual([false]);
  made.push(await assemblyOf(input, make));
  expect(existsSync(join(made.at(-1) ?? '', 'manifest.json'))).toBe(true);
});

test('of two that make the same at once, one counts and none fails', async () => {
  const input = randomUUID();
  const { make } = synthesis();
  const slow = async (outdir: string) => {
    // Meanwhile another process has made the same.
    made.push(await assemblyOf(input, make));
    mkdirSync(outdir, { recursive: true });
    writeFileSync(join(outdir, 'manifest.json'), 'late');
  };
  const folder = await assemblyOf(input, slow);
  expect(folder).toBe(made.at(-1));
  expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
});
