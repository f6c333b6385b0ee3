import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const RUN_FOLDER = resolve('test/run-folder.ts');

/** Runs a program that opens a folder for its run; gives what it printed. */
function run(parent: string, then: string): string {
  const script = `import open from ${JSON.stringify(RUN_FOLDER)};
    import { spawnSync } from 'node:child_process';
    import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { join } from 'node:path';
    open();
    writeFileSync(join(mkdtempSync(join(tmpdir(), 'left-')), 'file'), 'left');
    ${then}`;
  const env = { ...process.env, TMPDIR: parent };
  const ran = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' });
  return ran.stdout + ran.stderr;
}

const newParent = () => mkdtempSync(join(tmpdir(), 'weft-parent-'));

test('what a program and its children leave goes when it ends', () => {
  const parent = newParent();
  const child = `spawnSync(process.execPath, ['--eval', "fs.mkdtempSync(require('path').join(os.tmpdir(), 'childs-'))"]);
    console.log(readdirSync(tmpdir()).length);`;
  expect(run(parent, child)).toBe('2\n');
  expect(readdirSync(parent)).toEqual([]);
});

test('the exit code of a program that fails is its own', () => {
  const parent = newParent();
  expect(run(parent, `throw new Error('failed');`)).toContain('failed');
  expect(readdirSync(parent)).toEqual([]);
});

test('what a killed run left goes with a run a day later, and not with one before', () => {
  const parent = newParent();
  run(parent, `process.kill(process.pid, 'SIGKILL');`);
  const [left = ''] = readdirSync(parent);
  expect(left).toMatch(/^weft-run-\d+-/);

  run(parent, '');
  expect(readdirSync(parent)).toEqual([left]);

  const yesterday = Date.now() / 1000 - 90_000;
  utimesSync(join(parent, left), yesterday, yesterday);
  run(parent, '');
  expect(readdirSync(parent)).toEqual([]);
});

test('an old folder stays as long as its run goes on', () => {
  const parent = newParent();
  const old = `const { utimesSync } = await import('node:fs');
    utimesSync(tmpdir(), 0, 0);
    spawnSync(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(`import open from ${JSON.stringify(RUN_FOLDER)}; open();`)}],
      { env: { ...process.env, TMPDIR: ${JSON.stringify(parent)} } });
    console.log(readdirSync(tmpdir()).length);`;
  expect(run(parent, old)).toBe('1\n');
});
