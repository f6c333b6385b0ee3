import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseMesh } from '#mesh/topology/parse.ts';

const folder = new URL('../../cases/mesh-yaml/', import.meta.url);
const MESH = readFileSync(new URL('mesh.yaml', folder), 'utf8');

interface Case {
  readonly name: string;
  readonly replace: readonly [string, string];
  readonly and?: readonly [string, string];
  readonly problems: readonly string[];
}

const GOVERNED = readFileSync(new URL('governed.yaml', folder), 'utf8');
const read = (name: string) => parse(readFileSync(new URL(name, folder), 'utf8')) as Case[];
const cases = [
  ...read('cases.yaml').map((entry) => ({ ...entry, file: MESH })),
  ...read('governed-cases.yaml').map((entry) => ({ ...entry, file: GOVERNED })),
];

function change(text: string, [from, to]: readonly [string, string]): string {
  expect(text).toContain(from);
  return text.replace(from, to);
}

describe('mesh.yaml', () => {
  test('is read whole', () => {
    expect(parseMesh(MESH)).toEqual({
      ok: true,
      problems: [],
      value: {
        mesh: 'toy',
        region: 'eu-central-1',
        organization: 'o-abcdefghij',
        governanceAccount: '111111111111',
        auditAccount: '999999999999',
        // Where the trail is apart, governance witnesses it.
        witnessAccount: '111111111111',
        classification: ['public', 'internal', 'confidential'],
        crossAccountVersion: '4',
        domains: [
          { name: 'sales', account: '222222222222', owners: ['Sam'], contact: 'sales@example.org' },
          { name: 'finance', account: '033333333333', owners: ['Fay', 'Finn'], contact: 'finance@example.org' },
        ],
      },
    });
  });

  test('audits in the governance account unless it names another', () => {
    const result = parseMesh(change(MESH, ["audit: { account: '999999999999' }\n", '']));
    expect(result.ok && result.value.auditAccount).toBe('111111111111');
  });

  test.each(cases)('$name', ({ file, replace, and, problems }) => {
    const text = change(file, replace);
    const result = parseMesh(and === undefined ? text : change(text, and));
    expect(result.problems.map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual(problems);
    expect(result.ok).toBe(problems.length === 0);
    for (const problem of result.problems)
      expect(problem).toMatchObject({ file: 'mesh.yaml', fix: expect.any(String) });
  });

  test('that says how it is governed is read whole', () => {
    const result = parseMesh(GOVERNED);
    expect(result).toMatchObject({
      ok: true,
      value: {
        governanceAccount: '111111111111',
        governance: {
          council: { representatives: ['sales', 'finance'], quorum: 2 },
          approvers: {
            legal: ['finance:steward', 'governance:auditor', 'arn:aws:iam::222222222222:role/team/counsel'],
          },
          recertifyEvery: { confidential: 180 },
          drift: 'ask',
        },
        applications: [
          { name: 'billing', role: 'arn:aws:iam::222222222222:role/team/billing', state: 'approved' },
          { name: 'forecasts', role: 'arn:aws:iam::033333333333:role/forecasts', state: 'suspended' },
        ],
        domains: [
          { name: 'sales', unit: 'ou-ab12-3cd45efg' },
          { name: 'finance' },
          { name: 'research' },
          { name: 'airline', external: true, terms: 'https://example.org/terms/airline' },
        ],
      },
    });
  });

  test('that is too large is not read', () => {
    const result = parseMesh(`${MESH}# ${'x'.repeat(1_000_000)}`);
    expect(result.problems.map((problem) => problem.code)).toEqual(['WEFT-MESH-001']);
  });

  test.each([
    ['nested too deeply', '['.repeat(100_000)],
    ['a list', '- mesh'],
    ['empty', ''],
  ])('that is %s is refused', (_, text) => {
    const result = parseMesh(text);
    expect(result.ok).toBe(false);
    expect(result.problems.length).toBeGreaterThan(0);
  });

  test('that is anything at all gives problems, never an exception', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(parseMesh(text).ok).toBe(false)));
    const broken = fc
      .tuple(fc.nat(MESH.length), fc.nat(20), fc.string())
      .map(([at, length, text]) => MESH.slice(0, at) + text + MESH.slice(at + length));
    fc.assert(fc.property(broken, (text) => expect(typeof parseMesh(text).ok).toBe('boolean')));
  });
});
