import { beforeEach, describe, expect, test } from '@jest/globals';
import { decide } from '#control/decide.ts';
import { deprecateProduct } from '#control/deprecate.ts';
import { planPublish } from '#control/plan-publish.ts';
import type { ProductFiles } from '#control/product-draft.ts';
import { publish } from '#control/publish.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { retireProduct } from '#control/retire.ts';
import { sweep } from '#control/sweep.ts';
import { tendProduct } from '#control/tend-product.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { condition } from '#mesh/record.ts';
import { orders } from '../lambdas/orders.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, ORDERS, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const NAME = { domain: 'sales', name: 'orders' };

/** The product file with that status, and more custom properties. */
function inState(status: string, properties: Record<string, string> = {}, version = '1.0.0'): ProductFiles {
  const files = orders(version);
  const custom = Object.entries(properties).map(
    ([property, value]) => `  - { property: ${property}, value: ${value} }\n`,
  );
  const tail = custom.length === 0 ? '' : `customProperties:\n${custom.join('')}`;
  return { ...files, product: files.product.replace('status: active', `status: ${status}`) + tail };
}

describe('the life of a product', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });

  const put = (status: string, properties?: Record<string, string>, version?: string) =>
    publish(inState(status, properties, version), by('sales/steward'), world.governance);
  const subscribe = async (as = 'finance/analyst', clearance = 'public') => {
    const wish = { ...NAME, purpose: 'to know', clearance };
    return (await requestSubscription(wish, by(as), world.governance)).subscription;
  };
  const retire = (wish: { force?: boolean; reason?: string } = {}, as = 'sales/steward') =>
    retireProduct(NAME, { major: 1, ...wish }, by(as), world.governance);
  const deprecate = (sunset: string) =>
    deprecateProduct(
      NAME,
      { action: 'deprecate', major: 1, sunset, reason: 'v2 is better' },
      by('sales/steward'),
      world.governance,
    );
  const planned = async (status: string) =>
    (await planPublish(inState(status, {}, '1.0.1'), by('sales/steward'), world.governance)).catalog.map(
      ({ kind }) => kind,
    );
  const central = () => world.governance.catalog.tables(DATABASE);
  const now = async () => (await world.version()).product;

  test.each([
    ['new', 'deprecated', [], 'draft'],
    ['proposed', 'active', ['proposed'], 'draft or retired'],
    ['proposed', 'deprecated', ['proposed'], 'draft or retired'],
    ['draft', 'proposed', ['draft'], 'active or retired'],
    ['active', 'draft', ['active'], 'deprecated or retired'],
    ['active', 'proposed', ['active'], 'deprecated or retired'],
  ])('refuses the step from %s to %s and names those that are allowed', async (_from, to, before, allowed) => {
    for (const status of before) await put(status);
    await expect(put(to, { 'weft.sunset': '"2030-01-01"' })).rejects.toMatchObject({
      code: 'WEFT-PRODUCT-003',
      hint: expect.stringContaining(allowed),
    });
  });

  test('a proposal and a draft are seen, have no table and take no subscription; active they do', async () => {
    await put('proposed');
    await world.run({ cause: 'sweep' });
    await put('draft', {}, '1.0.1');
    await world.run({ cause: 'sweep' });
    expect(await now()).toMatchObject({ state: 'draft', version: '1.0.1' });
    world.clock.advance(3_600_000);
    expect(await planned('draft')).toEqual([]);
    expect(await planned('active')).toEqual(['createDatabase', 'createTable']);
    expect(await central()).toBeUndefined();
    await expect(subscribe()).rejects.toMatchObject({
      code: 'WEFT-REQUEST-003',
      message: expect.stringContaining('is draft'),
    });
    expect(await world.registry.follower(accountOf('sales'), 'sales', 'orders')).toBeUndefined();
    await put('active', {}, '1.0.1');
    await world.run();
    expect(await central()).toHaveLength(1);
    expect((await now()).status.timeToRegisterMs).toBe(0);
    expect(await planned('retired')).toEqual(['deleteTable']);
    expect(await subscribe()).toMatchObject({ state: 'approved' });
    await expect(planned('retired')).rejects.toMatchObject({ code: 'WEFT-PRODUCT-006' });
    expect(await world.registry.follower(accountOf('sales'), 'sales', 'orders')).toEqual(NAME);
  });

  test('a deprecated version goes on as it is, takes no new subscriptions, and can be taken back', async () => {
    await put('active');
    const { id } = await subscribe();
    await world.settle();
    await expect(deprecate('2020-01-01')).rejects.toMatchObject({ code: 'WEFT-PRODUCT-004' });
    await expect(deprecate('soon')).rejects.toMatchObject({ code: 'WEFT-PRODUCT-008' });
    await deprecate('2026-09-01');
    await world.settle();
    expect(await now()).toMatchObject({ state: 'deprecated', deprecation: { sunset: '2026-09-01T00:00:00.000Z' } });
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['active']);
    await expect(subscribe('research/analyst')).rejects.toMatchObject({ code: 'WEFT-POLICY-002' });
    await put('active', {}, '1.0.1');
    expect(await now()).toMatchObject({ state: 'deprecated', version: '1.0.1' });
    await deprecateProduct(NAME, { action: 'reactivate', major: 1 }, by('sales/steward'), world.governance);
    const after = await now();
    expect([after.state, after.deprecation]).toEqual(['active', undefined]);
    expect(await subscribe('research/analyst')).toMatchObject({ state: 'approved' });
    expect((await world.version()).subscriptions.find((entry) => entry.id === id)).toMatchObject({ state: 'active' });
  });

  test('a contract announces the end and takes it back', async () => {
    await put('active');
    await expect(put('deprecated')).rejects.toMatchObject({ code: 'WEFT-PRODUCT-008' });
    await put('deprecated', { 'weft.sunset': '"2030-01-01"' });
    expect(await now()).toMatchObject({
      state: 'deprecated',
      deprecation: { sunset: '2030-01-01T00:00:00.000Z', declared: true },
    });
    await put('active');
    expect((await now()).state).toBe('active');
  });

  test('what is in use is retired only by force with a reason; revoked first, deleted after, and the record stays', async () => {
    await put('active');
    const { id } = await subscribe();
    const pending = await subscribe('research/analyst', 'confidential');
    await world.settle();
    await expect(retire()).rejects.toMatchObject({ code: 'WEFT-PRODUCT-006', message: expect.stringContaining(id) });
    await expect(retire({ force: true })).rejects.toMatchObject({ code: 'WEFT-PRODUCT-007' });
    await expect(retire({}, 'sales/producer')).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
    await retire({ force: true, reason: 'the source is switched off' });
    await world.run();
    expect(await central()).toHaveLength(1);
    expect((await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf('finance')))).toEqual([]);
    await world.settle();
    expect(await central()).toBeUndefined();
    expect(await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance'))).toEqual([]);
    const { product, subscriptions } = await world.version();
    expect(product).toMatchObject({
      state: 'retired',
      retirement: { reason: 'the source is switched off' },
      status: { removedAt: expect.any(String) },
    });
    expect(condition(product, 'Registered')).toMatchObject({ status: 'false', reason: 'Removed' });
    expect(subscriptions.map((entry) => [entry.id, entry.state]).sort()).toEqual(
      [
        [id, 'revoked'],
        [pending.id, 'revoked'],
      ].sort(),
    );
    expect(await world.registry.follower(accountOf('sales'), 'sales', 'orders')).toBeUndefined();
    await expect(put('active', {}, '1.2.0')).rejects.toMatchObject({
      code: 'WEFT-PRODUCT-003',
      hint: expect.stringContaining('2.0.0'),
    });
    const steward = by('sales/steward');
    await expect(decide(pending.id, { decision: 'approve' }, steward, world.governance)).rejects.toMatchObject({
      code: 'WEFT-REQUEST-003',
    });
  });

  test('what nobody uses is retired at once, from each state, by status or by command', async () => {
    await put('draft');
    await put('retired');
    expect(await now()).toMatchObject({ state: 'retired', status: { removedAt: expect.any(String) } });
    await put('active', {}, '2.0.0');
    await world.run({ major: 2 });
    await retireProduct(NAME, { major: 2 }, by('governance/platform'), world.governance);
    await world.run({ major: 2 });
    expect(await world.governance.catalog.tables('sales__orders__v2')).toBeUndefined();
  });

  test('a source that another version follows stays with the product', async () => {
    await put('active');
    await put('active', {}, '2.0.0');
    await world.settle();
    await retire();
    await world.run();
    expect((await now()).status.removedAt).toBeDefined();
    expect(await world.registry.follower(accountOf('sales'), 'sales', 'orders')).toEqual(NAME);
  });

  test('goes on to the end wherever a run stops', async () => {
    await put('active');
    await subscribe();
    await subscribe('research/analyst');
    await world.settle();
    await retire({ force: true, reason: 'over' });
    for (let limit = 0; limit < 80; limit += 1) {
      let calls = 0;
      const stop = world.cloud.observe({
        before: ({ action }) => {
          if (!/^(glue|lakeformation):(Delete|Batch|Revoke|Create|Update)/.test(action)) return;
          calls += 1;
          if (calls > limit % 3) throw new Error('the process ended');
        },
      });
      await world.run({ cause: 'sweep' }).catch(() => undefined);
      stop();
      await world.agents();
      if ((await now()).status.removedAt !== undefined) break;
    }
    expect(await central()).toBeUndefined();
    await world.run({ cause: 'sweep' });
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['revoked', 'revoked']);
    expect(ORDERS).toMatchObject(NAME);
  });

  describe('as time passes', () => {
    const DAY = 86_400_000;
    const sent: string[] = [];
    const sweepNow = async () => {
      sent.length = 0;
      const queue = {
        send: async (messages: readonly { group: string }[]) => {
          sent.push(...messages.map(({ group }) => group).filter((group) => group.startsWith('LANE#')));
          return { done: [...messages], failed: [], unclear: [] };
        },
      } as unknown as Parameters<typeof sweep>[1]['queue'];
      return sweep('c-sweep', { ...world.governance, queue });
    };

    test('subscribers are told when the end is near, once, and at the sunset it is retired and swept until it is gone', async () => {
      await put('active');
      const { id } = await subscribe();
      await world.settle();
      await deprecate('2026-05-01');
      await world.settle();
      await sweepNow();
      expect((await now()).deprecation?.noticedAt).toBeUndefined();
      world.clock.advance(50 * DAY);
      const before = await now();
      await sweepNow();
      const told = await now();
      const events = deriveEvents(before, told, (await world.version()).subscriptions);
      expect(events.map(({ type, data }) => [type, data.sunset, data.audience])).toEqual([
        ['SunsetApproaching', '2026-05-01T00:00:00.000Z', ['finance', 'sales']],
      ]);
      await sweepNow();
      expect((await now()).revision).toBe(told.revision);
      world.clock.advance(11 * DAY);
      expect((await sweepNow()).failed).toEqual([]);
      expect(await now()).toMatchObject({ state: 'retired', retirement: { by: 'weft:sweep' } });
      expect(sent).toHaveLength(1);
      await world.settle();
      expect(await now()).toMatchObject({ status: { removedAt: expect.any(String) } });
      expect((await world.version()).subscriptions).toMatchObject([{ id, state: 'revoked' }]);
      await sweepNow();
      expect(sent).toEqual([]);
    });

    test('what was taken back in time is not retired', async () => {
      await put('active');
      await deprecate('2026-05-01');
      const stale = await now();
      await deprecateProduct(NAME, { action: 'reactivate', major: 1 }, by('sales/steward'), world.governance);
      world.clock.advance(90 * DAY);
      await tendProduct(stale, 'c-sweep', world.governance);
      expect((await now()).state).toBe('active');
    });

    test('a request that slipped in beside the end is ended by the next sweep', async () => {
      await put('active');
      const late = await subscribe();
      const { product, subscriptions } = await world.version();
      const record = {
        ...product,
        state: 'retired' as const,
        generation: product.generation + 1,
        revision: product.revision + 1,
      };
      await world.registry.write([{ record, replaces: product.revision }]);
      expect(subscriptions.map(({ state }) => state)).toEqual(['approved']);
      await sweepNow();
      expect((await world.version()).subscriptions).toMatchObject([{ id: late.id, state: 'revoking' }]);
    });
  });
});
