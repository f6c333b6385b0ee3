import { beforeEach, describe, expect, test } from '@jest/globals';
import { sync } from '#control/sync.ts';
import { toCatalogSchema } from '#mesh/contract/glue-table.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { CatalogChanged } from '#mesh/event/report.ts';
import { column, product, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, type World } from './world.ts';

const T0 = table('t0', [column('id', 'int', 'public'), column('at', 'string', 'public')], {
  defaultClassification: 'internal',
});

describe('taking the reports of the domains', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await world.registry.write(
      [{ record: product([T0]), replaces: undefined }],
      [{ account: accountOf('sales'), database: 'sales', table: 't0', product: { domain: 'sales', name: 'orders' } }],
    );
    await world.run();
  });

  const report = (columns: Record<string, string>, rest: Partial<CatalogChanged> = {}): CatalogChanged => ({
    type: 'CatalogChanged',
    id: `e-${JSON.stringify(columns)}`,
    time: '2026-03-01T12:00:00Z',
    from: 'sales',
    change: 'UpdateTable',
    database: 'sales',
    table: 't0',
    schema: toCatalogSchema({
      Name: 't0',
      StorageDescriptor: {
        Columns: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })),
        Location: T0.location,
        SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
      },
      PartitionKeys: [],
    }),
    ...rest,
  });

  const take = (said: CatalogChanged, account = accountOf('sales')) =>
    sync({ id: said.id, account, detail: domainEvent(said) }, world.governance);

  const centralColumns = async () => {
    const [found] = (await world.governance.catalog.tables('sales__orders__v1')) ?? [];
    return found?.input.StorageDescriptor.Columns.map(({ Name, Type }) => `${Name}:${Type}`);
  };

  test('adopts a new column with the default classification, and the central copy follows', async () => {
    expect(await take(report({ id: 'int', at: 'string', carrier: 'string' }))).toBe('adopted');
    const { product: after } = await world.version();
    expect(after.tables[0]?.columns.at(-1)).toMatchObject({ name: 'carrier', classification: 'internal' });
    expect([after.generation, after.classification, after.change.action]).toEqual([2, 'internal', 'SchemaChanged']);
    await world.run();
    expect(await centralColumns()).toEqual(['id:int', 'at:string', 'carrier:string']);
    expect(await take(report({ id: 'int', at: 'string', carrier: 'string' }))).toBe('unchanged');
  });

  test('quarantines what breaks the contract, leaves the central copy, and lifts the quarantine when it is undone', async () => {
    expect(await take(report({ id: 'string', at: 'string' }))).toBe('quarantined');
    const { product: after } = await world.version();
    expect(after.quarantine).toMatchObject({ table: 't0', reasons: [expect.stringContaining('id')] });
    await world.run({ cause: 'sweep' });
    expect(await centralColumns()).toEqual(['id:int', 'at:string']);
    expect(await take(report({ id: 'string', at: 'string' }))).toBe('unchanged');
    expect(await take(report({ id: 'int', at: 'string' }))).toBe('lifted');
    expect((await world.version()).product.quarantine).toBeUndefined();
  });

  test('follows the files of a table that is replaced as a whole, there and back', async () => {
    const columns = { id: 'int', at: 'string' };
    const at = (location: string) => {
      const said = report(columns, { id: location });
      return { ...said, schema: { columns: [], partitionKeys: [], format: 'parquet', ...said.schema, location } };
    };
    const central = async () => {
      await world.run();
      const [found] = (await world.governance.catalog.tables('sales__orders__v1')) ?? [];
      return found?.input.StorageDescriptor.Location;
    };
    expect(await take(at(`${T0.location}snapshot=1/`))).toBe('adopted');
    expect(await central()).toBe(`${T0.location}snapshot=1/`);
    expect(await take(at(`${T0.location}snapshot=1/`))).toBe('unchanged');
    expect(await take(at(`${T0.location}snapshot=2`))).toBe('adopted');
    expect(await central()).toBe(`${T0.location}snapshot=2/`);
    expect(await take(at(T0.location))).toBe('adopted');
    expect(await central()).toBe(T0.location);
    expect(await take(at(`${T0.location}elsewhere/`))).toBe('quarantined');
  });

  test('quarantines a table that was deleted', async () => {
    const { schema: _, ...gone } = report({});
    expect(await take({ ...gone, change: 'DeleteTable' })).toBe('quarantined');
    expect(await centralColumns()).toHaveLength(2);
  });

  test('ignores a table that no product follows', async () => {
    expect(await take(report({ id: 'string' }, { table: 'scratch' }))).toBe('ignored');
  });

  test('a domain cannot speak for another: neither by its name nor for its table', async () => {
    const before = await world.version();
    expect(await take(report({ id: 'string' }), accountOf('finance'))).toBe('ignored');
    expect(await take(report({ id: 'string' }, { from: 'finance' }))).toBe('refused');
    expect(await sync({ id: 'x', account: accountOf('sales'), detail: { type: 'Nonsense' } }, world.governance)).toBe(
      'refused',
    );
    expect(await world.version()).toEqual(before);
  });

  test("another account's word on a share is refused and the subscription stays as it is", async () => {
    const { product: now } = await world.version();
    await world.registry.write([
      { record: { ...now, generation: now.generation + 1, revision: now.revision + 1 }, replaces: now.revision },
      {
        record: subscription('finance', { clearance: 'secret' }, { state: 'approved', generation: now.generation + 1 }),
        replaces: undefined,
      },
    ]);
    await world.run();
    const [waiting] = (await world.version()).shares;
    if (waiting === undefined) throw new Error('no share was asked for');
    const { intent, generation } = waiting;
    const readBack = { generation, ok: true, at: 'now', linkExists: true, readBack: intent.grants };
    const detail = domainEvent({
      type: 'ShareApplied',
      id: 'forged',
      time: 'now',
      from: 'finance',
      domain: 'sales',
      product: 'orders',
      major: 1,
      consumer: 'finance',
      report: readBack,
    });
    expect(await sync({ id: 'forged', account: accountOf('research'), detail }, world.governance)).toBe('refused');
    expect((await world.version()).subscriptions[0]?.state).toBe('approved');
    expect(await sync({ id: 'real', account: accountOf('finance'), detail }, world.governance)).toBe('applied');
    expect((await world.version()).subscriptions[0]?.state).toBe('active');
  });
});
