import { beforeEach, describe, expect, test } from '@jest/globals';
import { revokeSubscription } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import { reconcile } from '#control/reconcile.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { condition } from '#mesh/record.ts';
import { leavingDomains, obstaclesOf, obstaclesOfChange } from '#mesh/topology/removal.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, ORDERS, TOPOLOGY, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const without = (name: string): Topology => ({
  ...TOPOLOGY,
  domains: TOPOLOGY.domains.filter((domain) => domain.name !== name),
});
const moved = (name: string, account: string): Topology => ({
  ...TOPOLOGY,
  domains: TOPOLOGY.domains.map((domain) => (domain.name === name ? { ...domain, account } : domain)),
});

describe('a domain that a file no longer names', () => {
  let world: World;
  let id: string;

  beforeEach(async () => {
    world = await createWorld();
    await publish(orders(), by('sales/producer'), world.governance);
    const wish = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public' };
    ({
      subscription: { id },
    } = await requestSubscription(wish, by('finance/analyst'), world.governance));
    await world.settle();
  });

  const look = (topology: Topology) =>
    reconcile(
      { ...ORDERS, cause: 'sweep', correlation: 'c-2' },
      { ...world.governance, topology: async () => topology },
    );
  const held = async () => ({
    governance: (await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf('finance'))),
    consumer: await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance')),
  });
  const enrolled = async () => {
    const found = condition((await world.version()).product, 'Enrolled');
    return found && [found.status, found.reason, found.message];
  };

  test.each([
    ['the consumer', without('finance'), 'consumer finance (333333333333)'],
    ['the owner', without('sales'), 'owner sales (222222222222)'],
    ['the consumer under that account', moved('finance', '999999999999'), 'consumer finance (333333333333)'],
  ])('loses nothing by it: %s; it is said, and unsaid when it is back', async (_who, topology, message) => {
    const before = await held();
    expect(before.governance.length).toBeGreaterThan(0);
    await look(topology);
    await world.agents();
    expect(await held()).toEqual(before);
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['active']);
    expect(await enrolled()).toEqual(['false', 'DomainLeft', `no longer in mesh.yaml: ${message}`]);
    const { product } = await world.version();
    await look(topology);
    expect((await world.version()).product.revision).toBe(product.revision);
    await look(TOPOLOGY);
    expect((await enrolled())?.slice(0, 2)).toEqual(['true', 'DomainsThere']);
  });

  test('loses what somebody ends', async () => {
    await look(without('finance'));
    await revokeSubscription(id, 'the domain is gone', by('sales/steward'), world.governance);
    await look(without('finance'));
    expect((await held()).governance).toEqual([]);
  });

  test('is found by the check before it is deployed, with what to do', async () => {
    const { product, subscriptions } = await world.version();
    const holdings = { products: [product], subscriptions, entitlements: [] };
    expect(leavingDomains(TOPOLOGY, without('finance'))).toEqual(['finance']);
    expect(obstaclesOfChange(TOPOLOGY, without('finance'), holdings)).toEqual([
      { domain: 'finance', what: `subscription ${id}`, state: 'active', fix: `weft subscription revoke ${id}` },
    ]);
    expect(obstaclesOf('sales', holdings).map(({ what, fix }) => [what, fix])).toEqual([
      ['product sales/orders v1', 'weft product retire sales/orders --major 1'],
    ]);
    expect(obstaclesOf('research', holdings)).toEqual([]);
    const removed = {
      ...product,
      state: 'retired' as const,
      status: { ...product.status, removedAt: product.createdAt },
    };
    expect(obstaclesOf('sales', { ...holdings, products: [removed] })).toEqual([]);
    const ended = subscriptions.map((entry) => ({ ...entry, state: 'revoked' as const }));
    expect(obstaclesOf('finance', { ...holdings, subscriptions: ended })).toEqual([]);
  });
});
