import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '#cli/commands.ts';
import { runWeft } from './run-weft.ts';

const empty = () => mkdtempSync(join(tmpdir(), 'weft-cli-'));

describe('the command line', () => {
  test('its help shows what there is and succeeds', async () => {
    const { exit, out } = await runWeft(['--help']);
    expect(exit).toBe(0);
    for (const noun of ['demo', 'local', 'mesh', 'product', 'subscription', 'query', 'audit', 'completion'])
      expect(out).toContain(noun);
  });

  test.each(
    COMMANDS.map((spec) => [spec.name]),
  )('weft %s --help shows an example and the JSON shape, and its code can be loaded', async (name) => {
    const spec = COMMANDS.find((entry) => entry.name === name);
    const { exit, out } = await runWeft([...name.split(' '), '--help']);
    expect(exit).toBe(0);
    expect(out).toContain(spec?.examples[0]?.line);
    expect(out).toContain('With --json:');
    expect(typeof (await spec?.load())?.run).toBe('function');
  });

  test('sets no terminal by what stands in files or was typed, and tells programs what there is', async () => {
    const cwd = empty();
    writeFileSync(join(cwd, 'a.odcs.yaml'), 'kind: "\\e]0;owned\\a\\e[8mhidden"\n');
    const shown = async (argv: string[], terminal: boolean) => runWeft(argv, { cwd, terminal });
    for (const argv of [
      ['product', 'validate', 'a.odcs.yaml'],
      ['product', 'validate', '\u001b]0;owned\u0007gone'],
    ]) {
      const { exit, out, err } = await shown(argv, true);
      expect(exit).toBe(1);
      expect(`${out}${err}`).not.toMatch(/(?!\n)\p{Cc}/u);
    }
    const { out } = await shown(['product', 'validate', 'a.odcs.yaml', '--json'], true);
    expect(JSON.stringify(JSON.parse(out))).toContain('\\u001b]0;owned');
  });

  test('each noun says what it is about', async () => {
    const { out } = await runWeft(['--help']);
    expect(out).not.toMatch(/^ +(\w+) +\1$/m);
  });

  test.each([
    ['audit verify-proof', ['audit', 'verify-proof', '.', '--key', 'x'], 'WEFT-AUDIT-014'],
    ['a key', ['audit', 'verify', '.', '--key', '.'], 'WEFT-AUDIT-013'],
    ['a record', ['retention', 'verify', '.', '--key', 'x'], 'WEFT-RETENTION-010'],
  ])('a folder in place of a file is no bug: %s', async (_, argv, code) => {
    const { exit, out } = await runWeft([...argv, '--json'], { cwd: empty() });
    expect({ exit, code: JSON.parse(out).error.code }).toEqual({ exit: 1, code });
  });

  test('wrong usage exits with 2 and says so on stderr', async () => {
    for (const argv of [
      ['nonsense'],
      ['product', 'nonsense'],
      ['product', 'show'],
      ['query', 'SELECT 1', '--nonsense'],
    ]) {
      const { exit, out, err } = await runWeft(argv);
      expect({ argv, exit, out }).toEqual({ argv, exit: 2, out: '' });
      expect(err).toContain('error:');
    }
  });

  test('without a mesh it says how to get one', async () => {
    const { exit, out, err } = await runWeft(['product', 'list'], { cwd: empty() });
    expect(exit).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('WEFT-CLI-001');
    expect(err).toContain('weft local up');
  });

  test('with --json an error is one JSON document on stdout', async () => {
    const { exit, out } = await runWeft(['product', 'list', '--json'], { cwd: empty() });
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'WEFT-CLI-001' } });
  });

  test('local status and local down say that nothing runs', async () => {
    const cwd = empty();
    expect(await runWeft(['local', 'status', '--json'], { cwd })).toMatchObject({
      exit: 1,
      out: '{"running":false}\n',
    });
    expect(await runWeft(['local', 'down', '--json'], { cwd })).toMatchObject({ exit: 0, out: '{"stopped":false}\n' });
  });

  test('local reset refuses a folder that is not a mesh, and does nothing when nobody can answer', async () => {
    const cwd = empty();
    writeFileSync(join(cwd, 'precious.txt'), 'mine');
    const wrong = await runWeft(['local', 'reset', '--folder', '.', '--yes'], { cwd });
    expect(wrong).toMatchObject({ exit: 1 });
    expect(wrong.err).toContain('WEFT-CLI-009');
    writeFileSync(join(cwd, 'state.sqlite'), '');
    const unanswered = await runWeft(['local', 'reset', '--folder', '.'], { cwd });
    expect(unanswered.err).toContain('WEFT-CLI-010');
  });
});

describe('product validate', () => {
  test('passes the contracts of the example', async () => {
    for (const product of ['flights', 'airports', 'bird-strikes']) {
      const ran = await runWeft(['product', 'validate', `examples/aviation/products/${product}`]);
      expect({ exit: ran.exit, err: ran.err }).toEqual({ exit: 0, err: expect.stringContaining('valid') });
    }
  });

  test('shows every problem at once with file, line and column', async () => {
    const cwd = empty();
    writeFileSync(
      join(cwd, 'p.odps.yaml'),
      'apiVersion: v1.0.0\nkind: DataProduct\nid: x\nname: p\nversion: 1.0.0\ndomain: nowhere\nstatus: active\noutputPorts:\n  - name: p\n    version: 1.0.0\n    contractId: missing\n',
    );
    const { exit, err } = await runWeft(['product', 'validate', '.'], { cwd });
    expect(exit).toBe(1);
    expect(err).toMatch(/p\.odps\.yaml:6:\d+: error: .*nowhere/);
    expect(err).toMatch(/p\.odps\.yaml:11:\d+: error: .*missing/);
    const json = JSON.parse((await runWeft(['product', 'validate', '.', '--json'], { cwd })).out);
    expect(json.ok).toBe(false);
    expect(json.problems.length).toBeGreaterThanOrEqual(2);
  });

  test('says what a folder without contracts lacks', async () => {
    const { exit, err } = await runWeft(['product', 'validate', '.'], { cwd: empty() });
    expect(exit).toBe(1);
    expect(err).toContain('no *.odps.yaml');
    expect((await runWeft(['product', 'validate', 'not/here'], { cwd: empty() })).err).toContain('is not a folder');
  });
});
