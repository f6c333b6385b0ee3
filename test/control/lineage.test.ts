import { beforeEach, describe, expect, test } from '@jest/globals';
import { showLineage } from '#control/lineage.ts';
import { affectedBy } from '#control/lineage-impact.ts';
import { sync } from '#control/sync.ts';
import { auditEntries } from '#mesh/audit/entry.ts';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { judged } from '#mesh/contract/compatibility-rules.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { LineageReported } from '#mesh/event/report.ts';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import { runEvent, type StatementRun } from '#mesh/lineage/run-event.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { AT, column, product, table } from '../mesh/fixtures.ts';
import { testParser } from '../mesh/lineage/parser.ts';
import { accountOf, callerAs, createWorld, type World } from './world.ts';

const RUN = '0b8c5c0e-6d7b-4a9c-9f1b-3a2c1d0e9f8a';

const ORDERS = product([
  table('orders', [column('id'), column('customer'), column('amount', 'double')], { internal: true }),
  table(
    'open_orders',
    [
      { ...column('id'), shows: { column: 'id', mask: 'clear' } },
      { ...column('customer'), shows: { column: 'customer', mask: 'hash' } },
      { ...column('amount', 'double'), shows: { column: 'amount', mask: 'clear' } },
    ],
    { view: { table: 'orders', maskKey: 'k' }, location: '' },
  ),
]);

const REVENUE = product(
  [
    table('daily', [column('customer'), column('total', 'double')], {
      source: { database: 'finance', table: 'daily' },
    }),
  ],
  { domain: 'finance', name: 'revenue' },
);

const INSIGHT = product(
  [
    table('top', [column('who', 'string'), { ...column('rank', 'int'), madeFrom: ['finance/revenue.daily.total'] }], {
      source: { database: 'research', table: 'top' },
      madeFrom: ['finance/revenue', 'survey.answers'],
      madeOf: ['finance/revenue'],
    }),
  ],
  { domain: 'research', name: 'insight' },
);

let parser: SqlParser;
let world: World;

beforeEach(async () => {
  parser = await testParser();
  world = await createWorld();
  await world.registry.write(
    [ORDERS, REVENUE, INSIGHT].map((record) => ({ record, replaces: undefined })),
    [
      { account: accountOf('sales'), database: 'sales', table: 'orders', product: ORDERS },
      { account: accountOf('finance'), database: 'finance', table: 'daily', product: REVENUE },
    ],
  );
});

const SQL = 'SELECT customer, sum(amount) AS total FROM sales__orders__v1.open_orders GROUP BY customer';

function statement(change: Partial<StatementRun> = {}): StatementRun {
  return {
    run: RUN,
    at: '2026-03-01T06:00:00.000Z',
    mesh: 'toy',
    account: accountOf('finance'),
    region: 'eu-central-1',
    domain: 'finance',
    product: 'revenue',
    major: 1,
    table: 'daily',
    sql: SQL,
    columns: { 'sales__orders__v1.open_orders': ['id', 'customer', 'amount'] },
    output: { name: 'finance.daily', columns: ['customer', 'total'] },
    ...change,
  };
}

async function report(
  change: Partial<StatementRun> = {},
  said: Partial<LineageReported> = {},
  account?: string,
): Promise<string> {
  const run = statement(change);
  const { domain, product: name, major, table: of } = run;
  const told: LineageReported = {
    type: 'LineageReported',
    id: `e-${run.at}`,
    time: run.at,
    from: domain,
    domain,
    product: name,
    major,
    table: of,
    run: run.run,
    event: runEvent(run, parser) ?? {},
    ...said,
  };
  return sync({ id: told.id, account: account ?? accountOf(domain), detail: domainEvent(told) }, world.governance);
}

const kept = () => world.registry.lineage({ domain: 'finance', name: 'revenue', major: 1 });
const show = (query: Parameters<typeof showLineage>[0], as = 'finance/analyst') =>
  showLineage(query, callerAs(as), world.governance);
const edgesOf = ({ edges }: LineageGraph) =>
  edges.map(({ from, to, origin, how }) => `${from} → ${to} ${origin} ${how.join(',')}`.trim()).sort();

describe('taking the lineage that a domain reports', () => {
  test('keeps the newest of each table, compact, with the products that it is made of', async () => {
    expect(await report()).toBe('applied');
    expect(await kept()).toMatchObject([
      {
        table: 'daily',
        run: RUN,
        sources: [
          {
            table: 'sales__orders__v1.open_orders',
            product: { domain: 'sales', name: 'orders', major: 1, table: 'open_orders' },
          },
        ],
        columns: {
          customer: [{ source: 0, column: 'customer', how: 'IDENTITY' }],
          total: [{ source: 0, column: 'amount', how: 'AGGREGATION' }],
        },
        dataset: [{ source: 0, column: 'customer', how: 'GROUP_BY' }],
        revision: 1,
        change: { actor: 'weft:pipeline:finance', action: 'LineageRecorded' },
      },
    ]);
  });

  test('writes nothing when a later run says the same, and ignores what an older run says', async () => {
    await report();
    expect(await report({ at: '2026-03-01T07:00:00.000Z' })).toBe('unchanged');
    expect(await report({ at: '2026-03-01T05:00:00.000Z', sql: 'SELECT id, amount FROM raw.t' })).toBe('ignored');
    expect((await kept())[0]?.revision).toBe(1);
    const sql =
      'SELECT customer, max(amount) FILTER (WHERE id IS NOT NULL) AS total FROM sales__orders__v1.open_orders GROUP BY 1';
    expect(await report({ at: '2026-03-01T08:00:00.000Z', sql })).toBe('applied');
    expect(await kept()).toMatchObject([{ revision: 2, change: { action: 'LineageChanged' } }]);
  });

  test('keeps what each step says that writes one table, until it is gone for long', async () => {
    const later = '2026-03-01T07:00:00.000Z';
    await report({ step: 'from-csv', sql: 'SELECT customer, total FROM raw.csv' });
    await report({ step: 'from-json', at: later, sql: 'SELECT customer, total FROM raw.json' });
    expect(await report({ step: 'from-csv', at: later, sql: 'SELECT customer, total FROM raw.csv' })).toBe('unchanged');
    const names = async () => (await show({ product: 'finance/revenue', direction: 'up' })).owners.map(({ id }) => id);
    expect((await names()).sort()).toEqual(['finance/revenue@1', 'finance:raw.csv', 'finance:raw.json']);
    world.clock.advance(40 * 86_400_000);
    const json = { step: 'from-json', at: '2026-04-09T07:00:00.000Z', sql: 'SELECT customer, total FROM raw.json' };
    expect(await report(json)).toBe('applied');
    expect((await names()).sort()).toEqual(['finance/revenue@1', 'finance:raw.json']);
  });

  test('knows a table of the own domain by the product that follows it', async () => {
    await report({
      columns: { 'finance.daily': ['customer', 'total'] },
      sql: 'SELECT customer, total FROM finance.daily',
    });
    expect((await kept())[0]?.sources).toEqual([
      { table: 'finance.daily', product: { domain: 'finance', name: 'revenue', major: 1, table: 'daily' } },
    ]);
  });

  test('says what is written and is no column of the product', async () => {
    await report({ output: { name: 'finance.daily', columns: ['customer', 'total_eur'] } });
    const [record] = await kept();
    expect(Object.keys(record?.columns ?? {})).toEqual(['customer']);
    expect(record?.unknown).toMatchObject([{ column: 'total_eur' }]);
  });

  test('leaves an entry in the trail that says what it is made of', async () => {
    await report();
    const [entry] = auditEntries(undefined, (await kept())[0]);
    expect(entry).toMatchObject({
      id: 'finance/revenue#1/lineage/daily/finance.revenue.v1.daily@1',
      kind: 'change',
      entity: 'lineage',
      domain: 'finance',
      product: 'revenue',
      major: 1,
      summary: 'daily is made of sales__orders__v1.open_orders, column by column for 2',
    });
  });

  test('refuses the word of another account, of another table, of the future, and what is no run event', async () => {
    expect(await report({}, {}, accountOf('sales'))).toBe('refused');
    expect(await report({ output: { name: 'finance.other', columns: ['a'] } })).toBe('refused');
    expect(await report({ at: '2027-01-01T00:00:00.000Z' })).toBe('refused');
    expect(await report({}, { event: { run: {} } })).toBe('refused');
    expect(await kept()).toEqual([]);
  });

  test('refuses more than an item of the registry could hold', async () => {
    const field = { namespace: 'arn:aws:glue:eu-central-1:333333333333', name: 'table/raw/t' };
    const inputFields = Array.from({ length: 3001 }, (_, index) => ({ ...field, field: `c${index}` }));
    const event = runEvent(statement(), parser) as { outputs: { facets: { columnLineage: { fields: object } } }[] };
    const [output] = event.outputs;
    if (output !== undefined) output.facets.columnLineage.fields = { total: { inputFields } };
    expect(await report({}, { event: { ...event } })).toBe('refused');
  });

  test('ignores a table, and a version, that the registry does not have', async () => {
    expect(await report({ table: 'nothing' })).toBe('ignored');
    expect(await report({ major: 7 })).toBe('ignored');
  });
});

describe('the lineage of the mesh', () => {
  beforeEach(async () => {
    await report();
  });

  test('goes from a column to what it is made of, through what was reported, shown by a view and declared', async () => {
    const graph = await show(
      { product: 'research/insight', table: 'top', column: 'rank', direction: 'up' },
      'sales/analyst',
    );
    expect(edgesOf(graph)).toEqual([
      'finance/revenue@1 → research/insight@1.top declared',
      'finance/revenue@1.daily.total → research/insight@1.top.rank declared',
      'sales/orders@1.open_orders.amount → finance/revenue@1.daily.total reported AGGREGATION',
      'sales/orders@1.open_orders.customer → finance/revenue@1.daily reported GROUP_BY',
      'sales/orders@1.open_orders.customer → finance/revenue@1.daily.customer reported IDENTITY',
      'sales/orders@1.orders.amount → sales/orders@1.open_orders.amount view IDENTITY',
      'sales/orders@1.orders.customer → sales/orders@1.open_orders.customer view TRANSFORMATION',
      'survey.answers → research/insight@1.top declared',
    ]);
  });

  test('tells somebody outside of a product nothing of a table that only its views read', async () => {
    const graph = await show({ product: 'finance/revenue', direction: 'up' });
    expect(JSON.stringify(graph)).not.toContain('orders@1.orders');
    await expect(show({ product: 'sales/orders', table: 'orders' })).rejects.toMatchObject({
      code: 'WEFT-LINEAGE-010',
    });
    const own = await show(
      { product: 'sales/orders', table: 'orders', direction: 'down', depth: '1' },
      'sales/steward',
    );
    expect(own.edges).toHaveLength(3);
    expect(own.truncated).toBe(true);
  });

  test('goes from a table to what is made of it', async () => {
    const graph = await show({ product: 'sales/orders', column: 'open_orders', direction: 'down' });
    expect(graph.of.id).toBe('sales/orders@1.open_orders');
    expect(graph.owners.map(({ id }) => id).sort()).toEqual([
      'finance/revenue@1',
      'research/insight@1',
      'sales/orders@1',
    ]);
  });

  test.each<[string, Parameters<typeof showLineage>[0], string]>([
    ['a product that is none', { product: 'sales' }, 'WEFT-LINEAGE-013'],
    ['a product that is not there', { product: 'sales/nothing' }, 'WEFT-PRODUCT-001'],
    ['a column that is not there', { product: 'finance/revenue', column: 'nothing' }, 'WEFT-LINEAGE-010'],
    ['a column of several tables', { product: 'sales/orders', column: 'amount' }, 'WEFT-LINEAGE-011'],
    ['a direction that is none', { product: 'sales/orders', direction: 'left' }, 'WEFT-LINEAGE-012'],
    ['a depth that is none', { product: 'sales/orders', depth: 'deep' }, 'WEFT-LINEAGE-012'],
  ])('refuses %s', async (_, query, code) => {
    await expect(show(query, 'sales/steward')).rejects.toMatchObject({ code });
  });

  test('names the product upstream that is to blame, and not those that suffer with it', async () => {
    await spoil(ORDERS, 'Fresh');
    await spoil(REVENUE, 'Healthy');
    const graph = await show({ product: 'research/insight' });
    expect(
      graph.owners
        .filter(({ trouble }) => trouble.length > 0)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['finance/revenue@1', 'sales/orders@1']);
    expect(graph.causes).toEqual(['sales/orders@1']);
    expect((await show({ product: 'sales/orders', direction: 'down' })).causes).toEqual(['sales/orders@1']);
  });

  const spoil = ({ domain, name }: ProductRecord, type: 'Fresh' | 'Healthy') =>
    world.registry.write([
      {
        record: {
          ...(domain === 'sales' ? ORDERS : REVENUE),
          name,
          revision: 2,
          status: { conditions: [{ type, status: 'false' as const, reason: 'Late', generation: 1, at: AT }] },
        },
        replaces: 1,
      },
    ]);
});

describe('what a change of a product reaches', () => {
  test('is every column further down that is made of the column, and no other', async () => {
    await report();
    const gone = judged('column-removed', 'it goes', { table: 'open_orders', column: 'amount', kind: 'removed' });
    const affected = await affectedBy(ORDERS, [gone], world.governance);
    expect(affected).toEqual([
      {
        product: 'finance/revenue',
        major: 1,
        table: 'daily',
        column: 'total',
        changes: ['WEFT-COMPAT-002'],
        origin: 'reported',
        how: ['AGGREGATION'],
      },
      expect.objectContaining({ product: 'research/insight', table: 'top', origin: 'declared' }),
      expect.objectContaining({ product: 'research/insight', table: 'top', column: 'rank' }),
    ]);
  });

  test('is nothing for what only comes, and for a column that nobody uses', async () => {
    await report();
    const come = judged('column-added', 'it comes', { table: 'open_orders', column: 'new', kind: 'added' });
    const unused = judged('column-removed', 'it goes', { table: 'open_orders', column: 'id', kind: 'removed' });
    expect(await affectedBy(ORDERS, [come, unused], world.governance)).toEqual([]);
  });
});
