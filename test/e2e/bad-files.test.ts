import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openInstance } from '#local/instance/instance.ts';
import { runWeft } from '../cli/run-weft.ts';
import { BadFolders, CONTRACTS, PRODUCTS, ROOT } from './bad-contracts.ts';

const MESH = readFileSync(join(ROOT, 'examples/aviation/mesh.yaml'), 'utf8');
const folders = new BadFolders();

describe('a mesh file', () => {
  test.each<[string, string, string, RegExp]>([
    ['broken YAML', 'domains:', 'domains: [', /^mesh\.yaml:12:3: error: broken YAML: .*\(WEFT-MESH-001\)/m],
    [
      'an unknown key',
      '    contact: analytics@',
      '    kontact: analytics@',
      /^mesh\.yaml:27:5: error: the key "kontact" is unknown/m,
    ],
    [
      'two domains with one account',
      '210000000012',
      '210000000011',
      /^mesh\.yaml:17:14: error: the account "210000000011" belongs to the domain of line 13 already/m,
    ],
    [
      'two domains with one name',
      'name: airport-reference',
      'name: flight-operations',
      /^mesh\.yaml:16:11: error: the name "flight-operations" belongs to the domain of line 12 already/m,
    ],
    [
      'an account of eleven digits',
      '"210000000012"',
      '"21000000012"',
      /^mesh\.yaml:17:14: error: the account "21000000012" is not 12 digits/m,
    ],
    [
      'the governance account as a domain',
      '210000000012',
      '210000000001',
      /^mesh\.yaml:17:14: error: the account 210000000001 is the governance account/m,
    ],
  ])('with %s is refused with its place, by every way in', async (_, from, to, message) => {
    const cwd = folders.with({ 'mesh.yaml': MESH.replace(from, to) });
    const up = await runWeft(['local', 'up', '--mesh', 'mesh.yaml', '--folder', 'data', '--port', '0'], { cwd });
    const validate = ['product', 'validate', join(PRODUCTS, 'airports'), '--mesh', 'mesh.yaml'];
    expect(await runWeft(validate, { cwd })).toEqual(up);
    expect(up).toMatchObject({ exit: 1, out: '', err: expect.stringMatching(message) });
    expect(up.err).toContain('fix: ');
  });

  test('says one broken place once, not everything that follows from it', async () => {
    const cwd = folders.with({ 'mesh.yaml': MESH.replace('domains:', 'domains: [') });
    const { err } = await runWeft(['local', 'up', '--mesh', 'mesh.yaml', '--folder', 'data'], { cwd });
    expect(err.match(/broken YAML/g)).toHaveLength(1);
  });

  test('is refused by the CDK app as well, without a template', () => {
    const cwd = folders.with({ 'mesh.yaml': MESH.replace('210000000012', '210000000011') });
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin/app.ts')], { cwd, encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^mesh\.yaml:17:14: error: the account "210000000011" belongs to .* \(give each domain its own account\)$/m,
    );
  });

  test('that is not there, or a folder, is said to be so', async () => {
    const cwd = folders.with({});
    for (const [file, message] of [
      ['nope.yaml', 'there is no nope.yaml'],
      ['.', '. is not a file'],
    ] as const) {
      const { exit, err } = await runWeft(['local', 'up', '--mesh', file, '--detach', '--folder', 'data'], { cwd });
      expect({ exit, err }).toMatchObject({ exit: 1, err: expect.stringContaining(message) });
    }
  });
});

describe('a contract', () => {
  test.each(CONTRACTS)('with %s is refused with its place', async (_, from, to, message) => {
    const { exit, err } = await runWeft(['product', 'validate', '.'], { cwd: folders.contract(from, to) });
    expect({ exit, err }).toEqual({ exit: 1, err: expect.stringMatching(message) });
  });

  test('of many megabytes is refused before it is read', async () => {
    const { exit, err } = await runWeft(['product', 'validate', '.'], {
      cwd: folders.contract('schema:', `#${'x'.repeat(12_000_000)}\nschema:`),
    });
    expect({ exit, err }).toEqual({
      exit: 1,
      err: expect.stringMatching(/the file has 120\d+ bytes, at most \d+ are read/),
    });
  });
});

describe('weft local up', () => {
  test('says why a folder cannot be written, also in the background', async () => {
    const cwd = folders.with({ file: '' });
    for (const folder of ['file', 'file/below'])
      for (const more of [[], ['--detach']]) {
        const { exit, err } = await runWeft(['local', 'up', '--folder', folder, '--port', '0', ...more], { cwd });
        expect({ exit, err }).toEqual({
          exit: 1,
          err: expect.stringMatching(/cannot be written \((EEXIST|ENOTDIR)\) \(WEFT-LOCAL-002\)/),
        });
      }
  });

  test.each(['abc', '99999', '-1', '1.5'])('refuses %s as a port', async (port) => {
    const { exit, err } = await runWeft(['local', 'up', '--folder', 'data', `--port=${port}`], {
      cwd: folders.with({}),
    });
    expect({ exit, err }).toEqual({
      exit: 1,
      err: expect.stringContaining('is not a whole number from 0 to 65535 (WEFT-CLI-022)'),
    });
  });

  test('heals a lock whose process is gone, and local.json that was never finished', async () => {
    const gone = spawn(process.execPath, ['-e', '']);
    await once(gone, 'exit');
    const folder = folders.with({ lock: JSON.stringify({ pid: gone.pid }), 'local.json': '{"endp' });
    expect((await runWeft(['local', 'status', '--folder', folder])).exit).not.toBe(70);
    const instance = await openInstance({ folder, port: 0, live: false });
    await instance.close();
  });
});
