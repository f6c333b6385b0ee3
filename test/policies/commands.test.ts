import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runWeft } from '../cli/run-weft.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const AVIATION = join(ROOT, 'examples/aviation/policies');
const OPEN = '@id("open") @message("open to all") permit (principal, action, resource);\n';
const CLOSED =
  '@id("closed")\n@message("level {context.level} is closed")\nforbid (principal, action == Weft::Action::"subscribe", resource)\nwhen { context.level > 0 && !context.purpose.stated };\n';
const CASES = `ladder: [public, internal]
cases:
  - { name: open, action: subscribe, as: finance/analyst, effect: allow, policies: [open] }
  - { name: closed, action: subscribe, as: finance/analyst, product: { columns: { a: internal } }, request: { purpose: "" }, effect: deny, policies: [closed], says: level 1 }
  - { name: with a purpose, action: subscribe, as: finance/analyst, product: { columns: { a: internal } }, effect: allow, policies: [open] }
  - { name: open without one, action: subscribe, as: finance/analyst, request: { purpose: "" }, effect: allow, policies: [open] }
`;

describe('weft policy', () => {
  let cwd: string;

  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'weft-policy-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true, force: true }));

  const write = (files: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), text);
    }
  };
  const weft = (...args: string[]) => runWeft(args, { cwd });

  test('check names what is wrong in the folder of the reader, and fails', async () => {
    write({
      'policies/global/a.cedar': `${OPEN}@id("b") @message("m")\nforbid (principal, action, resource)\nwhen { resource.colour };\n`,
    });
    const { exit, err } = await weft('policy', 'check');
    expect(exit).toBe(1);
    expect(err).toMatch(/^policies\/global\/a\.cedar:4:8: error: .*colour.*\(WEFT-POLICY-030\)$/m);
    const json = await weft('policy', 'check', '--json');
    expect([json.exit, JSON.parse(json.out)]).toEqual([1, expect.objectContaining({ ok: false, policies: 2 })]);
  });

  test('check passes the policies of the example, and those that come with weft', async () => {
    expect(await weft('policy', 'check', AVIATION)).toMatchObject({
      exit: 0,
      err: expect.stringContaining('global, wildlife-safety'),
    });
    expect(await weft('policy', 'check')).toMatchObject({ exit: 0 });
    expect(await weft('policy', 'check', 'nowhere')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('WEFT-POLICY-036'),
    });
  });

  test('test runs the cases, and says which mistakes nobody would notice', async () => {
    write({ 'policies/global/a.cedar': `${OPEN}${CLOSED}`, 'policies/global/cases.yaml': CASES });
    expect(await weft('policy', 'test', '--strict')).toMatchObject({
      exit: 0,
      err: expect.stringContaining('4 of 4 cases pass; no mistaken edit'),
    });
    write({
      'policies/global/cases.yaml': CASES.split('\n')
        .filter((line) => !line.includes('effect: allow'))
        .join('\n'),
    });
    const loose = await weft('policy', 'test');
    expect(loose).toMatchObject({
      exit: 0,
      err: expect.stringContaining('unnoticed global/open: removed'),
    });
    expect(await weft('policy', 'test', '--strict')).toMatchObject({ exit: 1 });
  });

  test('test fails when a policy is not what its cases say', async () => {
    write({ 'policies/global/a.cedar': `${OPEN}${CLOSED.replace('> 0', '> 1')}`, 'policies/global/cases.yaml': CASES });
    const { exit, err } = await weft('policy', 'test');
    expect(exit).toBe(1);
    expect(err).toContain(
      'failed closed\n    effect: expected deny, found allow\n    policies: expected global/closed, found global/open',
    );
    write({ 'policies/global/cases.yaml': 'cases: [{ name: x, action: dance, as: a/b, policies: [] }]\n' });
    expect(await weft('policy', 'test')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('which is none of publish'),
    });
  });

  test('explain tells of each policy why', async () => {
    write({
      'policies/global/a.cedar': `${OPEN}${CLOSED}`,
      'request.yaml': 'action: subscribe\nas: finance/analyst\nproduct: { columns: { a: internal } }\n',
    });
    const { exit, out } = await weft('policy', 'explain', 'request.yaml', '--all');
    expect(exit).toBe(0);
    expect(out).toMatch(/^verdict: allowed \(global@[0-9a-f]{12}\)\n {2}global\/open open to all\n/);
    expect(out).toContain('matched global/open (permit) policies/global/a.cedar:1:1');
    expect(out).toContain(
      'not matched global/closed (forbid) policies/global/a.cedar:2:1\n    when !context.purpose.stated\n',
    );
    expect((await weft('policy', 'explain', 'request.yaml')).out).not.toContain('global/closed');
    expect(await weft('policy', 'explain', 'nope.yaml')).toMatchObject({
      exit: 1,
      err: expect.stringContaining('WEFT-POLICY-038'),
    });
  });
});
