import { beforeEach, describe, expect, test } from '@jest/globals';
import { share } from '#control/share.ts';
import { sync } from '#control/sync.ts';
import { AwsError } from '#local/core/error.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
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

  test('a role loses its local grants although another consumer cannot be given its own', async () => {
    const [first, second] = [role('finance'), role('finance', 'producer')];
    await subscribe('finance', { clearance: 'public' }, { principals: [first] });
    await subscribe('finance', { clearance: 'public' }, { id: 'sales.orders.v1.finance.b2', principals: [second] });
    await world.settle();
    const held = async () => (await world.grantsIn(FINANCE, DATABASE, GOVERNANCE)).map((line) => line.split(' ')[0]);
    expect(await held()).toEqual(expect.arrayContaining([first, second]));
    await subscribe('research', { clearance: 'public' });
    await revoke('sales.orders.v1.finance.b2');
    const stop = refuse('lakeformation:BatchGrantPermissions');
    expect((await world.run()).result).toBe('failed');
    stop();
    await world.agents();
    expect(await held()).toContain(first);
    expect(await held()).not.toContain(second);
    expect(await states()).toEqual({ a1: 'active', b2: 'revoking', research: 'approved' });
    await world.run({ cause: 'sweep' });
    await world.agents();
    await world.run({ cause: 'sweep' });
    expect(await states()).toEqual({ a1: 'active', b2: 'revoked', research: 'active' });
  });

  const states = async () =>
    Object.fromEntries(
      (await world.version()).subscriptions.map(({ id, consumer, state }) => [
        consumer === 'research' ? consumer : id.split('.').at(-1),
        state,
      ]),
    );

  test('an agent that applies an older intent after a newer one is asked once more, and takes it back', async () => {
    const [first, second] = [role('finance'), role('finance', 'producer')];
    await subscribe('finance', { clearance: 'public' }, { principals: [first] });
    await subscribe('finance', { clearance: 'public' }, { id: 'sales.orders.v1.finance.b2', principals: [second] });
    await world.settle();
    const [old] = (await world.version()).shares;
    if (old === undefined) throw new Error('no share was asked for');
    await revoke('sales.orders.v1.finance.b2');
    await world.settle();
    expect(await states()).toEqual({ a1: 'active', b2: 'revoked' });
    world.clock.advance(60_000);
    const late = await share({ intent: old.intent, generation: old.generation }, world.agentOf('finance'));
    const said = { type: 'ShareApplied', id: 'late', time: late.at, from: 'finance', report: late } as const;
    const detail = domainEvent({ ...said, domain: 'sales', product: 'orders', major: 1, consumer: 'finance' });
    expect(await sync({ id: 'late', account: FINANCE, detail }, world.governance)).toBe('repeated');
    await world.agents();
    const held = (await world.grantsIn(FINANCE, DATABASE, GOVERNANCE)).map((line) => line.split(' ')[0]);
    expect(held).toContain(first);
    expect(held).not.toContain(second);
    expect(await sync({ id: 'late', account: FINANCE, detail }, world.governance)).toBe('unchanged');
  });

  test('a report on an intent that was never asked for is refused, and does not end what comes later', async () => {
    await subscribe('finance', { clearance: 'public' });
    await world.run();
    const report = { generation: 9_000, ok: true, at: '2026-03-01T12:00:00Z', linkExists: false, readBack: [] };
    const said = { type: 'ShareApplied', id: 'early', time: report.at, from: 'finance', report } as const;
    const detail = domainEvent({ ...said, domain: 'sales', product: 'orders', major: 1, consumer: 'finance' });
    expect(await sync({ id: 'early', account: FINANCE, detail }, world.governance)).toBe('refused');
    await world.settle();
    expect(await states()).toEqual({ a1: 'active' });
  });

  test.each([
    'constructor',
    'toString',
    '__proto__',
  ])('a report of the type %s is refused, not a fault', async (type) => {
    const detail = { specversion: '1.0', id: 'x', source: 'weft.domain.sales', time: 'now', type, data: {} };
    expect(await sync({ id: 'x', account: FINANCE, detail }, world.governance)).toBe('refused');
  });
});
