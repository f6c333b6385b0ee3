import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { QualityMeasured, RuleResult } from '#mesh/event/report.ts';
import { announced, type Delivery, type DeliveryStatus, isKnown, withDelivery } from '#mesh/product/delivery.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { afterMeasurement } from '#mesh/quality/release.ts';
import { type MeasuredStatus, newTables, withMeasurement } from '#mesh/quality/status.ts';
import { column, product, TOPOLOGY, table } from '../fixtures.ts';

const TABLES = [table('a', [column('id')]), table('b', [column('id')])];
const NOW = new Date('2026-03-01T12:00:00Z');
const at = (minute: number) => new Date(NOW.getTime() - (60 - minute) * 60_000).toISOString();
const name = fc.constantFrom('a', 'b');
const minute = fc.integer({ min: 0, max: 59 });

const result = (of: string, ok: boolean): RuleResult => ({
  rule: 'r',
  table: of,
  severity: 'error',
  ok,
  value: ok ? 0 : 1,
  expected: 'mustBe 0',
});
const report = fc.tuple(minute, fc.uniqueArray(name, { minLength: 1 }), fc.boolean()).map(
  ([time, names, ok]): QualityMeasured => ({
    type: 'QualityMeasured',
    id: `${time}`,
    time: at(time),
    from: 'sales',
    domain: 'sales',
    product: 'orders',
    major: 1,
    at: at(time),
    results: names.map((of) => result(of, ok)),
    promises: [],
  }),
);
/** Of one moment there is one truth. */
const reports = fc.uniqueArray(report, { selector: ({ at: time }) => time, minLength: 1, maxLength: 8 });
const take = (status: MeasuredStatus | undefined, said: QualityMeasured) => {
  const tables = newTables(status, said, TABLES);
  return tables.size === 0 ? status : withMeasurement(status, said, tables, undefined);
};

describe('what is known of the quality of data', () => {
  test('is the newest of each table, whatever the order in which reports come, and however often', () => {
    fc.assert(
      fc.property(
        reports.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
        ),
        ([all, shuffled]) => {
          const status = shuffled.reduce<MeasuredStatus | undefined>(take, undefined);
          for (const table of ['a', 'b']) {
            const own = all.filter(({ results }) => results.some((one) => one.table === table));
            const newest = own.toSorted((one, other) => (one.at < other.at ? -1 : 1)).at(-1);
            expect(status?.tables[table]?.at).toBe(newest?.at);
            expect(status?.results.filter((one) => one.table === table)).toEqual(
              newest?.results.filter((one) => one.table === table) ?? [],
            );
          }
        },
      ),
    );
  });
});

type Step = { readonly delivery: Delivery } | { readonly report: QualityMeasured };
const delivery = fc
  .tuple(name, minute, fc.constantFrom('r-1', 'r-2', 'r-3'))
  .map(([of, time, run]): Step => ({ delivery: { table: of, at: at(time), run, rows: 1 } }));
const steps = fc.array(
  fc.oneof(
    delivery,
    report.map((said): Step => ({ report: said })),
  ),
  { maxLength: 20 },
);

/** As the mesh takes them in. */
function step(before: ProductRecord, next: Step): ProductRecord {
  const { status } = before;
  if ('delivery' in next) {
    const { deliveries = {} } = status;
    if (isKnown(deliveries, next.delivery)) return before;
    return { ...before, status: { ...status, deliveries: withDelivery(deliveries, next.delivery, NOW.toISOString()) } };
  }
  const tables = newTables(status.measured, next.report, before.tables);
  if (tables.size === 0) return before;
  const measured = withMeasurement(status.measured, next.report, tables, undefined);
  return afterMeasurement({ ...before, status: { ...status, measured } }, tables, next.report, TOPOLOGY, NOW);
}

describe('what is delivered', () => {
  test('is told or waits, is told once, and is never told while its rule is broken', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let record = product(TABLES);
        let taken = 0;
        let told = 0;
        for (const next of all) {
          const before = record;
          record = step(before, next);
          if (record === before) continue;
          const [was, is] = [before.status.deliveries ?? {}, record.status.deliveries ?? {}];
          if ('delivery' in next) taken += 1;
          if (is.updated !== was.updated) {
            told += is.updated?.rows ?? 0;
            const broken = record.status.measured?.results.filter(({ ok }) => !ok).map((one) => one.table) ?? [];
            expect(is.updated?.tables.filter((of) => broken.includes(of))).toEqual([]);
          }
        }
        expect(told + (record.status.deliveries?.waiting?.length ?? 0)).toBe(taken);
      }),
      { numRuns: 300 },
    );
  });

  test('is known when it comes again with another time, as our clock was behind the first time', () => {
    const first: Delivery = { table: 't', at: '2026-03-01T12:00:00.000Z', run: 'r-1' };
    const status = withDelivery({}, first, NOW.toISOString());
    expect(isKnown(status, { ...first, at: '2026-03-01T12:03:00.000Z' })).toBe(true);
    expect(isKnown(status, { ...first, run: 'r-2' })).toBe(false);
    expect(isKnown(status, { ...first, at: '2026-03-01T11:59:00.000Z', run: 'r-2' })).toBe(true);
  });

  test('fills no record when nobody measures it', () => {
    let status: DeliveryStatus = {};
    for (let run = 0; run < 200; run += 1) {
      const time = new Date(NOW.getTime() + run * 1000).toISOString();
      status = withDelivery(status, { table: run % 2 === 0 ? 'a' : 'b', at: time, run: `r-${run}`, rows: 1 }, time);
    }
    expect(status.waiting?.length).toBeLessThanOrEqual(50);
    const after = announced(status, status.waiting ?? [], 'passed', TABLES);
    expect([after.updated?.rows, after.updated?.tables, after.waiting]).toEqual([200, ['a', 'b'], undefined]);
  });

  test('what was held back stays so when it becomes one with younger data, which says no number that it does not know', () => {
    const at = (run: number) => new Date(NOW.getTime() + run * 1000).toISOString();
    const held = { at: at(0), reason: 'broken' };
    let status: DeliveryStatus = { waiting: [{ table: 'a', at: at(0), run: 'bad', rows: 7, since: at(0), held }] };
    // The second of `a` does not say how many rows it has; all others are of tables of their own.
    status = withDelivery(status, { table: 'a', at: at(1), run: 'r-1' }, at(1));
    for (let run = 2; run < 51; run += 1) {
      status = withDelivery(status, { table: `t${run}`, at: at(run), run: `r-${run}`, rows: 1 }, at(run));
    }
    const [first] = status.waiting ?? [];
    expect(status.waiting).toHaveLength(50);
    expect(first).toEqual({ table: 'a', at: at(1), run: 'r-1', since: at(0), held });
    status = { waiting: [{ table: 'a', at: at(0), run: 'r-0', since: at(0) }] };
    for (let run = 1; run < 51; run += 1)
      status = withDelivery(status, { table: 'a', at: at(run), run: `r-${run}`, rows: 5 }, at(run));
    expect(status.waiting?.[0]).not.toHaveProperty('rows');
  });
});
