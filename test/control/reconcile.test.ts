import { beforeEach, describe, expect, test } from '@jest/globals';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const COLUMNS = [
  column('id', 'int', 'public'),
  column('email', 'string', 'confidential'),
  column('state', 'string', 'public'),
];
const GOVERNED = /^(glue|lakeformation):/;

const sum = (calls: Record<string, number>, which = /./) =>
  Object.entries(calls).reduce((total, [action, count]) => total + (which.test(action) ? count : 0), 0);

describe('reconciling a product', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });

  const publish = (tables = 1) =>
    world.registry.write([
      {
        record: product(
          Array.from({ length: tables }, (_, index) => table(`t${index}`, COLUMNS)),
          { createdAt: '2026-03-01T11:59:58Z' },
        ),
        replaces: undefined,
      },
    ]);

  /** Puts an approved subscription into the registry as the API would: with the product's generation raised. */
  const subscribe = async (consumer: string, scope: AccessScope, rest: Partial<SubscriptionRecord> = {}) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    const record = subscription(consumer, scope, { state: 'approved', generation, ...rest });
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record, replaces: undefined },
    ]);
    return record;
  };

  const end = async (id: string) => {
    const { product: before, subscriptions } = await world.version();
    const found = subscriptions.find((entry) => entry.id === id) as SubscriptionRecord;
    const generation = before.generation + 1;
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: { ...found, state: 'revoking', generation, revision: found.revision + 1 }, replaces: found.revision },
    ]);
  };

  const stateOf = async (id: string) => (await world.version()).subscriptions.find((entry) => entry.id === id)?.state;

  test('registers its tables, reads them back and measures how long it took', async () => {
    await publish();
    const { calls, value } = await world.count(() => world.run());
    expect(value).toMatchObject({ result: 'converged', timeToRegister: 2_000, problems: [] });
    const { product: after } = await world.version();
    expect(condition(after, 'Registered')).toMatchObject({ status: 'true', generation: 1 });
    expect(after.status).toMatchObject({ timeToRegisterMs: 2_000 });
    const tables = await world.governance.catalog.tables(DATABASE);
    expect(tables?.map(({ input, registered }) => [input.Name, registered])).toEqual([['t0', true]]);
    expect(sum(calls, GOVERNED)).toBeLessThanOrEqual(10);
  });

  test('leaves what is converged alone: five reads, no write', async () => {
    await publish();
    await world.run();
    const { calls } = await world.count(() => world.run({ cause: 'sweep' }));
    expect(calls).toEqual({ 'dynamodb:Query': 2, 'glue:GetTables': 1, 'lakeformation:ListPermissions': 2 });
  });

  test('answers a second request for the same change with one read', async () => {
    await publish();
    await world.run();
    const { calls, value } = await world.count(() => world.run());
    expect([value.result, calls]).toEqual(['settled', { 'dynamodb:Query': 1 }]);
  });

  test('shares a whole product in at most ten calls over both accounts, as many for a hundred tables as for one', async () => {
    const counts: number[] = [];
    for (const tables of [1, 100]) {
      world = await createWorld();
      await publish(tables);
      await world.run();
      const { id } = await subscribe('finance', { clearance: 'secret' });
      const { calls } = await world.count(async () => {
        await world.run();
        await world.agents();
      });
      expect(await stateOf(id)).toBe('active');
      counts.push(sum(calls, GOVERNED));
    }
    expect(counts[0]).toBeLessThanOrEqual(10);
    expect(counts[1]).toBe(counts[0]);
    expect(await world.grantsIn(accountOf('finance'))).toEqual([`${role('finance')} DESCRIBE`]);
  });

  test('shares a hundred tables with a column withheld in each in at most thirty calls', async () => {
    await publish(100);
    await world.run();
    const { id } = await subscribe('finance', { clearance: 'public' });
    const { calls } = await world.count(async () => {
      await world.run();
      await world.agents();
    });
    expect(await stateOf(id)).toBe('active');
    expect(sum(calls, GOVERNED)).toBeLessThanOrEqual(30);
  });

  test('grants rows through a filter, and takes the filter away after the grants on it', async () => {
    await publish();
    await world.run();
    const { id } = await subscribe('finance', { clearance: 'public', rows: { t0: "state = 'TX'" } });
    await world.settle();
    expect(await stateOf(id)).toBe('active');
    const where = { catalogId: GOVERNANCE, database: DATABASE, table: 't0' };
    const [filter] = await world.governance.lakeFormation.filters(where);
    expect(filter).toMatchObject({ rows: "state = 'TX'", columns: ['id', 'state'] });
    await end(id);
    await world.settle();
    expect(await stateOf(id)).toBe('revoked');
    expect(await world.governance.lakeFormation.filters(where)).toEqual([]);
  });

  test('calls a revocation done only when nothing is left in either account', async () => {
    await publish();
    await world.run();
    const { id } = await subscribe('finance', { clearance: 'secret' });
    await world.settle();
    await end(id);
    await world.run();
    expect(await stateOf(id)).toBe('revoking');
    expect((await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith(accountOf('finance')))).toEqual([]);
    await world.agents();
    expect(await stateOf(id)).toBe('revoked');
    expect(await world.grantsIn(accountOf('finance'))).toEqual([]);
    expect(await world.agentOf('finance').catalog.link(DATABASE)).toBeUndefined();
  });

  test('keeps the account grant that another subscription of the same consumer still needs', async () => {
    await publish();
    await world.run();
    const first = await subscribe('finance', { clearance: 'secret' });
    const steward = role('finance', 'steward');
    const second = await subscribe(
      'finance',
      { clearance: 'secret' },
      { id: 'sales.orders.v1.finance.b2', principals: [steward] },
    );
    await world.settle();
    await end(first.id);
    await world.settle();
    expect([await stateOf(first.id), await stateOf(second.id)]).toEqual(['revoked', 'active']);
    expect(await world.grantsIn(accountOf('finance'))).toEqual([`${steward} DESCRIBE`]);
    expect((await world.grantsIn(GOVERNANCE)).some((grant) => grant.startsWith(accountOf('finance')))).toBe(true);
  });

  test('narrows a subscription to fewer columns without leaving the wider grant behind', async () => {
    await publish();
    await world.run();
    const { id } = await subscribe('finance', { clearance: 'secret' });
    await world.settle();
    const { product: before, subscriptions } = await world.version();
    const found = subscriptions[0] as SubscriptionRecord;
    const generation = before.generation + 1;
    const narrower: SubscriptionRecord = {
      ...found,
      approved: { clearance: 'public' },
      generation,
      revision: found.revision + 1,
    };
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: narrower, replaces: found.revision },
    ]);
    await world.settle();
    expect(await stateOf(id)).toBe('active');
    const central = await world.governance.lakeFormation.onAllTables(GOVERNANCE, DATABASE);
    expect(central.filter(({ principal }) => principal === accountOf('finance'))).toEqual([]);
    const table = await world
      .agentOf('finance')
      .lakeFormation.onTable({ catalogId: GOVERNANCE, database: DATABASE, table: 't0' });
    const mine = table.filter(({ principal }) => principal === role('finance'));
    expect(mine.flatMap(({ resource }) => ('columns' in resource ? [resource.columns] : []))).toEqual([
      ['id', 'state'],
    ]);
  });

  test('repairs drift that a sweep finds, and says who made it', async () => {
    await publish();
    await world.run();
    await subscribe('finance', { clearance: 'secret' });
    await world.settle();
    const stranger = accountOf('research');
    const resource = { kind: 'database' as const, catalogId: GOVERNANCE, database: DATABASE };
    const foreign = { principal: stranger, resource, permissions: ['DESCRIBE' as const], grantable: [] };
    await world.governance.lakeFormation.apply([{ kind: 'grant', grant: foreign }]);
    await world.run({ cause: 'sweep' });
    expect((await world.grantsIn(GOVERNANCE)).some((grant) => grant.startsWith(stranger))).toBe(false);
    expect((await world.version()).product.change).toMatchObject({ action: 'DriftRepaired' });
  });
});
