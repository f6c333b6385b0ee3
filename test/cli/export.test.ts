import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runWeft } from './run-weft.ts';

const empty = () => mkdtempSync(join(tmpdir(), 'weft-export-'));

describe('product export and verify, given what they cannot use', () => {
  test.each([
    ['text', 'x'],
    ['no files', '{}'],
    ['null', 'null'],
    ['a file without a checksum', '{ "files": [{ "path": "a", "bytes": 1 }] }'],
    ['nothing', ''],
  ])('a manifest of %s is named, and is no bug', async (_name, manifest) => {
    const cwd = empty();
    writeFileSync(join(cwd, 'manifest.json'), manifest);
    const { exit, err } = await runWeft(['product', 'verify', '.'], { cwd });
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringContaining('WEFT-EXPORT-005') });
  });

  test('a folder without a manifest is named', async () => {
    const { exit, err } = await runWeft(['product', 'verify', '.'], { cwd: empty() });
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringContaining('WEFT-EXPORT-004') });
  });

  test('an export goes neither into a file nor beside what is there', async () => {
    const cwd = empty();
    writeFileSync(join(cwd, 'taken'), '');
    for (const out of ['taken', '.']) {
      const { exit, err } = await runWeft(['product', 'export', 'a/b', '--out', out], { cwd });
      expect({ out, exit, err }).toEqual({ out, exit: 1, err: expect.stringContaining('WEFT-EXPORT-003') });
    }
  });
});
