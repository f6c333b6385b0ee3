import { describe, expect, test } from '@jest/globals';
import type { ProductRecord } from '#mesh/product/product.ts';
import { planCopies } from '#mesh/retention/copies.ts';
import { dutiesOf } from '#mesh/retention/duty.ts';
import type { Hold } from '#mesh/retention/hold.ts';
import { planTable, type StoredVersion } from '#mesh/retention/plan.ts';
import { withAnnouncement, withDisposal, withObstacle } from '#mesh/retention/status.ts';
import { column, product, table } from '../fixtures.ts';

const NOW = new Date('2026-06-15T00:00:00Z');
const DAY_KEY = { partitionKeys: [column('day', 'date')] };
const HOLD: Hold = { id: 'h1', by: 'arn', side: 'governance/auditor', at: '2026-06-01T00:00:00Z', reason: 'inquiry' };

const orders = (rest: Partial<ProductRecord> = {}) =>
  product([table('orders', [column('id')], DAY_KEY)], { sla: { retention: '1 y' }, ...rest });
/** A product of finance that was made of what sales sells. */
const margins = (rest: Partial<ProductRecord> = {}, made: object = {}) =>
  product(
    [
      table('margins', [column('id')], {
        ...DAY_KEY,
        location: 's3://toy-finance/margins/',
        derived: true,
        madeOf: ['sales/orders'],
        ...made,
      }),
    ],
    { domain: 'finance', name: 'margins', ...rest },
  );
const dutyOf = (domain: string, products: readonly ProductRecord[]) => dutiesOf(domain, products, NOW).tables;

describe('what a domain has to remove', () => {
  test('what is kept without an end, drafted only, or shown by a view alone, it has not', () => {
    const view = table('shown', [column('id')], { location: '', view: { table: 'orders', maskKey: 'k' } });
    expect(dutyOf('sales', [orders({ sla: {} })])).toEqual([]);
    expect(dutyOf('sales', [orders({ state: 'draft' })])).toEqual([]);
    expect(dutyOf('sales', [orders({ tables: [...orders().tables, view] })]).map(({ table: name }) => name)).toEqual([
      'orders',
    ]);
    expect(dutyOf('sales', [orders({ state: 'retired' })])).toHaveLength(1);
    expect(dutyOf('finance', [orders()])).toEqual([]);
  });

  test('of two versions over the same files the one in use that keeps longest counts, and every hold', () => {
    const older = orders({ sla: { retention: '5 y' }, holds: [HOLD] });
    const newer = orders({ major: 2 });
    expect(dutyOf('sales', [older, newer])).toMatchObject([{ period: '5 y', major: 1, holds: ['h1'] }]);
    expect(dutyOf('sales', [{ ...older, state: 'retired' }, newer])).toMatchObject([
      { period: '1 y', major: 2, holds: ['h1'] },
    ]);
    expect(dutyOf('sales', [orders({ sla: {} }), newer])).toEqual([]);
  });

  test('what is made of another product keeps what the shorter of both does, whatever the number of steps', () => {
    expect(dutyOf('finance', [orders(), margins()])).toMatchObject([{ period: '1 y', from: 'sales/orders' }]);
    expect(dutyOf('finance', [orders(), margins({ sla: { retention: '10 y' } })])).toMatchObject([
      { period: '1 y', from: 'sales/orders' },
    ]);
    const [own] = dutyOf('finance', [orders(), margins({ sla: { retention: '30 d' } })]);
    expect(own).toMatchObject({ period: '30 d' });
    expect(own).not.toHaveProperty('from');
    const reports = product(
      [
        table('reports', [column('id')], {
          location: 's3://toy-research/reports/',
          madeOf: ['finance/margins', 'research/reports'],
        }),
      ],
      { domain: 'research', name: 'reports', sla: { retention: '10 y' } },
    );
    expect(dutyOf('research', [orders(), margins(), reports])).toMatchObject([{ period: '1 y', from: 'sales/orders' }]);
  });

  test('what holds aggregates only keeps its own', () => {
    expect(dutyOf('finance', [orders(), margins({ sla: { retention: '10 y' } }, { aggregated: true })])).toMatchObject([
      { period: '10 y' },
    ]);
    expect(dutyOf('finance', [orders(), margins({}, { aggregated: true })])).toEqual([]);
  });

  test('a hold on a product holds what was made of it, and one on a table that table alone', () => {
    expect(dutyOf('finance', [orders({ holds: [HOLD] }), margins()])).toMatchObject([{ holds: ['h1'] }]);
    expect(dutyOf('sales', [orders({ holds: [{ ...HOLD, table: 'other' }] })])).toMatchObject([{ holds: [] }]);
  });

  test('copies of every version over the same files are old once something of them was removed', () => {
    const removed = { conditions: [], retention: { disposedAt: { orders: '2026-06-01T00:00:00.000Z' } } };
    const { copies } = dutiesOf('finance', [orders({ status: removed }), orders({ major: 2 }), margins()], NOW);
    expect(copies.map(({ database, disposedAt }) => [database, disposedAt])).toEqual([
      ['sales__orders__v1', '2026-06-01T00:00:00.000Z'],
      ['sales__orders__v2', '2026-06-01T00:00:00.000Z'],
    ]);
  });

  test('copies that hold what of a held product stay, though nothing was ever removed from that one', () => {
    const removed = { conditions: [], retention: { disposedAt: { orders: '2026-06-01T00:00:00.000Z' } } };
    const held = product([table('flights', [column('id')])], { domain: 'ops', name: 'flights', holds: [HOLD] });
    const { copies } = dutiesOf('finance', [orders({ status: removed }), held], NOW);
    expect(copies.map(({ database, holds }) => [database, holds])).toEqual([
      ['sales__orders__v1', []],
      ['ops__flights__v1', ['h1']],
    ]);
    const place = { workgroup: 'w', bucket: 'b', prefix: 'results/' };
    const id = '00000000-0000-0000-0000-000000000001';
    const versions = [version(`results/${id}.csv`)];
    const of = (sql: string) => planCopies(copies, place, { versions, queries: [{ id, sql }] });
    const both = of('SELECT * FROM sales__orders__v1.orders JOIN ops__flights__v1.flights USING (id)');
    expect([both.goes, both.held.map(({ duty }) => duty.database)]).toEqual([[], ['sales__orders__v1']]);
    expect(of('SELECT * FROM sales__orders__v1.orders').goes).toHaveLength(1);
    expect(of('SELECT * FROM ops__flights__v1.flights')).toEqual({ goes: [], held: [] });
  });

  test('what a draft has below a table’s location is not the table’s', () => {
    const draft = product([table('raw', [column('id')], { location: `${orders().tables[0]?.location}raw/` })], {
      name: 'raw',
      state: 'draft',
    });
    expect(dutyOf('sales', [orders(), draft])).toMatchObject([{ nested: [draft.tables[0]?.location] }]);
  });

  test('no reason of a hold leaves governance', () => {
    expect(
      JSON.stringify(
        dutiesOf(
          'sales',
          [orders({ holds: [HOLD], status: { conditions: [], retention: { disposedAt: { orders: '2026-01-01' } } } })],
          NOW,
        ),
      ),
    ).not.toMatch('inquiry');
  });
});

const version = (key: string, rest: Partial<StoredVersion> = {}): StoredVersion => ({
  bucket: 'toy-sales-222222222222-eu-central-1',
  key,
  versionId: key,
  bytes: 1,
  etag: '',
  modified: '2020-01-01T00:00:00.000Z',
  latest: true,
  marker: false,
  ...rest,
});

describe('the plan of a table', () => {
  const at = (place: string) => `s3://toy-sales-222222222222-eu-central-1/${place}`;
  const [duty] = dutyOf('sales', [orders()]);
  if (duty === undefined) throw new Error('no duty');

  test('what lies in no partition, or in one that is no date, is told and not touched', () => {
    const plan = planTable(
      duty,
      {
        partitions: [
          { values: ['unknown'], location: at('orders/day=unknown/') },
          { values: ['2020-01-01'], location: at('orders/') },
          { values: ['2020-01-02'], location: at('elsewhere/day=2020-01-02/') },
        ],
        versions: [version('orders/loose'), version('orders/day=2020-01-01/a'), version('orders/day=unknown/a')],
      },
      NOW,
    );
    expect(plan.news).toEqual([]);
    expect(plan.untouched.map(({ what }) => what)).toEqual([
      'day=unknown',
      'day=2020-01-01',
      'day=2020-01-02',
      '1 objects, e.g. orders/loose',
    ]);
  });

  test('of projected partitions, which nobody registered, is made from the paths of the files, those of a snapshot included', () => {
    const versions = ['day=2020-01-01/a', 'snapshot=r-1/day=2020-01-01/b', 'snapshot=r-1/day=2026-06-14/c'];
    const plan = planTable(duty, { partitions: [], versions: versions.map((key) => version(`orders/${key}`)) }, NOW);
    expect(plan.untouched).toEqual([]);
    expect(plan.news.map(({ id }) => id)).toEqual(['day=2020-01-01']);
    expect(plan.news[0]?.versions.map(({ key }) => key)).toEqual([`orders/${versions[0]}`, `orders/${versions[1]}`]);
  });

  test('partitions inside each other are not touched: removing one would remove the other', () => {
    const partitions = [
      { values: ['2020-01-01'], location: at('orders/a/') },
      { values: ['2026-06-14'], location: at('orders/a/b/') },
    ];
    const plan = planTable(duty, { partitions, versions: [version('orders/a/b/x'), version('orders/a/y')] }, NOW);
    expect([plan.news, plan.goes]).toEqual([[], []]);
    expect(plan.untouched).toHaveLength(3);
  });

  test('what another table has below is that table’s', () => {
    const object = { ...duty, basis: { kind: 'object' as const }, nested: [at('orders/other/')] };
    const plan = planTable(object, { partitions: [], versions: [version('orders/other/x'), version('orders/y')] }, NOW);
    expect(plan.news.flatMap(({ versions }) => versions.map(({ key }) => key))).toEqual(['orders/y']);
  });

  test('an announcement under another period lets nothing go', () => {
    const said = {
      table: 'orders',
      upTo: '2026-01-01T00:00:00.000Z',
      at: '2026-01-01',
      goesAt: '2026-01-08',
      slices: 1,
      objects: 1,
      bytes: 1,
    };
    const there = { partitions: [], versions: [version('orders/day=2020-01-01/a')] };
    expect(planTable({ ...duty, announced: [{ ...said, period: '1 y' }] }, there, NOW).goes).toHaveLength(1);
    expect(planTable({ ...duty, announced: [{ ...said, period: '5 y' }] }, there, NOW).goes).toEqual([]);
  });
});

describe('what the registry keeps of it', () => {
  const said = {
    table: 'orders',
    period: '1 y',
    upTo: '2025-06-22',
    at: '2026-06-15',
    goesAt: '2026-06-22',
    slices: 1,
    objects: 1,
    bytes: 1,
  };

  test('what is announced already is no news, and a later word does not put off an earlier one', () => {
    const once = withAnnouncement({}, said);
    expect(withAnnouncement(once, { ...said, at: '2026-06-16', goesAt: '2026-06-23' })).toBe(once);
    const both = withAnnouncement(once, { ...said, upTo: '2025-06-23', goesAt: '2026-06-23' });
    expect(both.announced).toHaveLength(2);
    expect(withAnnouncement(both, { ...said, period: '2 y' }).announced).toHaveLength(1);
  });

  test('a word a day for years is kept as the words of a week', () => {
    const day = (count: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + count * 86_400_000).toISOString();
    let status = {};
    for (let count = 0; count < 1000; count += 1) {
      status = withAnnouncement(status, { ...said, at: day(count), upTo: day(count - 358), goesAt: day(count + 7) });
    }
    expect((status as { announced: unknown[] }).announced).toHaveLength(8);
  });

  test('a record counts once, and an obstacle that is gone is not told any more', () => {
    const note = {
      id: 'r1',
      at: '2026-06-22',
      by: 'sales',
      what: 'table' as const,
      table: 'orders',
      upTo: '2025-06-22',
      partitions: 1,
      objects: 1,
      bytes: 1,
      digest: 'd',
      key: 'k',
      location: 's3://b/r1',
    };
    const held = withObstacle({}, { by: 'sales', table: 'orders', kind: 'held', at: '2026-06-20', reasons: ['h1'] });
    const gone = withDisposal(held, note);
    expect(gone).toMatchObject({ disposed: [note], disposedAt: { orders: '2026-06-22' }, obstacles: [] });
    expect(withDisposal(gone, { ...note, at: '2026-06-23' })).toBe(gone);
    expect(withObstacle(gone, { by: 'sales', table: 'orders', kind: 'held', at: '2026-06-24', reasons: [] })).toBe(
      gone,
    );
  });
});
