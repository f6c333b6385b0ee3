import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('a store whose disk is full refuses what it cannot keep, has lost nothing, and goes on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-full-'));
  try {
    const program = new URL('full-disk.ts', import.meta.url).pathname;
    // No file of the process grows beyond this many blocks: what a full disk does, without filling one.
    const command = `ulimit -f 2000 && exec "$0" --disable-warning=ExperimentalWarning "$1" "$2"`;
    const args = ['-c', command, process.execPath, program, join(folder, 'state.sqlite')];
    const { stdout, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    const told = JSON.parse(stdout) as { written: number; refused: string };
    expect(told).toMatchObject({ lost: 0, half: [], usable: 5_000 });
    expect(told.refused).toMatch(/full|disk I\/O error/);
    expect(told.written).toBeGreaterThan(10);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
