import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide, revokeSubscription } from '#control/decide.ts';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import { reconcileEntitlements } from '#control/entitlement/reconcile.ts';
import { ownAccess } from '#control/own-access.ts';
import { publish } from '#control/publish.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { suspendProduct, suspendSubscription } from '#control/suspend.ts';
import { suspendDomain } from '#control/suspend-domain.ts';
import { orders } from '../lambdas/orders.ts';
import { callerAs, createWorld, ORDERS, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const ANALYST = 'finance/analyst';

describe('what a caller is told of his own access', () => {
  let world: World;
  let id: string;

  const own = (as = ANALYST) => ownAccess({ domain: 'sales', name: 'orders' }, callerAs(as), world.governance);
  const subscribe = async (more: { clearance?: string; rows?: Record<string, string> } = {}) => {
    const wish = { domain: 'sales', name: 'orders', purpose: 'to know', clearance: 'public', ...more };
    const { subscription } = await requestSubscription(wish, by(ANALYST), world.governance);
    if (subscription.state === 'pending')
      await decide(subscription.id, { decision: 'approve' }, by('sales/steward'), world.governance);
    return subscription.id;
  };

  beforeEach(async () => {
    world = await createWorld();
    await publish(orders(), by('sales/producer'), world.governance);
    id = await subscribe();
  });

  test('is settled once both accounts were read back, and stays the same as long as nothing is decided', async () => {
    expect(await own()).toMatchObject({ product: 'sales/orders', major: 1, through: [id], settled: false });
    await world.settle();
    const first = await own();
    expect(first.settled).toBe(true);
    expect(await own()).toEqual(first);
  });

  test('is nothing for who has none', async () => {
    await world.settle();
    expect(await own('finance/producer')).toMatchObject({ through: [], settled: false });
    expect(await own('sales/analyst')).toMatchObject({ through: [], settled: false });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a revocation', () => revokeSubscription(id, 'enough', by('sales/steward'), world.governance)],
    ['a suspension', () => suspendSubscription(id, { action: 'suspend' }, by('sales/steward'), world.governance)],
    ['a suspended product', () => suspendProduct(ORDERS, { action: 'suspend' }, by('sales/steward'), world.governance)],
    [
      'a stopped domain',
      () =>
        suspendDomain('finance', { action: 'suspend', reason: 'a test' }, by('governance/platform'), world.governance),
    ],
    ['one subscription more', () => subscribe({ rows: { orders: 'id = 7' } })],
    ['another edition', () => publish(orders('1.1.0'), by('sales/producer'), world.governance)],
  ])('is another, and not settled, from the moment of %s on', async (_, change) => {
    await world.settle();
    const before = await own();
    await change();
    const after = await own();
    expect(after.settled).toBe(false);
    expect(after.digest).not.toBe(before.digest);
  });

  test('is settled again after a narrower one has taken the place of a wide one, and then another than before', async () => {
    await world.settle();
    const wide = await own();
    await revokeSubscription(id, 'too wide', by('sales/steward'), world.governance);
    await world.settle();
    const narrow = await subscribe({ rows: { orders: 'id = 7' } });
    await world.settle();
    expect(await own()).toMatchObject({ through: [narrow], settled: true });
    expect((await own()).digest).not.toBe(wide.digest);
  });

  test('ends with the clock, before anybody has swept', async () => {
    await world.settle();
    const wish = {
      domain: 'sales',
      name: 'orders',
      purpose: 'for a day',
      clearance: 'public',
      expiresAt: '2026-03-02T00:00:00Z',
    };
    await requestSubscription(wish, by('research/analyst'), world.governance);
    await world.settle();
    expect((await own('research/analyst')).settled).toBe(true);
    world.clock.advance(86_400_000);
    expect(await own('research/analyst')).toMatchObject({ through: [], settled: false });
  });

  test('is not settled while what an entitlement gave is still there after its end', async () => {
    const wish = { domain: 'sales', to: 'finance', classification: 'internal', purpose: 'to report' };
    const look = (tags = world.governance.tags) =>
      reconcileEntitlements(
        { entitlements: true, cause: 'sweep', correlation: 'c-run' },
        { ...world.governance, tags },
      );
    const settle = async (tags = world.governance.tags) => {
      await look(tags);
      await world.settle();
    };
    await grantEntitlement({ ...wish, expiresAt: '2026-03-02T00:00:00Z' }, by('sales/steward'), world.governance);
    await settle();
    await settle();
    expect(await own()).toMatchObject({ through: expect.arrayContaining([id]), settled: true });
    world.clock.advance(86_400_000);
    const symptom = { name: 'AccessDeniedException', message: 'not now' };
    const refuse: typeof world.governance.tags.apply = async (changes) => {
      return { done: [], unclear: [], failed: changes.map((entry) => ({ entry, symptom })) };
    };
    await settle({ ...world.governance.tags, apply: refuse });
    const left = await own();
    expect(left).toMatchObject({ through: [id], settled: false });
    await settle();
    await settle();
    const gone = await own();
    expect(gone).toMatchObject({ through: [id], settled: true });
    expect(gone.digest).not.toBe(left.digest);
  });
});
