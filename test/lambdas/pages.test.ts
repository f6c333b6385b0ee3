import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { toItem } from '#aws/attribute-value.ts';
import { createCursorKey } from '#aws/cursor-key.ts';
import { type RecordWrite, recordOfImage } from '#aws/registry.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { ROUTES } from '#lambdas/api/routes.ts';
import { answerCall } from '#lambdas/shared/api-call.ts';
import { FairShare } from '#lambdas/shared/fair-share.ts';
import { COMMAND_LIMITS } from '#lambdas/shared/limits.ts';
import { writeItem } from '#local/services/dynamodb/items.ts';
import { type Table, tablesNamespace } from '#local/services/dynamodb/table.ts';
import type { DriftEntry } from '#mesh/drift/finding.ts';
import { wholeList } from '#mesh/page.ts';
import { WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { createWorld, GOVERNANCE, noWait, type World } from '../control/world.ts';
import { AT, column, product, subscription, table } from '../mesh/fixtures.ts';
import { fillRegistry } from './access-registry.ts';
import { CALLERS } from './access-table.ts';

/** What a Lambda's answer holds. */
const LAMBDA = 6 * 1024 * 1024;

interface Asked {
  readonly route: string;
  readonly as: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
}

type Body = Readonly<Record<string, unknown>> & { readonly next?: string; readonly error?: { readonly code: string } };

function api(world: World) {
  const deps = {
    ...world.governance,
    members: world.governance.topology,
    share: new FairShare(() => 0),
    limits: COMMAND_LIMITS,
    logger: { warn: () => {} },
  };
  const ask = async ({ route, as, path = {}, query = {} }: Asked) => {
    const [httpMethod = '', resource = ''] = route.split(' ');
    const set = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const event = {
      httpMethod,
      resource,
      pathParameters: path,
      queryStringParameters: Object.fromEntries(set),
      body: null,
      requestContext: { requestId: 'r-1', identity: { userArn: CALLERS[as] ?? as } },
    };
    const result = await answerCall(event, ROUTES, deps as never);
    return {
      status: result.statusCode,
      body: JSON.parse(result.body) as Body,
      bytes: Buffer.byteLength(JSON.stringify(result)),
    };
  };
  const every = async (asked: Asked, limit?: number) => {
    const pages: Awaited<ReturnType<typeof ask>>[] = [];
    const whole = await wholeList<Body>(async (next) => {
      const page = await ask({ ...asked, query: { ...asked.query, limit: limit?.toString(), next } });
      pages.push(page);
      return page.body;
    });
    return { whole, pages };
  };
  return { ask, every };
}

/** Straight into the table: thousands of transactions would take a minute. */
function fill(world: World, records: readonly RecordWrite['record'][]): void {
  const { store, region } = world.cloud;
  const at = store.get<Table>(tablesNamespace(GOVERNANCE, region), 'registry');
  if (at === undefined) throw new Error('the registry is not there');
  store.transaction(() => {
    for (const record of records) {
      const item = { ...record, ...keyOf(record), sort: sortOf(record), format: WRITTEN_FORMAT };
      writeItem(store, at, undefined, toItem(item) as never, world.clock.now());
    }
  });
}

describe('a list of thousands', () => {
  const COUNT = 3_000;
  let world: World;
  const ids: string[] = [];

  beforeAll(async () => {
    world = await createWorld();
    const scope = { clearance: 'public' };
    // Quotes take more on the way than they do here.
    const purpose = '"to know" '.repeat(200);
    const all = Array.from({ length: COUNT }, (_, index): SubscriptionRecord => {
      const consumer = index % 100 === 99 ? 'research' : 'finance';
      const name = `p${String(index % 40).padStart(2, '0')}`;
      const id = `sales.${name}.v1.${consumer}.${String(index).padStart(5, '0')}`;
      return subscription(consumer, scope, {
        id,
        product: name,
        purpose,
        state: index % 2 === 0 ? 'active' : 'revoked',
      });
    });
    fill(world, all);
    ids.push(...all.map((one) => sortOf(one)).toSorted());
  });

  const found = (body: Body) => (body.subscriptions as SubscriptionRecord[]).map((one) => sortOf(one));

  test.each([
    undefined,
    1000,
  ])('comes whole to who may see all, each answer below what fits (limit %p)', async (limit) => {
    const { whole, pages } = await api(world).every({ route: 'GET /subscriptions', as: 'governance/platform' }, limit);
    expect(found(whole)).toEqual(ids);
    expect(pages.map(({ status }) => status).every((status) => status === 200)).toBe(true);
    expect(Math.max(...pages.map(({ bytes }) => bytes))).toBeLessThan(LAMBDA);
    // A read that ends at the last record does not know it.
    if (limit === undefined) expect([COUNT / 200, COUNT / 200 + 1]).toContain(pages.length);
  });

  test('comes to who may see little in short pages, each of few reads, and none of the others', async () => {
    const { every, ask } = api(world);
    const asked = { route: 'GET /subscriptions', as: 'arn:aws:sts::444444444444:assumed-role/toy-research-analyst/x' };
    const research = ids.filter((id) => id.startsWith('research#'));
    const { whole, pages } = await every(asked, 5);
    expect(found(whole)).toEqual(research);
    expect(pages.length).toBeGreaterThan(research.length / 5);
    expect(JSON.stringify(pages)).not.toContain('.finance.');
    const { calls } = await world.count(() => ask({ ...asked, query: { limit: '5' } }));
    // Ten portions, what is suspended for who is called, and the key of the places.
    expect(calls['dynamodb:Query']).toBeLessThanOrEqual(13);
    for (const { body } of pages)
      if (body.next !== undefined)
        expect(Buffer.from(body.next, 'base64url').toString('latin1')).not.toMatch(/finance|sales/);
  });

  test("somebody else's place shows nobody more than he may see", async () => {
    const { ask } = api(world);
    const route = 'GET /subscriptions';
    const { body } = await ask({ route, as: 'governance/platform', query: { limit: '10' } });
    const { next } = body;
    expect(next).toBeDefined();
    const mine = await ask({
      route,
      as: 'arn:aws:sts::444444444444:assumed-role/toy-research-analyst/x',
      query: { next, limit: '1000' },
    });
    expect(mine.status).toBe(200);
    expect(found(mine.body).every((id) => id.startsWith('research#'))).toBe(true);
  });

  test('of one product is read from its own partition, whole and filtered', async () => {
    const { every } = api(world);
    const asked = { route: 'GET /subscriptions', as: 'governance/platform', query: { product: 'sales/p07' } };
    const { whole } = await every(asked, 7);
    expect(found(whole)).toEqual(ids.filter((id) => id.includes('.p07.')));
    const { whole: revoked } = await every({ ...asked, query: { ...asked.query, state: 'revoked' } }, 7);
    expect(found(revoked)).toEqual(found(whole));
  });

  test.each([
    ['another filter', { route: 'GET /subscriptions', query: { state: 'active' } }],
    ['another list', { route: 'GET /entitlements', query: {} }],
  ])('a place is refused under %s', async (_what, other) => {
    const { ask } = api(world);
    const { body } = await ask({ route: 'GET /subscriptions', as: 'governance/platform', query: { limit: '1' } });
    const refused = await ask({ as: 'governance/platform', ...other, query: { ...other.query, next: body.next } });
    expect([refused.status, refused.body.error?.code]).toEqual([400, 'WEFT-API-011']);
    const damaged = await ask({
      route: 'GET /subscriptions',
      as: 'governance/platform',
      query: { next: `${body.next}x` },
    });
    expect([damaged.status, damaged.body.error?.code]).toEqual([400, 'WEFT-API-011']);
  });
});

describe('each list', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld();
    await fillRegistry(world.registry);
    const orders = (await world.version()).product;
    const quality = [
      { measure: 'id: nullValues', bounds: { mustBe: 0 }, check: { metric: 'nullValues' }, column: 'id' },
    ];
    const more = ['adverts', 'returns', 'visits'].map((name) => {
      const own = table(`${name}_t`, [column('id', 'int', 'public')], { quality: quality as never });
      return product([{ ...own, location: `${own.location}${name}/` }], {
        name,
        sla: { retention: '1 y' },
        status: {
          conditions: [],
          drift: ['x', 'y', 'z'].map(
            (on): DriftEntry => ({ kind: 'GrantAdded', account: GOVERNANCE, on, what: 'w', at: AT }),
          ),
          retention: { disposedAt: { [`${name}_t`]: AT } },
        },
      });
    });
    const [entitlement] = await world.registry.entitlements();
    const [alert] = (await world.registry.page('alert')).records;
    if (entitlement === undefined || alert === undefined) throw new Error('nothing was filled in');
    fill(world, [
      ...more,
      ...['sales.e0', 'sales.e2', 'sales.e3'].map((id) => ({ ...entitlement, id })),
      ...['2', '3', '4'].map((digit) => ({
        ...alert,
        id: `odd.000000000000000${digit}`,
        at: AT.replace('2026', `202${digit}`),
      })),
      { ...orders, domain: 'finance', name: 'orders' },
    ]);
    const text = 'permit(principal, action, resource);';
    const deployed = world.governance.policies.deployed();
    const sets = ['finance', 'research', 'sales'].map((scope) => ({
      scope,
      digest: scope.padEnd(64, '0'),
      files: { [`${scope}/a.cedar`]: text },
    }));
    Object.assign(world.governance.policies, { deployed: () => [...deployed, ...sets], check: async () => [] });
  });

  const AS = 'governance/platform';
  test.each<[name: string, asked: Asked, members: readonly string[]]>([
    ['products', { route: 'GET /products', as: AS }, ['products']],
    ['products of a domain', { route: 'GET /products', as: AS, query: { domain: 'sales' } }, ['products']],
    ['products of a word', { route: 'GET /products', as: AS, query: { q: 'orders' } }, ['products']],
    [
      'a product',
      { route: 'GET /products/{domain}/{name}', as: AS, path: { domain: 'sales', name: 'orders' } },
      ['subscriptions', 'shares', 'feedback'],
    ],
    ['subscriptions', { route: 'GET /subscriptions', as: AS }, ['subscriptions']],
    ['entitlements', { route: 'GET /entitlements', as: AS }, ['entitlements']],
    ['an entitlement', { route: 'GET /entitlements/{id}', as: AS, path: { id: 'sales.e1' } }, ['products']],
    ['alerts', { route: 'GET /alerts', as: AS }, ['alerts']],
    ['alerts since', { route: 'GET /alerts', as: AS, query: { since: '2023-01-01T00:00:00Z' } }, ['alerts']],
    ['drift', { route: 'GET /drift', as: AS }, ['drift']],
    ['drift of a product', { route: 'GET /drift', as: AS, query: { product: 'sales/orders' } }, ['drift']],
    ['policies', { route: 'GET /policies', as: AS }, ['scopes']],
    [
      'what is measured',
      { route: 'GET /domains/{domain}/quality', as: 'owner/quality', path: { domain: 'sales' } },
      ['duties'],
    ],
    [
      'what is removed',
      { route: 'GET /domains/{domain}/disposals', as: 'owner/disposal', path: { domain: 'sales' } },
      ['tables', 'copies'],
    ],
  ])('%s: its pages are together the whole of it, of whatever limit', async (_name, asked, members) => {
    const { every } = api(world);
    const { whole, pages } = await every(asked, 1000);
    expect(pages).toHaveLength(1);
    const lengths = members.map((name) => (whole[name] as unknown[]).length);
    expect(lengths.reduce((sum, length) => sum + length)).toBeGreaterThan(1);
    for (const limit of [1, 2, 3]) {
      const parts = await every(asked, limit);
      expect(parts.whole).toEqual(whole);
      for (const { body } of parts.pages) {
        const count = members.reduce((sum, name) => sum + (body[name] as unknown[]).length, 0);
        expect(count).toBeLessThanOrEqual(limit);
      }
    }
  });

  test('a limit that is none is refused', async () => {
    const { body, status } = await api(world).ask({ route: 'GET /alerts', as: AS, query: { limit: '0' } });
    expect([status, body.error?.code]).toEqual([400, 'WEFT-API-012']);
  });

  test('products are found by how their name begins', async () => {
    const names = async (query: Record<string, string>) =>
      ((await api(world).ask({ route: 'GET /products', as: AS, query })).body.products as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(await names({ prefix: 'sales/re' })).toEqual(['returns']);
    expect(await names({ prefix: 'fin', domain: 'sales' })).toEqual([]);
    expect(await names({ prefix: 'fin' })).toEqual(['orders']);
  });
});

describe('the key of the places', () => {
  test('is one for all, made by whoever comes first, and nothing that the relay tells of', async () => {
    const world = await createWorld();
    const client = new DynamoDBClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
    const keys = await Promise.all([1, 2, 3].map(() => createCursorKey(client, 'registry', noWait())()));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(keys[0]).toHaveLength(32);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: 'registry',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'CURSOR-KEY' } },
      }),
    );
    expect(Items.map((item) => recordOfImage(item))).toEqual([undefined]);
  });
});
