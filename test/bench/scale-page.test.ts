import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { virtualTime } from '../../bench/limiter.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from '../../bench/made-mesh.ts';
import {
  BASE,
  GRANTS_OF_A_SHARE,
  metFirst,
  QUOTAS,
  quotaTable,
  sharesOf,
  timesAsBig,
} from '../../bench/quota-model.ts';

const page = readFileSync('docs/scale.md', 'utf8');

test('the page has the table that the model makes', () => {
  expect(/<!-- quotas -->\n([\s\S]*)<!-- \/quotas -->/.exec(page)?.[1]).toBe(quotaTable());
});

describe('the model of quotas', () => {
  const { product, topology } = SUBSCRIPTION_COST;
  const granted = (count: number) => {
    const subscriptions = Array.from({ length: count }, (_, index) =>
      subscriptionTo(product, topology, index, 'confidential'),
    );
    return compileAccess(product, subscriptions, [], topology, '2026-03-01T12:00:00Z').accountGrants.length;
  };

  test.each([
    1, 7, 100, 250,
  ])('counts the grants of %i subscriptions to one product as the compiler makes them', (count) => {
    const consumers = topology.domains.length - 1;
    const size = { domains: consumers + 1, products: 1, tablesOfProduct: 1, subscriptions: count };
    expect(sharesOf(size) * GRANTS_OF_A_SHARE).toBe(granted(count));
  });

  test('needs no less of anything in a bigger mesh, and names the first quota first', () => {
    for (const { needs } of QUOTAS) expect(needs(timesAsBig(BASE, 10))).toBeGreaterThanOrEqual(needs(BASE));
    const times = metFirst().map((entry) => entry.times);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(metFirst()[0]?.quota.name).toBe('grants by name to other accounts');
  });
});

test('a seed tells a whole run of the limiter', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, virtualTime(seed).random);
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});
