import { expect, test } from '@jest/globals';
import { surroundingsOf } from '#control/rule-facts.ts';
import type { Fact } from '#mesh/audit/rules/fact.ts';
import { rule } from '../mesh/audit/rules/facts.ts';
import { column, product, table } from '../mesh/fixtures.ts';
import { TOPOLOGY } from './world.ts';

const LADDER = TOPOLOGY.classification;
const ORDERS = product([
  table('orders', [
    { ...column('id'), classification: LADDER[0] ?? '' },
    { ...column('email'), classification: LADDER.at(-1) ?? '', personal: true },
  ]),
]);

async function sensitivityOf(columns: readonly string[]) {
  const fact: Fact = {
    ...{ kind: 'read', id: 'q', at: '2026-03-01T00:00:00.000Z', principal: 'r', session: '', account: '', bytes: 0 },
    ...{ domain: 'sales', product: 'orders', major: 1, table: 'orders', columns, subscriptions: [] },
  };
  const rules = [rule('looksAt: reads, what: { personal: true }, raise: { within: 1h, queries: 1 }')];
  const get = async <T>() => ({ product: ORDERS }) as T;
  return (await surroundingsOf(rules, [fact], { get }, TOPOLOGY)).sensitivityOf(fact);
}

test('what was read is as sensitive as the most sensitive of its columns', async () => {
  expect(await sensitivityOf(['id'])).toEqual({ classification: LADDER[0], personal: false });
  expect(await sensitivityOf(['id', 'email'])).toEqual({ classification: LADDER.at(-1), personal: true });
  expect(await sensitivityOf([])).toEqual({ classification: LADDER.at(-1), personal: true });
});

test.each([
  ['*'],
  ['removed_yesterday'],
])('nobody knows what %s was, so it counts as the most sensitive', async (name) => {
  expect(await sensitivityOf(['id', name])).toBeUndefined();
});
