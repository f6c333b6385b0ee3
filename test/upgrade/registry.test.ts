import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { everyRecord, recordOfImage } from '#aws/registry.ts';
import { decide, revokeSubscription } from '#control/decide.ts';
import { meshStatus } from '#control/mesh-status.ts';
import { publish } from '#control/publish.ts';
import type { ApiDeps } from '#control/request.ts';
import { errorResult } from '#lambdas/shared/answer.ts';
import { auditEntries } from '#mesh/audit/entry.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { inTodaysFormat, READ_FORMAT, WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, type World } from '../control/world.ts';
import { orders } from '../lambdas/orders.ts';
import { product } from '../mesh/fixtures.ts';
import { itemsOf, putItems, VERSIONS } from './old-records.ts';

const by = (name: string, session = 'someone') => ({ caller: callerAs(name, session), correlation: 'c-2' });
const ACTIVE = ['sales.orders.v1.finance.r1', 'sales.orders.v1.finance.r2'];
const PENDING = 'sales.orders.v1.research.r3';
const REVOKED = 'sales.orders.v1.research.r4';

describe('the registry of an earlier version', () => {
  let world: World;
  let deps: ApiDeps;

  beforeEach(async () => {
    world = await createWorld();
    deps = world.governance as unknown as ApiDeps;
  });

  const states = async () =>
    Object.fromEntries((await world.version()).subscriptions.map(({ id, state }) => [id, state]));
  const held = () => world.grantsIn(accountOf('finance'), DATABASE, GOVERNANCE);

  test('there are some', () => {
    expect(VERSIONS.length).toBeGreaterThan(2);
  });

  test.each(VERSIONS)('%s: goes on as it was', async (version) => {
    await putItems(world, itemsOf(version));
    const before = await states();
    expect(before).toEqual({
      [ACTIVE[0] ?? '']: 'active',
      [ACTIVE[1] ?? '']: 'active',
      [PENDING]: 'pending',
      [REVOKED]: 'revoked',
    });
    await world.settle();
    await world.settle();
    expect(await states()).toEqual(before);
    expect((await held()).some((grant) => grant.endsWith('SELECT'))).toBe(true);
    expect((await meshStatus(callerAs('governance/platform'), deps)).counts).toMatchObject({
      products: 1,
      registered: 1,
      subscriptions: { active: 2 },
    });
    expect((await deps.policies.store.heads()).map(({ scope }) => scope)).toEqual(['global']);
  });

  test.each(VERSIONS)('%s: takes what is asked of it now, and keeps the trail', async (version) => {
    await putItems(
      world,
      itemsOf(version).filter(({ type }) => type?.S !== 'domain'),
    );
    await world.settle();
    await publish(orders('1.1.0'), by('sales/producer'), world.governance);
    await decide(PENDING, { decision: 'approve', reason: 'fine' }, by('sales/steward', 'sam'), deps);
    await world.settle();
    await revokeSubscription(ACTIVE[1] ?? '', 'done', by('sales/steward', 'sam'), deps);
    await world.settle();
    await world.settle();
    expect(await states()).toMatchObject({
      [ACTIVE[0] ?? '']: 'active',
      [ACTIVE[1] ?? '']: 'revoked',
      [PENDING]: 'active',
    });
    expect((await world.version()).product.version).toBe('1.1.0');
  });

  test.each(VERSIONS)('%s: each record tells its story', (version) => {
    const records = itemsOf(version).map(recordOfImage);
    const told = records.filter((record) => record !== undefined);
    expect(told.length).toBeGreaterThan(6);
    for (const record of told) {
      expect(auditEntries(undefined, record).length).toBeGreaterThan(0);
      expect(() => deriveEvents(record, { ...record }, [])).not.toThrow();
      expect('format' in record).toBe(false);
    }
  });

  test('tables that may have had filters are looked at, although an old intent does not say which had', async () => {
    const [oldest = ''] = [...VERSIONS].filter((name) => name.includes('without-filtered'));
    await putItems(world, itemsOf(oldest));
    const { shares } = await world.version();
    expect(shares.map(({ intent }) => intent.former?.filtered)).toEqual([['orders'], ['orders']]);
  });

  test('what is written now says its format, and a version that knows less refuses it', async () => {
    await publish(orders(), by('sales/producer'), world.governance);
    const client = new DynamoDBClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
    const { Items = [] } = await client.send(new ScanCommand({ TableName: 'registry' }));
    const formats = Items.filter(({ type }) => type?.S !== 'source').map(({ format }) => format?.N);
    expect(new Set(formats)).toEqual(new Set([String(WRITTEN_FORMAT)]));
    expect(READ_FORMAT).toBeGreaterThanOrEqual(WRITTEN_FORMAT);
  });

  test('a record of a newer version is refused, and nothing of it is guessed', async () => {
    const newer = itemsOf(VERSIONS[0] ?? '').map((item) => ({ ...item, format: { N: String(READ_FORMAT + 1) } }));
    await putItems(world, newer);
    const refused = { code: 'WEFT-UPGRADE-001', message: expect.stringContaining('V#1') };
    await expect(world.version()).rejects.toMatchObject(refused);
    await expect(everyRecord(world.registry, 'product').next()).rejects.toMatchObject(refused);
    expect(() => recordOfImage(newer[0])).toThrow(/reads formats 1 to/);
    const answer = errorResult(await world.version().catch((error: unknown) => error), 'r-1');
    expect([answer.statusCode, JSON.parse(answer.body).error.code]).toEqual([503, 'WEFT-UPGRADE-001']);
  });

  test.each(['2', 0, 1.5, null, -1])('a format that is none is refused: %p', (format) => {
    expect(() => inTodaysFormat({ ...product([]), format })).toThrow(/in format/);
  });
});
