import { beforeEach, describe, expect, test } from '@jest/globals';
import { everyRecord } from '#aws/registry.ts';
import { AwsError } from '#local/core/error.ts';
import { createWorld, type World } from '../control/world.ts';
import { product, subscription, table } from '../mesh/fixtures.ts';

describe('the registry', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });

  const put = (record: Parameters<World['registry']['write']>[0][number]['record'], replaces?: number) =>
    world.registry.write([{ record, replaces }]);

  test('reads one major version and not the tenth for the first', async () => {
    await put(product([], { major: 1 }));
    await put(product([], { major: 10 }));
    await put(subscription('finance', { clearance: 'public' }, { major: 10, id: 'sales.orders.v10.finance.a1' }));
    const one = await world.registry.version({ domain: 'sales', name: 'orders', major: 1 });
    expect([one?.product.major, one?.subscriptions.length]).toEqual([1, 0]);
    const both = await world.registry.versions({ domain: 'sales', name: 'orders' });
    expect(both.map((version) => [version.product.major, version.subscriptions.length])).toEqual([
      [1, 0],
      [10, 1],
    ]);
  });

  test('refuses a write on a revision that is not there any more, and keeps all or nothing', async () => {
    await put(product([]));
    await put(product([], { revision: 2 }), 1);
    const late = { record: product([], { revision: 2, description: 'late' }), replaces: 1 };
    const beside = { record: subscription('finance', { clearance: 'public' }), replaces: undefined };
    await expect(world.registry.write([beside, late])).rejects.toMatchObject({
      code: 'WEFT-REGISTRY-001',
      source: 'user',
    });
    expect((await world.version()).subscriptions).toEqual([]);
  });

  test('lets one product follow a source table, again and again, and no second one until it is released', async () => {
    const claim = (name: string, release = false) => ({
      account: '222222222222',
      database: 'sales',
      table: 'orders',
      product: { domain: 'sales', name },
      release,
    });
    await world.registry.write([{ record: product([]), replaces: undefined }], [claim('orders')]);
    await world.registry.write([{ record: product([], { revision: 2 }), replaces: 1 }], [claim('orders')]);
    const other = { record: product([], { name: 'returns' }), replaces: undefined };
    await expect(world.registry.write([other], [claim('returns')])).rejects.toMatchObject({
      code: 'WEFT-REGISTRY-002',
    });
    expect(await world.registry.follower('222222222222', 'sales', 'orders')).toEqual({
      domain: 'sales',
      name: 'orders',
    });
    await world.registry.write([{ record: product([], { revision: 3 }), replaces: 2 }], [claim('orders', true)]);
    await world.registry.write([other], [claim('returns')]);
  });

  test('claims more source tables than one transaction holds, and none that is taken', async () => {
    const claims = (name: string, count: number, release = false) =>
      Array.from({ length: count }, (_, index) => ({
        account: '222222222222',
        database: 'sales',
        table: `t${index}`,
        product: { domain: 'sales', name },
        release,
      }));
    await world.registry.write([{ record: product([]), replaces: undefined }], claims('orders', 250));
    expect(await world.registry.follower('222222222222', 'sales', 't249')).toMatchObject({ name: 'orders' });
    const other = { record: product([], { name: 'returns' }), replaces: undefined };
    await expect(world.registry.write([other], claims('returns', 250))).rejects.toMatchObject({
      code: 'WEFT-REGISTRY-002',
    });
    expect(await world.registry.versions({ domain: 'sales', name: 'returns' })).toEqual([]);
    const given = claims('orders', 250, true);
    await world.registry.write([{ record: product([], { revision: 2 }), replaces: 1 }], given);
    expect(await world.registry.follower('222222222222', 'sales', 't249')).toBeUndefined();
  });

  test('takes an answer that was lost for what it was, and no conflict with itself', async () => {
    let lost = false;
    const stop = world.cloud.observe({
      after: (call) => {
        if (call.operation !== 'TransactWriteItems' || lost) return;
        lost = true;
        throw new AwsError('InternalServerError', 'the answer was lost', 500);
      },
    });
    await put(product([]));
    stop();
    expect(lost).toBe(true);
    expect((await world.version()).product.revision).toBe(1);
  });

  test('names a record that is too big', async () => {
    const huge = product([table('t', [{ name: 'c', type: 'string', description: 'x'.repeat(400_000) }])]);
    await expect(put(huge)).rejects.toMatchObject({ code: 'WEFT-REGISTRY-003' });
  });

  test('lists a type page after page, by prefix, without what is of another type', async () => {
    for (let index = 0; index < 7; index += 1) await put(product([], { name: `p${index}` }));
    await put(product([], { domain: 'finance', name: 'f' }));
    await put(subscription('finance', { clearance: 'public' }));
    const first = await world.registry.page('product', { limit: 3, prefix: 'sales/' });
    expect([first.records.length, first.next === undefined]).toEqual([3, false]);
    const names: string[] = [];
    for await (const { name } of everyRecord(world.registry, 'product', 'sales/')) names.push(name);
    expect(names).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  });

  test.each([
    ['all', {}, ['a1', 'a2', 'b1']],
    ['behind a place', { after: 'sales/a1#1' }, ['a2', 'b1']],
    ['behind a place that nothing stands at', { after: 'sales/a11' }, ['a2', 'b1']],
    ['from a place on', { from: 'sales/a2#1' }, ['a2', 'b1']],
    ['what begins so', { prefix: 'sales/a' }, ['a1', 'a2']],
    ['what begins so, behind a place before', { prefix: 'sales/b', after: 'finance' }, ['b1']],
    ['what begins so, behind a place beyond', { prefix: 'sales/a', after: 'z' }, []],
    ['what begins with more than a key holds', { prefix: 'x'.repeat(1024) }, []],
    ['the last first', { newest: true }, ['b1', 'a2', 'a1']],
    ['the last first, behind a place', { newest: true, after: 'sales/a2#1' }, ['a1']],
    ['the last first, down to one', { newest: true, from: 'sales/a2#1', after: 'sales/b1#1' }, ['a2']],
    ['the last first, down to one beyond', { newest: true, from: 'z', after: 'a' }, []],
  ])('reads of an index %s', async (_what, range, names) => {
    for (const name of ['b1', 'a1', 'a2']) await put(product([], { name }));
    const { records } = await world.registry.page('product', range);
    expect(records.map(({ name }) => name)).toEqual(names);
    const found: string[] = [];
    let page = await world.registry.page('product', { ...range, limit: 1 });
    for (let turn = 0; turn < 9; turn += 1) {
      found.push(...page.records.map(({ name }) => name));
      if (page.next === undefined) break;
      page = await world.registry.page('product', { ...range, limit: 1, after: page.next });
    }
    expect(found).toEqual(names);
  });

  test('reads what hangs on a product page by page', async () => {
    await put(product([]));
    await put(product([], { name: 'orders-2' }));
    for (const id of ['b', 'a']) await put(subscription('finance', { clearance: 'public' }, { id }));
    const first = await world.registry.productPage({ domain: 'sales', name: 'orders' }, { limit: 2 });
    expect(first).toMatchObject({ records: [{ type: 'product' }, { id: 'a' }], next: 'V#1#SUB#a' });
    const rest = await world.registry.productPage({ domain: 'sales', name: 'orders' }, { after: first.next });
    expect(rest).toMatchObject({ records: [{ id: 'b' }] });
    expect(rest.next).toBeUndefined();
  });
});
