import { beforeEach, describe, expect, test } from '@jest/globals';
import { AwsError } from '#local/core/error.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const COLUMNS = [column('id', 'int', 'public'), column('state', 'string', 'public')];
const [FINANCE, RESEARCH] = [accountOf('finance'), accountOf('research')];

describe('between two calls nobody sees more than was granted', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await world.registry.write([{ record: product([table('t0', COLUMNS)]), replaces: undefined }]);
    await world.run();
  });

  const subscribe = async (consumer: string, scope: AccessScope, rest: Partial<SubscriptionRecord> = {}) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: subscription(consumer, scope, { state: 'approved', generation, ...rest }), replaces: undefined },
    ]);
  };

  const revoke = async (id: string) => {
    const { product: before, subscriptions } = await world.version();
    const found = subscriptions.find((entry) => entry.id === id) as SubscriptionRecord;
    const generation = before.generation + 1;
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: { ...found, state: 'revoking', generation, revision: found.revision + 1 }, replaces: found.revision },
    ]);
  };

  const addColumn = async (classification?: string) => {
    const { product: before } = await world.version();
    const tables = [table('t0', [...COLUMNS, column('diagnosis', 'string', classification)])];
    await world.registry.write([
      {
        record: { ...before, tables, generation: before.generation + 1, revision: before.revision + 1 },
        replaces: before.revision,
      },
    ]);
  };

  /** Who holds all columns of all tables or of the table, as Lake Formation lists it. */
  const wildcards = async () => {
    const { lakeFormation } = world.governance;
    const place = { catalogId: GOVERNANCE, database: DATABASE };
    const found = [
      ...(await lakeFormation.onAllTables(GOVERNANCE, DATABASE)),
      ...(await lakeFormation.onTable({ ...place, table: 't0' })),
    ];
    return found
      .filter(({ resource }) => resource.kind === 'columns' && resource.columns === '*')
      .map(({ principal }) => principal)
      .filter((principal) => principal === FINANCE || principal === RESEARCH);
  };

  const refuse = (action: string) =>
    world.cloud.observe({
      before: (call) => {
        if (call.action === action) throw new AwsError('InvalidInputException', 'not today', 400);
      },
    });

  test.each<[string, string | undefined, AccessScope]>([
    ['that nobody classified, beside a whole product', undefined, { clearance: 'public' }],
    ['above the clearance, beside a whole product', 'secret', { clearance: 'public' }],
    ['above the clearance, beside a whole table', 'secret', { clearance: 'public', tables: ['t0'] }],
  ])('a new column %s is in the catalog only after the wildcard is gone', async (_, classification, scope) => {
    await subscribe('finance', scope);
    await world.settle();
    expect(await wildcards()).toContain(FINANCE);
    await addColumn(classification);
    const stop = refuse('glue:UpdateTable');
    await world.run();
    expect(await wildcards()).not.toContain(FINANCE);
    stop();
    await world.settle();
    expect(await wildcards()).not.toContain(FINANCE);
    const { subscriptions, product: now } = await world.version();
    expect([subscriptions[0]?.state, condition(now, 'Shared')?.status]).toEqual(['active', 'true']);
  });

  test('a new column stays out of the catalog as long as a wildcard cannot be taken away', async () => {
    await subscribe('finance', { clearance: 'public' });
    await world.settle();
    await addColumn('secret');
    const stop = refuse('lakeformation:BatchRevokePermissions');
    expect((await world.run()).result).toBe('failed');
    stop();
    const [found] = (await world.governance.catalog.tables(DATABASE)) ?? [];
    expect(found?.input.StorageDescriptor.Columns.map(({ Name }) => Name)).toEqual(['id', 'state']);
    await world.settle();
    expect(await wildcards()).toEqual([]);
  });

  test('a catalog that cannot be changed does not keep a revoked consumer in, and takes nothing from the others', async () => {
    await subscribe('finance', { clearance: 'public' });
    await world.settle();
    await subscribe('research', { clearance: 'public' });
    await world.settle();
    await addColumn('public');
    await revoke('sales.orders.v1.finance.a1');
    const stop = refuse('glue:UpdateTable');
    await world.run();
    expect(await wildcards()).toEqual([RESEARCH]);
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['revoking', 'active']);
    stop();
    await world.settle();
    await world.settle();
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['revoked', 'active']);
  });
});
