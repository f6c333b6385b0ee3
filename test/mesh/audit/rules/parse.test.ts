import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkAuditRules } from '#mesh/audit/rules/check.ts';
import { parseAuditRules } from '#mesh/audit/rules/parse.ts';
import { aviation } from '../../../stacks/aviation.ts';

const GOOD = '{ id: one, message: m, looksAt: reads, raise: { within: 15m, queries: 1 } }';
const DENIALS = 'id: one, message: m, looksAt: denials, raise: { within: 15m, attempts: 1 }';
const READS = 'id: one, message: m, looksAt: reads, raise: { within: 15m, queries: 1 }';

/** The codes of a text's problems, with the line of each. */
function codes(text: string): string[] {
  return parseAuditRules(text).problems.map(({ code, line }) => `${code.slice(-3)}@${line}`);
}

describe('the rules that come with the project', () => {
  const built = parseAuditRules(readFileSync('policies/audit-rules.yaml', 'utf8'));

  test('are valid, whatever levels a mesh has', () => {
    expect(built.problems).toEqual([]);
    expect(built.ok && checkAuditRules(built.value, { classification: ['open', 'secret'], domains: [] })).toEqual([]);
  });

  test('look at reads in bulk, at odd hours, at first uses and at denials, and one suspends', () => {
    const rules = built.ok ? built.value.rules : [];
    expect(rules.some(({ when }) => when !== undefined)).toBe(true);
    expect(rules.some(({ raise }) => 'first' in raise)).toBe(true);
    expect(rules.some(({ looksAt }) => looksAt === 'denials')).toBe(true);
    expect(rules.filter(({ response }) => response === 'suspend')).toHaveLength(1);
  });
});

describe('a file of rules', () => {
  test('says in full what it means', () => {
    const text = `
rules:
  - id: night
    message: at night
    looksAt: reads
    per: subscription
    who: { domains: [analytics], roles: [analyst], principals: ['arn:*'], except: ['arn:aws:iam::1:role/x'] }
    what: { products: ['a/*'], tables: [t], classification: internal, personal: true }
    when: { outside: '07:00-19:30', days: [fri, mon], zone: Europe/Berlin }
    raise: { within: 6h, queries: 3, bytes: 2GB }
    severity: low
    response: suspend
capture:
  - { products: ['a/b'], sql: hash }
`;
    expect(parseAuditRules(text)).toMatchObject({
      ok: true,
      value: {
        rules: [
          {
            per: 'subscription',
            when: { side: 'outside', from: 420, to: 1170, days: ['mon', 'fri'], zone: 'Europe/Berlin' },
            raise: { withinMs: 21_600_000, least: { queries: 3, bytes: 2_000_000_000 } },
          },
        ],
        capture: [{ products: ['a/b'], sql: 'hash' }],
      },
    });
  });

  test.each([
    ['what is no YAML', 'rules: [', ['080@1']],
    ['no mapping', '- a', ['083@1']],
    ['no rules', 'capture: []', ['082@1']],
    ['a key that is unknown', `rules:\n  - ${GOOD}\nrule: x`, ['081@3']],
    ['an empty rule', 'rules:\n  - {}', ['082@2', '082@2', '082@2', '082@2']],
    ['a rule that is a word', 'rules:\n  - word', ['083@2']],
    ['two rules of one name', `rules:\n  - ${GOOD}\n  - ${GOOD}`, ['084@3']],
    ['a number that is none', `rules:\n  - { ${READS.replace('queries: 1', 'queries: 0')} }`, ['083@2']],
    ['a span that is too long', `rules:\n  - { ${READS.replace('15m', '8d')} }`, ['083@2']],
    ['a size of something else', `rules:\n  - { ${READS.replace('queries: 1', 'queries: 1GB')} }`, ['083@2']],
    ['nothing that is counted', `rules:\n  - { ${READS.replace(', queries: 1', '')} }`, ['082@2']],
    ['a first use beside a number', `rules:\n  - { ${READS.replace('within: 15m', 'first: product')} }`, ['085@2']],
    ['a zone that is nowhere', `rules:\n  - { ${READS}, when: { inside: '07:00-08:00', zone: Mars/Base } }`, ['083@2']],
    ['hours without a zone', `rules:\n  - { ${READS}, when: { inside: '07:00-08:00' } }`, ['082@2']],
    [
      'both sides of hours',
      `rules:\n  - { ${READS}, when: { inside: '07:00-08:00', outside: '07:00-08:00', zone: UTC } }`,
      ['085@2'],
    ],
    ['an hour that no day has', `rules:\n  - { ${READS}, when: { inside: '07:00-24:30', zone: UTC } }`, ['083@2']],
    ['a product without its domain', `rules:\n  - { ${READS}, what: { products: [flights] } }`, ['083@2']],
    ['a list of nothing', `rules:\n  - { ${READS}, what: { products: [] } }`, ['083@2']],
    ['denials that suspend', `rules:\n  - { ${DENIALS}, response: suspend }`, ['085@2']],
    ['denials of columns', `rules:\n  - { ${DENIALS}, what: { personal: true } }`, ['085@2']],
    ['denials by subscription', `rules:\n  - { ${DENIALS}, per: subscription }`, ['085@2']],
    [
      'denials for the first time',
      `rules:\n  - { ${DENIALS.replace('within: 15m, attempts: 1', 'first: product')} }`,
      ['085@2'],
    ],
    ['a capture of something else', `rules:\n  - ${GOOD}\ncapture:\n  - { products: ['a/b'], sql: some }`, ['083@4']],
    [
      'several at once, each with its place',
      `rules:\n  - { ${READS}, colour: red }\n  - { ${DENIALS.replace('one', 'two')}, per: nobody }`,
      ['081@2', '083@3'],
    ],
  ])('with %s is refused', (_what, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  test('that names what the mesh does not have is refused', () => {
    const text = `rules:\n  - { ${READS}, who: { domains: [nowhere] }, what: { classification: secret } }`;
    const parsed = parseAuditRules(text);
    expect(parsed.ok && checkAuditRules(parsed.value, aviation()).map(({ message }) => message)).toEqual([
      'the rule "one" names the domain "nowhere", which the mesh does not have',
      'the rule "one" names the level "secret", which the mesh does not have',
    ]);
  });
});
