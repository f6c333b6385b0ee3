import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { callerOf } from '#control/caller.ts';
import { ROUTES as API } from '#lambdas/api/routes.ts';
import { ROUTES as PUBLISH } from '#lambdas/publish/routes.ts';
import { errorResult, statusOf } from '#lambdas/shared/answer.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { accountOf, callerAs, createWorld, TOPOLOGY, type World } from '../control/world.ts';

const file = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const ROUTES = { ...API, ...PUBLISH };
const PRODUCT = file('orders.odps.yaml');
const CONTRACT = file('orders.odcs.yaml');

describe('the API', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
  });

  const call = async (
    route: string,
    as: string,
    rest: { path?: Record<string, string>; query?: Record<string, string>; body?: unknown; session?: string } = {},
  ) => {
    const work = ROUTES[route];
    if (work === undefined) throw new Error(`no route ${route}`);
    const request = { caller: callerAs(as, rest.session), correlation: 'c-1' };
    const body = rest.body === undefined ? null : JSON.stringify(rest.body);
    try {
      return await work({ path: rest.path ?? {}, query: rest.query ?? {}, body }, request, world.governance);
    } catch (error) {
      const { statusCode, body: text } = errorResult(error, 'r-1');
      return { status: statusCode, body: JSON.parse(text) };
    }
  };

  const publish = (contract = CONTRACT, product = PRODUCT, as = 'sales/producer') =>
    call('POST /products', as, { body: { product, contracts: { 'orders.odcs.yaml': contract } } });

  const ask = (rest: object = {}, as = 'finance/analyst') =>
    call('POST /subscriptions', as, { body: { product: 'sales/orders', purpose: 'to know', ...rest } });

  const code = (answer: { body: object }) => (answer.body as { error?: { code: string } }).error?.code;
  const subscription = (answer: { body: object }) =>
    (answer.body as { subscription: { id: string; state: string; approved?: unknown } }).subscription;

  test('publishes a product, and the same contract again changes nothing', async () => {
    const first = await publish();
    expect([first.status, code(first)]).toEqual([202, undefined]);
    const before = await world.version();
    const again = await publish();
    expect(again.status).toBe(200);
    expect(await world.version()).toEqual(before);
  });

  test('tells every problem of a contract at once', async () => {
    const answer = await publish(
      CONTRACT.replace('logicalType: integer', 'logicalType: cucumber').replace('name: email', 'name: ID'),
    );
    expect([answer.status, code(answer)]).toEqual([400, 'WEFT-PUBLISH-001']);
    const { problems } = (answer.body as { error: { problems: { severity: string }[] } }).error;
    expect(problems.filter(({ severity }) => severity === 'error').length).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ['an analyst of the domain', 'sales/analyst'],
    ['a producer of another domain', 'finance/producer'],
    ['the auditor', 'governance/auditor'],
  ])('refuses to publish for %s', async (_who, as) => {
    expect(await publish(CONTRACT, PRODUCT, as).then((answer) => [answer.status, code(answer)])).toEqual([
      403,
      'WEFT-AUTH-002',
    ]);
    await expect(world.version()).rejects.toThrow();
  });

  test('refuses a breaking change under the same major version and names whom it would break', async () => {
    await publish();
    const { id } = subscription(await ask());
    const narrower = CONTRACT.replace(/ {6}- name: email\n(?: {8}.*\n)+/, '');
    expect(narrower).not.toBe(CONTRACT);
    const next = (text: string) => text.replaceAll('1.0.0', '1.1.0');
    const answer = await publish(next(narrower), next(PRODUCT));
    expect([answer.status, code(answer)]).toEqual([409, 'WEFT-PUBLISH-003']);
    expect(JSON.stringify(answer.body)).toContain(id);
  });

  test('refuses a second product on one source table', async () => {
    await publish();
    const other = (text: string) => text.replaceAll('name: orders\nversion', 'name: returns\nversion');
    const answer = await publish(other(CONTRACT), other(PRODUCT));
    expect([answer.status, code(answer)]).toEqual([409, 'WEFT-REGISTRY-002']);
  });

  test('grants at once what policy allows, and asks the owner for the rest', async () => {
    await publish();
    const open = await ask({ clearance: 'public' });
    expect([open.status, subscription(open).state]).toEqual([202, 'approved']);
    const asked = await ask();
    expect([asked.status, subscription(asked).state]).toEqual([202, 'pending']);
    const same = await ask();
    expect([same.status, subscription(same).id]).toEqual([200, subscription(asked).id]);
  });

  test("the owner's steward decides, may narrow, and nobody else does", async () => {
    await publish();
    const { id } = subscription(await ask());
    const decision = (as: string, body: object) =>
      call('POST /subscriptions/{id}/decision', as, { path: { id }, body });
    for (const as of ['finance/steward', 'sales/producer', 'governance/platform']) {
      expect((await decision(as, { decision: 'approve' })).status).toBe(403);
    }
    expect((await decision('sales/steward', { decision: 'perhaps' })).status).toBe(400);
    const narrowed = await decision('sales/steward', {
      decision: 'approve',
      clearance: 'public',
      rows: { orders: 'id > 7' },
    });
    expect(subscription(narrowed)).toMatchObject({ state: 'approved', approved: { clearance: 'public' } });
    expect((await decision('sales/steward', { decision: 'approve' })).status).toBe(409);
  });

  test('nobody approves a request of his own', async () => {
    await publish();
    const { id } = subscription(
      await ask({ principals: [`arn:aws:iam::${accountOf('sales')}:role/toy-sales-analyst`] }, 'sales/steward'),
    );
    const answer = await call('POST /subscriptions/{id}/decision', 'sales/steward', {
      path: { id },
      body: { decision: 'approve' },
    });
    expect([answer.status, code(answer)]).toEqual([409, 'WEFT-REQUEST-006']);
  });

  test.each([
    ['a role of another account', { principals: ['arn:aws:iam::222222222222:role/x'] }, 400],
    ['a level that does not exist', { clearance: 'cosmic' }, 400],
    ['a column that does not exist', { columns: { orders: ['nope'] } }, 400],
    ['a row filter that is none', { rows: { orders: '1=1; drop' } }, 400],
    ['an end in the past', { expiresAt: '2020-01-01' }, 400],
    ['an unknown member', { colour: 'red' }, 400],
    ['a product that does not exist', { product: 'sales/nothing' }, 404],
    ['a version that does not exist', { major: 9 }, 404],
  ])('refuses a subscription with %s', async (_what, wish, status) => {
    await publish();
    expect((await ask(wish)).status).toBe(status);
  });

  test('plans what approval would grant, and writes nothing', async () => {
    await publish();
    const before = await world.version();
    const { status, body } = await call('POST /subscriptions/plan', 'finance/analyst', {
      body: { product: 'sales/orders', purpose: 'to know', clearance: 'public' },
    });
    expect(status).toBe(200);
    const { plan } = body as {
      plan: { grants: { kind: string; grant: { principal: string } }[]; broadens: unknown[] };
    };
    expect(plan.grants.map(({ kind, grant }) => `${kind} ${grant.principal}`)).toContain(
      `grant ${accountOf('finance')}`,
    );
    expect(plan.broadens.length).toBeGreaterThan(0);
    expect(await world.version()).toEqual(before);
  });

  test('shows subscriptions to both sides and to governance, and to nobody else', async () => {
    await publish();
    await ask();
    const seen = async (as: string) => {
      const { body } = await call('GET /subscriptions', as);
      return (body as { subscriptions: unknown[] }).subscriptions.length;
    };
    expect(await Promise.all(['sales/steward', 'finance/analyst', 'governance/auditor'].map(seen))).toEqual([1, 1, 1]);
    expect(await seen('research/analyst')).toBe(0);
  });

  test('a failure of ours shows the request id and none of its words', () => {
    const { statusCode, body } = errorResult(new Error('the password is swordfish'), 'r-9');
    expect([statusCode, body.includes('swordfish'), body.includes('r-9')]).toEqual([500, false, true]);
    expect(statusOf(new WeftError('WEFT-X-001', 'ours'))).toBe(500);
  });

  test('who may not release a hold is refused like anybody else who may not: only those attempts come to the trail', () => {
    expect(statusOf(userError('WEFT-RETENTION-005', 'whoever placed it'))).toBe(403);
  });

  test('knows a caller by role and account, and none from outside the mesh', () => {
    expect(callerAs('finance/analyst')).toMatchObject({ domain: 'finance', kind: 'analyst' });
    expect(callerAs('finance/gardener').kind).toBeUndefined();
    const stolen = `arn:aws:sts::${accountOf('finance')}:assumed-role/toy-sales-steward/x`;
    expect(callerOf(stolen, TOPOLOGY).kind).toBeUndefined();
    expect(() => callerOf('arn:aws:sts::999999999999:assumed-role/toy-sales-steward/x', TOPOLOGY)).toThrow(
      'not part of mesh',
    );
  });

  test('who may not release a hold is refused, which the trail keeps', () => {
    expect(statusOf(new WeftError('WEFT-RETENTION-005', 'yours', { source: 'user' }))).toBe(403);
  });
});
