import { beforeEach, describe, expect, test } from '@jest/globals';
import { revokeSubscription } from '#control/decide.ts';
import { publish } from '#control/publish.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { suspendProduct, suspendSubscription } from '#control/suspend.ts';
import { sync } from '#control/sync.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import { condition } from '#mesh/record.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, ORDERS, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });

describe('the kill switch', () => {
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

  const product = (as: string, action: 'suspend' | 'resume', reason?: string) =>
    suspendProduct(ORDERS, { action, reason }, by(as), world.governance);
  const subscription = (as: string, action: 'suspend' | 'resume') =>
    suspendSubscription(id, { action }, by(as), world.governance);
  const held = async () => ({
    governance: (await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf('finance'))),
    consumer: await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance')),
  });
  const now = async () => {
    const found = (await world.version()).subscriptions.find((entry) => entry.id === id);
    if (found === undefined) throw new Error('no subscription');
    return found;
  };
  const reasons = async () => {
    const entry = await now();
    const found = (['Shared', 'Linked'] as const).map((type) => condition(entry, type));
    return found.map((it) => `${it?.status} ${it?.reason}`);
  };

  test.each<[string, (action: 'suspend' | 'resume') => Promise<unknown>]>([
    ['of a product', (action) => product('sales/steward', action)],
    ['of a product by governance', (action) => product('governance/platform', action)],
    ['of a subscription by its consumer', (action) => subscription('finance/steward', action)],
    ['of a subscription by the owner', (action) => subscription('sales/steward', action)],
  ])('%s leaves nothing in either account and gives back exactly what was', async (_what, act) => {
    const before = await held();
    expect([before.governance.length > 0, before.consumer.length > 0]).toEqual([true, true]);
    expect(await now()).toMatchObject({ state: 'active' });
    await act('suspend');
    await world.settle();
    expect(await held()).toEqual({ governance: [], consumer: [] });
    expect(await now()).toMatchObject({ state: 'active', approved: { clearance: 'public' } });
    expect(await reasons()).toEqual(['false Suspended', 'false Suspended']);
    await act('resume');
    await world.settle();
    expect(await held()).toEqual(before);
    expect(await reasons()).toEqual(['true Granted', 'true LinkedAndGranted']);
  });

  test('takes a share by rows and columns away, filters included, and leaves the other subscription of the account whole', async () => {
    const wish = {
      domain: 'sales',
      name: 'orders',
      purpose: 'some rows',
      clearance: 'public',
      rows: { orders: 'id > 7' },
    };
    const others = [`arn:aws:iam::${accountOf('finance')}:role/toy-finance-service`];
    const asked = { ...wish, principals: others };
    const { subscription: filtered } = await requestSubscription(asked, by('finance/steward'), world.governance);
    await world.settle();
    await world.settle();
    const before = await held();
    const on = { catalogId: GOVERNANCE, database: DATABASE, table: 'orders' };
    const filters = () => world.governance.lakeFormation.filters(on);
    const made = await filters();
    expect(made).toHaveLength(1);
    expect(before.consumer.filter((grant) => grant.startsWith(others[0] ?? '')).length).toBeGreaterThan(0);
    const act = (action: 'suspend' | 'resume') =>
      suspendSubscription(filtered.id, { action }, by('sales/steward'), world.governance);
    await act('suspend');
    await world.settle();
    await world.settle();
    const after = await held();
    expect(after.consumer).toEqual(before.consumer.filter((grant) => !grant.startsWith(others[0] ?? '')));
    expect(after.governance.length).toBeGreaterThan(0);
    expect(await filters()).toEqual([]);
    expect(await reasons()).toEqual(['true Granted', 'true LinkedAndGranted']);
    const stopped = (await world.version()).subscriptions.find((entry) => entry.id === filtered.id);
    expect(stopped?.status.conditions.map(({ reason }) => reason)).toEqual(['Suspended', 'Suspended']);
    await act('resume');
    await world.settle();
    expect(await held()).toEqual(before);
    expect(await filters()).toEqual(made);
  });

  test('is proven only by reports that came after it', async () => {
    const [earlier] = (await world.version()).shares as [ShareRecord];
    await product('sales/steward', 'suspend');
    const { intent, applied } = earlier;
    if (applied === undefined) throw new Error('nothing was applied');
    const { domain, product: name, major, consumer } = intent;
    const detail = domainEvent({
      type: 'ShareApplied',
      id: 'late',
      time: applied.at,
      from: consumer,
      domain,
      product: name,
      major,
      consumer,
      report: { ...applied, at: '2026-03-01T12:30:00.000Z' },
    });
    expect(await sync({ id: 'late', account: intent.account, detail }, world.governance)).toBe('applied');
    expect((await reasons())[0]).toBe('false SuspensionPending');
    await world.run();
    expect((await reasons())[0]).toBe('false SuspensionPending');
    await world.agents();
    expect(await reasons()).toEqual(['false Suspended', 'false Suspended']);
  });

  test('is the same when it is pulled twice', async () => {
    await product('sales/steward', 'suspend');
    const before = await world.version();
    await product('sales/steward', 'suspend');
    expect(await world.version()).toEqual(before);
  });

  test.each([
    'sales/producer',
    'sales/analyst',
    'finance/steward',
    'research/steward',
    'governance/auditor',
  ])('of a product is not for %s', async (as) => {
    await expect(product(as, 'suspend')).rejects.toThrow(/may not do `product.suspend`/);
  });

  test.each([
    'finance/analyst',
    'research/steward',
    'sales/producer',
  ])('of a subscription is not for %s', async (as) => {
    await expect(subscription(as, 'suspend')).rejects.toThrow(/may not do `subscription.suspend`/);
  });

  test('is lifted by the side that pulled it only', async () => {
    await subscription('sales/steward', 'suspend');
    await expect(subscription('finance/steward', 'resume')).rejects.toMatchObject({ code: 'WEFT-REQUEST-008' });
    await subscription('finance/steward', 'suspend');
    await subscription('sales/steward', 'resume');
    await world.settle();
    expect(await held()).toEqual({ governance: [], consumer: [] });
    await subscription('finance/steward', 'resume');
    await world.settle();
    expect((await held()).consumer.length).toBeGreaterThan(0);
  });

  test('holds while the owner publishes, the next major version included', async () => {
    await product('governance/platform', 'suspend', 'leak suspected');
    await publish(orders('1.1.0'), by('sales/producer'), world.governance);
    await publish(orders('2.0.0'), by('sales/producer'), world.governance);
    await world.settle();
    expect(await held()).toEqual({ governance: [], consumer: [] });
    const suspensions = [expect.objectContaining({ side: 'weft:governance', reason: 'leak suspected' })];
    for (const major of [1, 2]) {
      expect((await world.version({ ...ORDERS, major })).product).toMatchObject({
        version: `${major}.${major === 1 ? 1 : 0}.0`,
        suspensions,
      });
    }
    const { products } = await product('governance/platform', 'resume');
    expect(products.map(({ suspensions: left }) => left)).toEqual([undefined, undefined]);
  });

  test('keeps a request that is approved meanwhile waiting, until it is resumed', async () => {
    await product('sales/steward', 'suspend');
    const wish = { domain: 'sales', name: 'orders', purpose: 'to know too', clearance: 'public' };
    const { subscription: other } = await requestSubscription(wish, by('research/analyst'), world.governance);
    await world.settle();
    const later = async () => (await world.version()).subscriptions.find((entry) => entry.id === other.id);
    expect(await later()).toMatchObject({
      state: 'approved',
      status: {
        conditions: expect.arrayContaining([expect.objectContaining({ type: 'Linked', reason: 'Suspended' })]),
      },
    });
    await product('sales/steward', 'resume');
    await world.settle();
    expect(await later()).toMatchObject({ state: 'active' });
  });

  test('leaves a subscription that was revoked meanwhile revoked', async () => {
    await subscription('sales/steward', 'suspend');
    await revokeSubscription(id, undefined, by('finance/steward'), world.governance);
    await world.settle();
    expect(await now()).toMatchObject({ state: 'revoked' });
    await expect(subscription('sales/steward', 'resume')).rejects.toMatchObject({ code: 'WEFT-REQUEST-006' });
  });
});
