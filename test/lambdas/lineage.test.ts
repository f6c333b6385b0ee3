import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { ROUTES as API } from '#lambdas/api/routes.ts';
import { ROUTES as PUBLISH } from '#lambdas/publish/routes.ts';
import { errorResult } from '#lambdas/shared/answer.ts';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { callerAs, createWorld, type World } from '../control/world.ts';
import { column, product, table } from '../mesh/fixtures.ts';

const file = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
const ROUTES = { ...API, ...PUBLISH };
const CONTRACT = file('orders.odcs.yaml');

/** A product of another domain that says that it is made of the orders. */
const REVENUE = product(
  [
    table('daily', [{ ...column('who'), madeFrom: ['sales/orders.orders.email'] }, column('total')], {
      source: { database: 'finance', table: 'daily' },
    }),
  ],
  { domain: 'finance', name: 'revenue' },
);

describe('lineage at the API', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await publish();
    await world.registry.write([{ record: REVENUE, replaces: undefined }]);
  });

  const call = async (route: string, as: string, rest: { query?: Record<string, string>; body?: unknown } = {}) => {
    const work = ROUTES[route];
    if (work === undefined) throw new Error(`no route ${route}`);
    const body = rest.body === undefined ? null : JSON.stringify(rest.body);
    try {
      const request = { caller: callerAs(as), correlation: 'c-1' };
      return await work({ path: {}, query: rest.query ?? {}, body }, request, world.governance);
    } catch (error) {
      const { statusCode, body: text } = errorResult(error, 'r-1');
      return { status: statusCode, body: JSON.parse(text) as object };
    }
  };
  const files = (contract: string) => ({
    product: file('orders.odps.yaml'),
    contracts: { 'orders.odcs.yaml': contract },
  });
  const publish = (contract = CONTRACT) => call('POST /products', 'sales/producer', { body: files(contract) });

  test('every member of the mesh may ask', async () => {
    for (const as of ['finance/analyst', 'research/producer', 'governance/auditor']) {
      const { status, body } = await call('GET /lineage', as, { query: { product: 'finance/revenue', column: 'who' } });
      expect(status).toBe(200);
      expect((body as LineageGraph).edges).toMatchObject([
        { from: 'sales/orders@1.orders.email', to: 'finance/revenue@1.daily.who', origin: 'declared' },
      ]);
    }
  });

  test.each([
    [{ product: 'sales/orders', column: 'nothing' }, 404],
    [{ product: 'sales/nothing' }, 404],
    [{ product: 'sales/orders', direction: 'around' }, 400],
    [{}, 400],
  ])('%j is answered with %d', async (query, status) => {
    expect(await call('GET /lineage', 'finance/analyst', { query: query as Record<string, string> })).toMatchObject({
      status,
    });
  });

  test('a breaking publish is refused with the products and columns that are made of what goes', async () => {
    const broken = CONTRACT.replace(/ {6}- name: email[\s\S]*$/, '');
    for (const route of ['POST /products', 'POST /products/plan']) {
      const { body } = await call(route, 'sales/producer', { body: files(broken) });
      expect(body).toMatchObject({
        error: {
          code: 'WEFT-PUBLISH-003',
          message: expect.stringContaining('made of what changes are finance/revenue v1 (daily.who)'),
          details: { downstream: [{ product: 'finance/revenue', table: 'daily', column: 'who' }] },
        },
      });
    }
  });

  test('a plan shows what is made of a column that somebody has to decide about', async () => {
    const raised = CONTRACT.replace('classification: confidential', 'classification: secret');
    const { body } = await call('POST /products/plan', 'sales/producer', { body: files(raised) });
    expect((body as { plan: Plan }).plan.downstream).toMatchObject([
      { product: 'finance/revenue', table: 'daily', column: 'who', changes: ['WEFT-COMPAT-016'] },
    ]);
    const same = await call('POST /products/plan', 'sales/producer', { body: files(CONTRACT) });
    expect(same.body).not.toHaveProperty('plan.downstream');
  });
});
