import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { revokeSubscription } from '#control/decide.ts';
import { giveFeedback } from '#control/feedback.ts';
import { showProduct } from '#control/products.ts';
import { publish } from '#control/publish.ts';
import { reportData } from '#control/report.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { retireProduct } from '#control/retire.ts';
import { rolloutProduct } from '#control/rollout.ts';
import { suspendSubscription } from '#control/suspend.ts';
import { tendProduct } from '#control/tend-product.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { followsFirst } from '#mesh/product/rollout.ts';
import { condition } from '#mesh/record.ts';
import { orders } from '../lambdas/orders.ts';
import { role, subscription } from '../mesh/fixtures.ts';
import { callerAs, createWorld, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const STEWARD = by('sales/steward');
const NAME = { domain: 'sales', name: 'orders' };
const ROLES = 50;

describe('which subscriptions follow first', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => `sales.orders.v1.finance.${index.toString(36)}`);

  test('are about as many as the share says, whatever the share', () => {
    for (const share of [1, 10, 37, 90]) {
      const part = ids.filter((id) => followsFirst(id, share)).length / ids.length;
      expect(Math.abs(part - share / 100)).toBeLessThan(0.02);
    }
  });

  test('are always the same, and a higher share leaves none of them out', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100), fc.nat(100), (id, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        expect(followsFirst(id, low) && !followsFirst(id, high)).toBe(false);
        expect([followsFirst(id, 0), followsFirst(id, 100)]).toEqual([false, true]);
      }),
    );
  });
});

describe('a canary', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await publish(orders(), STEWARD, world.governance);
    const live = Array.from({ length: ROLES }, (_, index) => ({
      record: subscription(
        'finance',
        { clearance: 'public' },
        {
          id: `sales.orders.v1.finance.a${index}`,
          principals: [role('finance', `${index}`)],
          requestedBy: by('finance/steward').caller.arn,
          state: 'approved',
        },
      ),
      replaces: undefined,
    }));
    await world.registry.write(live);
    await publish(orders('2.0.0'), STEWARD, world.governance);
    await world.run({ major: 2 });
  });

  const v = async (major: number) => world.version({ ...NAME, major });
  const roll = (share: number) => rolloutProduct(NAME, { to: 2, share }, STEWARD, world.governance);
  const report = (quality: 'passed' | 'failed', major = 2) =>
    reportData(NAME, { major, quality, rule: 'ids are unique' }, STEWARD, world.governance);
  const following = async () =>
    (await v(2)).subscriptions
      .filter(({ state, follows }) => follows !== undefined && (state === 'approved' || state === 'active'))
      .map(({ follows }) => follows?.subscription)
      .sort();
  const expected = async (share: number) =>
    (await v(1)).subscriptions
      .map(({ id }) => id)
      .filter((id) => followsFirst(id, share))
      .sort();
  const sweep = async () => tendProduct((await v(1)).product, 'c-sweep', world.governance);

  test('gives a stable share the new version, too, and grows and shrinks with it', async () => {
    for (const share of [10, 50, 25]) {
      await roll(share);
      expect(await following()).toEqual(await expected(share));
    }
    expect((await expected(50)).length).toBeGreaterThan((await expected(10)).length);
    const [one] = (await v(2)).subscriptions.filter(({ state }) => state === 'approved');
    const leader = (await v(1)).subscriptions.find(({ id }) => id === one?.follows?.subscription);
    expect([one?.principals, one?.approved, one?.purpose]).toEqual([
      leader?.principals,
      leader?.approved,
      leader?.purpose,
    ]);
    expect((await v(1)).subscriptions.every(({ state }) => state === 'approved')).toBe(true);
  });

  test('asks for each as a request would: who asked cannot approve by it, and no certification is put off', async () => {
    const wide = { clearance: 'confidential' };
    const own = subscription('sales', wide, {
      id: 'sales.orders.v1.sales.b1',
      principals: [role('sales')],
      requestedBy: STEWARD.caller.arn,
      state: 'approved',
    });
    const other = subscription('research', wide, {
      id: 'sales.orders.v1.research.b2',
      principals: [role('research')],
      requestedBy: by('research/analyst').caller.arn,
      recertifyBy: '2026-04-01T00:00:00.000Z',
      state: 'approved',
    });
    await world.registry.write([own, other].map((record) => ({ record, replaces: undefined })));
    const { skipped } = await roll(100);
    expect(skipped).toEqual([{ subscription: own.id, reason: expect.stringContaining('cannot decide') }]);
    const followed = (await v(2)).subscriptions.find(({ follows }) => follows?.subscription === other.id);
    expect(followed).toMatchObject({ state: 'approved', approved: wide, recertifyBy: '2026-04-01T00:00:00.000Z' });
  });

  test('ends with everybody at 100 %, and a version that fails later is not taken back', async () => {
    await roll(10);
    expect(await roll(100)).toMatchObject({ complete: true, skipped: [] });
    expect((await v(1)).product.rollout).toBeUndefined();
    expect(await following()).toHaveLength(ROLES);
    await report('failed');
    await sweep();
    expect(await following()).toHaveLength(ROLES);
  });

  test('goes back by itself to the last good version when quality fails, and says so to those it concerns', async () => {
    await roll(50);
    const { product: before } = await v(1);
    await report('failed');
    expect(await following()).toEqual([]);
    const { product, subscriptions } = await v(1);
    expect(product.rollout).toBeUndefined();
    expect(product.status.rollback).toMatchObject({ to: 2, reason: expect.stringContaining('ids are unique') });
    expect(subscriptions.every(({ state }) => state === 'approved')).toBe(true);
    const events = deriveEvents(before, product, subscriptions).map(({ type, data }) => [type, data.audience]);
    expect(events).toEqual([['RolloutTakenBack', ['finance', 'sales']]]);
    await expect(roll(10)).rejects.toMatchObject({ code: 'WEFT-PRODUCT-010' });
    await report('passed');
    await roll(10);
    expect(await following()).toEqual(await expected(10));
  });

  test.each([
    ['is quarantined', { quarantine: { table: 'orders', at: '2026-03-01T12:00:00Z', reasons: ['column id is gone'] } }],
    ['is retired', { state: 'retired' as const }],
  ])('goes back with the next sweep when the new version %s', async (_what, change) => {
    await roll(50);
    const { product } = await v(2);
    const record = { ...product, ...change, revision: product.revision + 1 };
    await world.registry.write([{ record, replaces: product.revision }]);
    await sweep();
    expect(await following()).toEqual([]);
    expect((await v(1)).product.status.rollback?.to).toBe(2);
  });

  test('goes back by hand, and to the end however often it is interrupted', async () => {
    await roll(90);
    let failures = 0;
    const write = world.governance.registry.write;
    const shaky = {
      ...world.governance,
      registry: {
        ...world.governance.registry,
        write: async (...args: Parameters<typeof write>) => {
          await write(...args);
          failures += 1;
          throw new Error('the process ended');
        },
      },
    };
    for (let round = 0; round < 8 && (await v(1)).product.rollout !== undefined; round += 1) {
      await rolloutProduct(NAME, { to: 2, share: 0 }, STEWARD, shaky).catch(() => undefined);
    }
    expect(failures).toBeGreaterThan(2);
    expect(await following()).toEqual([]);
    expect((await v(1)).product.rollout).toBeUndefined();
  });

  test('who leaves the old version, or is suspended, does not go on with the new one', async () => {
    await roll(100 - 1);
    const [first] = await following();
    await revokeSubscription(first ?? '', undefined, STEWARD, world.governance);
    expect(await following()).not.toContain(first);
    const [second] = await following();
    await suspendSubscription(second ?? '', { action: 'suspend' }, STEWARD, world.governance);
    expect(await following()).not.toContain(second);
    expect((await following()).length).toBeGreaterThan(ROLES / 2);
  });

  test('one that was ended by hand is not given back by a larger share', async () => {
    await roll(50);
    const ended = (await v(2)).subscriptions.find(({ state }) => state === 'approved');
    await revokeSubscription(ended?.id ?? '', undefined, by('finance/steward'), world.governance);
    await roll(60);
    expect(await following()).not.toContain(ended?.follows?.subscription);
  });

  test("is for the owner's steward, between versions that are there, one at a time", async () => {
    await expect(
      rolloutProduct(NAME, { to: 2, share: 10 }, by('finance/steward'), world.governance),
    ).rejects.toMatchObject({
      code: 'WEFT-AUTH-002',
    });
    await expect(rolloutProduct(NAME, { to: 3, share: 10 }, STEWARD, world.governance)).rejects.toMatchObject({
      code: 'WEFT-PRODUCT-009',
    });
    await roll(10);
    await publish(orders('3.0.0'), STEWARD, world.governance);
    await retireProduct(NAME, { major: 1, force: true, reason: 'over' }, STEWARD, world.governance);
    expect((await v(1)).product.rollout).toBeUndefined();
  });
});

describe('what is said of a product', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    const files = orders();
    const contract = `${files.contracts['orders.odcs.yaml']}slaProperties:\n  - { property: freshness, value: 6, unit: h }\n`;
    const product = `${files.product}customProperties:\n  - property: weft.kpis\n    value:\n      - { name: consumers, target: ">= 20" }\n`;
    await publish({ product, contracts: { 'orders.odcs.yaml': contract } }, STEWARD, world.governance);
  });

  const fresh = async () => {
    const found = condition((await world.version()).product, 'Fresh');
    return found && [found.status, found.reason];
  };
  const delivered = (at: string, as = STEWARD) => reportData(NAME, { delivered: at }, as, world.governance);
  const sweep = async () => tendProduct((await world.version()).product, 'c-sweep', world.governance);

  test('data that is late breaches the promise, once, and data that comes restores it', async () => {
    await sweep();
    expect(await fresh()).toEqual(['unknown', 'NeverReported']);
    await delivered(world.clock.date().toISOString());
    expect(await fresh()).toEqual(['true', 'AsPromised']);
    world.clock.advance(7 * 3_600_000);
    const { product: before } = await world.version();
    await sweep();
    const { product: late } = await world.version();
    expect(await fresh()).toEqual(['false', 'Stale']);
    expect(deriveEvents(before, late, []).map(({ type }) => type)).toEqual(['SlaBreached']);
    world.clock.advance(3_600_000);
    await sweep();
    expect((await world.version()).product.revision).toBe(late.revision);
    await delivered(world.clock.date().toISOString());
    const { product: back } = await world.version();
    expect(deriveEvents(late, back, []).map(({ type }) => type)).toEqual(['SlaRestored']);
  });

  test.each([
    ['a time in the future', { delivered: '2030-01-01' }, 'WEFT-PRODUCT-011'],
    ['no time', { delivered: 'yesterday' }, 'WEFT-PRODUCT-011'],
    ['a table that is not there', { delivered: '2026-01-01', table: 'x' }, 'WEFT-PRODUCT-011'],
    ['nothing', {}, 'WEFT-PRODUCT-011'],
  ])('a report of %s is refused', async (_what, wish, code) => {
    await expect(reportData(NAME, wish, STEWARD, world.governance)).rejects.toMatchObject({ code });
  });

  test('only the owner reports, and only the owner changes the KPIs', async () => {
    expect((await world.version()).product.kpis).toEqual([{ name: 'consumers', target: '>= 20' }]);
    const stranger = by('finance/steward');
    await expect(delivered('2026-01-01', stranger)).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
    const files = orders('1.0.1');
    const product = `${files.product}customProperties:\n  - property: weft.kpis\n    value: [{ name: mine }]\n`;
    await expect(publish({ ...files, product }, stranger, world.governance)).rejects.toMatchObject({
      code: 'WEFT-AUTH-002',
    });
    const broken = `${files.product}customProperties:\n  - { property: weft.kpis, value: many }\n`;
    await expect(publish({ ...files, product: broken }, STEWARD, world.governance)).rejects.toMatchObject({
      problems: [{ code: 'WEFT-CONTRACT-061', line: expect.any(Number) }],
    });
  });

  test('a consumer rates it; the same role again replaces its word; the owner is told', async () => {
    const analyst = by('finance/analyst');
    const rate = (rating: number, as = analyst) => giveFeedback(NAME, { rating, text: 'more' }, as, world.governance);
    await expect(rate(4)).rejects.toMatchObject({ code: 'WEFT-PRODUCT-013' });
    await requestSubscription({ ...NAME, purpose: 'to know', clearance: 'public' }, analyst, world.governance);
    await world.settle();
    await expect(rate(6)).rejects.toMatchObject({ code: 'WEFT-PRODUCT-012' });
    await expect(rate(1, STEWARD)).rejects.toMatchObject({ code: 'WEFT-PRODUCT-013' });
    const first = await rate(2);
    const second = await rate(4);
    expect([first.revision, second.revision]).toEqual([1, 2]);
    const { feedback } = await showProduct(NAME, {}, analyst.caller, world.governance);
    expect(feedback.map(({ id, rating }) => [id, rating])).toEqual([['finance.analyst', 4]]);
    expect(deriveEvents(undefined, second, []).map(({ type, data }) => [type, data.audience])).toEqual([
      ['FeedbackGiven', ['sales']],
    ]);
  });
});
