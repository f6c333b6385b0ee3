import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { Decision } from '#mesh/policy/decision.ts';
import { type PolicyCase, questionOf } from '#mesh/policy/policy-case.ts';
import type { PolicyAction } from '#mesh/policy/question.ts';
import { builtInEngine, cedar, setOf } from '../mesh/policy/engine.ts';

const LADDER = ['public', 'internal', 'confidential', 'restricted'];

type Rows = Readonly<Record<string, readonly Decision['effect'][]>>;
type Table = { readonly actions: readonly PolicyAction[] } & Readonly<Record<string, Readonly<Record<string, Rows>>>>;

const { actions, ...levels } = parse(
  readFileSync(new URL('../cases/policy/roles.yaml', import.meta.url), 'utf8'),
) as Table;

const PLACES: Readonly<Record<string, string>> = {
  own: 'sales',
  consumer: 'finance',
  other: 'research',
  governance: 'governance',
};

const rows = Object.entries(levels).flatMap(([level, places]) =>
  Object.entries(places).flatMap(([place, roles]) =>
    Object.entries(roles).map(([role, expected]) => ({
      name: `${level}: ${place}/${role}`,
      level,
      as: `${PLACES[place]}/${role}`,
      expected,
    })),
  ),
);

describe('role × resource × action', () => {
  test('has every role on every side at each level', () => {
    expect(rows).toHaveLength(3 * 11);
    for (const { expected } of rows) expect(expected).toHaveLength(actions.length);
  });

  test.each(rows)('$name', ({ level, as, expected }) => {
    const engine = builtInEngine(LADDER);
    const decided = actions.map((action) => {
      const given: PolicyCase = {
        action,
        as,
        product: { columns: { id: 'public key', amount: level } },
        request: { consumer: 'finance', expiresAt: '2026-06-01T00:00:00Z' },
      };
      return engine.decide(questionOf(given, LADDER)).effect;
    });
    expect(decided).toEqual(expected);
  });
});

describe('a policy may speak of', () => {
  const OPEN = '@id("open") @message("m") permit (principal, action, resource);\n';
  const forbids: readonly [string, string, Partial<PolicyCase>, Partial<PolicyCase>][] = [
    ['a domain', 'resource in Weft::Domain::"sales"', {}, { product: { domain: 'finance' } }],
    ['a product', 'resource == Weft::Product::"sales/orders"', {}, { product: { name: 'invoices' } }],
    [
      'a column',
      'context.columns.contains(Weft::Column::"sales/orders/orders.email")',
      {},
      { request: { columns: ['id'] } },
    ],
    ['a role', 'principal in Weft::Role::"analyst"', {}, { as: 'finance/steward' }],
    ['the domain of a caller', 'principal in Weft::Domain::"finance"', {}, { as: 'research/analyst' }],
    [
      'one caller',
      'principal == Weft::Principal::"arn:aws:sts::000000000000:assumed-role/finance-analyst/case"',
      {},
      { as: 'finance/steward' },
    ],
    ['a purpose', 'context.purpose == Weft::Purpose::"marketing"', { request: { purpose: ' Marketing' } }, {}],
  ];

  test.each(forbids)('%s, and of no more', (_what, condition, hit, missed) => {
    const text = `${OPEN}@id("it") @message("m") forbid (principal, action, resource) when { ${condition} };`;
    const engine = createPolicyEngine({
      cedar: cedar(),
      sets: [setOf('global', text)],
      ladder: LADDER,
      name: condition,
    });
    const effect = (given: Partial<PolicyCase>) => {
      const product = { columns: { id: 'public', email: 'internal' }, ...given.product };
      return engine.decide(questionOf({ action: 'subscribe', as: 'finance/analyst', ...given, product }, LADDER))
        .effect;
    };
    expect([effect(hit), effect(missed)]).toEqual(['deny', 'allow']);
  });
});
