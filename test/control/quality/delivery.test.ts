import { beforeEach, describe, expect, test } from '@jest/globals';
import { sync } from '#control/sync.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { DataDelivered } from '#mesh/event/report.ts';
import { condition } from '#mesh/record.ts';
import { column, product, share, subscription, table } from '../../mesh/fixtures.ts';
import { accountOf, createWorld, type World } from '../world.ts';

const T0 = table('t0', [column('id', 'int', 'public')]);
const T1 = table('t1', [column('id', 'int', 'public')]);

describe('new data in a table without rules', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    const record = product([T0, T1], { sla: { frequency: '1 d' } });
    await world.registry.write([{ record, replaces: undefined }]);
  });

  const delivery = (rest: Partial<DataDelivered> = {}): DataDelivered => ({
    type: 'DataDelivered',
    id: 'e-1',
    time: '2026-03-01T12:00:00Z',
    from: 'sales',
    domain: 'sales',
    product: 'orders',
    major: 1,
    table: 't0',
    at: '2026-03-01T11:00:00.000Z',
    run: 'r-1',
    rows: 10,
    ...rest,
  });
  /** Takes a report and gives what became of it with the types of the events that follow. */
  const take = async (said: DataDelivered, account = accountOf('sales')) => {
    const before = (await world.version()).product;
    const result = await sync({ id: said.id, account, detail: domainEvent(said) }, world.governance);
    const after = (await world.version()).product;
    const events =
      before.revision === after.revision
        ? []
        : deriveEvents(before, after, [subscription('finance', { clearance: 'public' }, { state: 'active' })]);
    return { result, after, events };
  };

  test('is told to the consumers at once, and makes the product fresh', async () => {
    await take(delivery({ table: 't1' }));
    const { result, after, events } = await take(delivery());
    expect(result).toBe('applied');
    expect(after.status.delivered).toEqual({ t0: '2026-03-01T11:00:00.000Z', t1: '2026-03-01T11:00:00.000Z' });
    expect(condition(after, 'Fresh')).toMatchObject({ status: 'true' });
    const [event] = events.filter(({ type }) => type === 'DataUpdated');
    expect(event?.data).toMatchObject({
      tables: ['t0'],
      run: 'r-1',
      rows: 10,
      at: '2026-03-01T11:00:00.000Z',
      quality: 'no-rules',
      audience: ['finance', 'sales'],
    });
    expect(after.status.deliveries?.waiting).toBeUndefined();
  });

  test('says nothing when the report comes again, or after that of younger data', async () => {
    await take(delivery());
    expect((await take(delivery())).result).toBe('unchanged');
    expect((await take(delivery({ run: 'r-2', at: '2026-03-01T11:30:00.000Z' }))).events).toHaveLength(1);
    const late = await take(delivery({ run: 'r-0', at: '2026-03-01T11:10:00.000Z' }));
    expect([late.result, late.after.status.delivered?.t0]).toEqual(['unchanged', '2026-03-01T11:30:00.000Z']);
    expect((await take(delivery({ run: 'r-3', at: '2026-03-01T11:30:00.000Z' }))).events).toHaveLength(1);
  });

  test('counts for a table whatever it is called', async () => {
    const { product: before } = await world.version();
    const odd = table('constructor', [column('id', 'int', 'public')]);
    const record = { ...before, tables: [odd, T1], revision: before.revision + 1 };
    await world.registry.write([{ record, replaces: before.revision }]);
    const at = '2026-03-01T11:00:00.000Z';
    await take(delivery({ table: 't1', at }));
    const { result, after } = await take(delivery({ table: 'constructor', at }));
    expect([result, after.status.delivered]).toEqual(['applied', { constructor: at, t1: at }]);
    expect(condition(after, 'Fresh')).toMatchObject({ status: 'true' });
  });

  test('of a table that only views read is told of the views', async () => {
    const { product: before } = await world.version();
    const tables = [
      { ...T0, internal: true as const },
      { ...T1, view: { table: 't0', maskKey: 'k' } },
    ];
    await world.registry.write([{ record: { ...before, tables, revision: 2 }, replaces: 1 }]);
    const { events } = await take(delivery());
    expect(events.map(({ type, data }) => [type, data.tables])).toEqual([['DataUpdated', ['t1']]]);
  });

  test('is told to a consumer that has the product by a standing entitlement, once its link is there', async () => {
    const before = (await world.version()).product;
    await take(delivery());
    const after = (await world.version()).product;
    const link = { name: 'sales__orders__v1', targetCatalogId: '1', targetDatabase: 'sales__orders__v1' };
    const intent = {
      domain: 'sales',
      product: 'orders',
      major: 1,
      account: accountOf('research'),
      linkName: link.name,
      target: { catalogId: '1', database: link.name, tables: ['t0'] },
      grants: [],
    };
    const shares = [
      share({ ...intent, consumer: 'research', link, entitlements: ['e-1'] }),
      share({ ...intent, consumer: 'finance', entitlements: ['e-1'] }),
    ];
    const [event] = deriveEvents(before, after, [], shares);
    expect([event?.type, event?.data.audience]).toEqual(['DataUpdated', ['research', 'sales']]);
  });

  test('is never newer than now', async () => {
    const { after } = await take(delivery({ at: '2027-01-01T00:00:00.000Z' }));
    expect(after.status.delivered?.t0).toBe('2026-03-01T12:00:00.000Z');
  });

  test.each([
    ['from another account', delivery(), accountOf('finance')],
    ['of another domain', delivery({ from: 'finance' }), accountOf('finance')],
    ['of a table that the product does not have', delivery({ table: 't9' }), accountOf('sales')],
  ])('is refused %s', async (_, said, account) => {
    expect((await take(said, account)).result).toBe('refused');
  });

  test('of an unknown product is ignored', async () => {
    expect((await take(delivery({ product: 'nothing' }))).result).toBe('ignored');
  });
});
