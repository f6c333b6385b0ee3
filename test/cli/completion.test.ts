import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '#cli/commands.ts';
import { candidates } from '#cli/complete/candidates.ts';
import { type FakeMesh, fakeMesh, NAMED } from './fake-mesh.ts';
import { runWeft } from './run-weft.ts';

const ENTRY = resolve('bin/weft.ts');
const SUBSCRIPTION = 'flight-operations.flights.v1.analytics.x1';

test('nothing is offered that a shell would run, wherever the name comes from', async () => {
  const evil = ['$(touch x)', '`touch x`', 'a;b', 'a b', '*', 'sales/orders', 'a\u001b[2J'];
  const found = await candidates(['product', 'show', ''], COMMANDS, async () => evil);
  expect(found.map(({ value }) => value)).toEqual(['sales/orders']);
});

describe('completion', () => {
  let mesh: FakeMesh;
  const words = async (line: readonly string[], env: Record<string, string> = {}, cwd = mesh.cwd) =>
    (await runWeft(['complete', '--', ...line], { cwd, env })).out.split('\n').slice(0, -1);

  beforeAll(async () => {
    mesh = await fakeMesh(NAMED);
  });

  afterAll(() => mesh.close());

  test.each([
    [['subscr'], ['subscription']],
    [['product', 'publ'], ['publish']],
    [['product', 'show', '--ma'], ['--major']],
    [['product', 'show', '--f'], ['--folder']],
    [
      ['product', 'show', ''],
      ['flight-operations/flights', 'airport-reference/airports'],
    ],
    [['product', 'show', 'air'], ['airport-reference/airports']],
    [['product', 'show', '--major', '1', 'air'], ['airport-reference/airports']],
    [['subscription', 'approve', ''], [SUBSCRIPTION]],
    [
      ['subscription', 'plan', 'flight-operations'],
      ['flight-operations/flights', SUBSCRIPTION],
    ],
    [['subscription', 'list', '--product', 'air'], ['airport-reference/airports']],
    [
      ['subscription', 'list', '--state', 'rev'],
      ['revoking', 'revoked'],
    ],
    [
      ['subscription', 'request', 'a/b', '--clearance', ''],
      ['public', 'internal', 'confidential', 'restricted'],
    ],
    [['domain', 'suspend', 'wild'], ['wildlife-safety']],
    [['product', 'list', '-d', 'wild'], ['wildlife-safety']],
    [
      ['product', 'list', '--as', 'analytics/'],
      ['analytics/producer', 'analytics/analyst', 'analytics/steward'],
    ],
    [['product', 'list', '--as', '=', 'governance/a'], ['governance/auditor']],
    [['query', 'SELECT 1', '--format', 'c'], ['csv']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    // Files, free text, ids of something else, too many words: the shell's own affair.
    [['product', 'publish', 'prod'], []],
    [['subscription', 'reject', SUBSCRIPTION, '--reason', 'no'], []],
    [['entitlement', 'revoke', ''], []],
    [['product', 'show', 'a/b', ''], []],
    [['nonsense', 'more', ''], []],
  ])('of %j is %j', async (line, found) => {
    // Completion waits 300 ms for the mesh and offers nothing then: on a busy machine the key is pressed again.
    let given = await words(line);
    for (let press = 1; press < 10 && given.length < found.length; press += 1) given = await words(line);
    expect(given).toEqual(found);
  });

  test('names every noun, and says what a verb does', async () => {
    for (const noun of ['demo', 'local', 'product', 'subscription', 'query', 'audit'])
      expect(await words([''])).toContain(noun);
    const { out } = await runWeft(['complete', '--describe', '--', 'product', 'publ'], { cwd: mesh.cwd });
    expect(out).toMatch(/^publish\tpublish a product/);
  });

  test('without a mesh still knows the commands, and is silent about the rest', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'weft-complete-'));
    expect(await words(['product', 'sho'], {}, cwd)).toEqual(['show']);
    expect(await runWeft(['complete', '--', 'product', 'show', ''], { cwd })).toEqual({ exit: 0, out: '', err: '' });
    writeFileSync(join(cwd, '.weft'), 'no folder');
    expect(await runWeft(['complete', '--', 'product', 'show', ''], { cwd })).toEqual({ exit: 0, out: '', err: '' });
  });

  test('of a mesh that is slow comes from what is remembered, in a third of a second', async () => {
    const home = mkdtempSync(join(tmpdir(), 'weft-cache-'));
    const env = { XDG_CACHE_HOME: home };
    mesh.delay = 2000;
    const started = performance.now();
    expect(await words(['product', 'show', ''], env)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(1500);
    mesh.delay = 0;
    expect(await words(['product', 'show', ''], env)).toHaveLength(2);
    const [file = ''] = readdirSync(join(home, 'weft'));
    expect(statSync(join(home, 'weft', file)).mode & 0o777).toBe(0o600);
    mesh.delay = 2000;
    expect(await words(['product', 'show', ''], env)).toHaveLength(2);
    mesh.delay = 0;
  });

  test('works in bash', async () => {
    const { out: script } = await runWeft(['completion', 'bash']);
    const folder = mkdtempSync(join(tmpdir(), 'weft-bash-'));
    const weft = join(folder, 'weft');
    writeFileSync(weft, `#!/bin/sh\nexec '${process.execPath}' '${ENTRY}' "$@"\n`);
    chmodSync(weft, 0o755);
    const typed = async (line: readonly string[]) => {
      const quoted = line.map((word) => `'${word}'`).join(' ');
      const lines = `${script}\nCOMP_WORDS=(weft ${quoted}); COMP_CWORD=${line.length}; _weft '${weft}'; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { PATH: process.env.PATH, NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)('bash', ['-c', lines], { cwd: mesh.cwd, env });
      return stdout.trim().split('\n');
    };
    expect(await typed(['product', 'sho'])).toEqual(['show']);
    expect(await typed(['product', 'show', '--as', 'governance/a'])).toEqual(['governance/auditor']);
    expect(await typed(['product', 'publish', ''])).toEqual(['']);
  });

  test('has a script for each shell, and bash takes its own', async () => {
    const scripts = await Promise.all(
      ['bash', 'zsh', 'fish'].map(async (shell) => (await runWeft(['completion', shell])).out),
    );
    const [bash = '', zsh = '', fish = ''] = scripts;
    expect(spawnSync('bash', ['-n'], { input: bash }).status).toBe(0);
    expect(zsh).toMatch(/^#compdef weft\n/);
    expect(zsh).toContain('compadd -a found');
    expect(fish).toContain("complete -c weft -f -a '(__weft_complete)'");
    for (const script of scripts) expect(script).toMatch(/complete (?:--describe )?-- /);
    for (const [shell, script] of [
      ['zsh', zsh],
      ['fish', fish],
    ] as const) {
      const checked = spawnSync(shell, ['-n'], { input: script });
      // Not every machine has these.
      if (checked.error === undefined) expect({ shell, status: checked.status }).toEqual({ shell, status: 0 });
    }
    expect((await runWeft(['completion', 'tcsh'])).err).toContain('WEFT-CLI-016');
  });
});
