import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { BusEvent } from '#aws/eventbridge.ts';
import { type MeasureWish, measureQuality } from '#control/measure-quality.ts';
import { userError } from '#mesh/error.ts';
import { parseReport } from '#mesh/event/envelope.ts';
import type { QualityMeasured } from '#mesh/event/report.ts';
import type { QualityRule } from '#mesh/product/quality-rule.ts';
import type { QualityDuty, TableQuality } from '#mesh/quality/duty.ts';

const SUBMITTED = new Date('2026-03-01T12:00:00Z');
const rule = (column: string, rest: Partial<QualityRule> = {}): QualityRule => ({
  measure: `${column}: nullValues`,
  column,
  bounds: { mustBe: 0 },
  check: { metric: 'nullValues' },
  ...rest,
});
const OWN = rule('a', { measure: 'own', check: { metric: 'sql', query: 'SELECT count(*) FROM {object}' } });
const TABLE: TableQuality = {
  name: 't0',
  source: { database: 'sales', table: 't0' },
  types: { a: 'int', b: 'int' },
  rules: [rule('a'), rule('b'), OWN],
  promises: [],
  due: false,
};
const DUTY: QualityDuty = { domain: 'sales', product: 'orders', major: 1, tables: [TABLE] };
const WISH: MeasureWish = {
  cause: 'c-1',
  product: 'orders',
  major: 1,
  table: 't0',
  run: 'r-1',
  delivered: '2026-03-01T11:00:00.000Z',
};

/** A domain whose Athena answers what it is told by a part of the query. */
function domain(answer: (sql: string) => (string | null)[] | Error, duties: readonly QualityDuty[] = [DUTY]) {
  const asked: { sql: string; token: string }[] = [];
  const sent: BusEvent[] = [];
  const deps = {
    domain: 'sales',
    api: { list: async <T>(path: string, query: object) => ({ duties, path, query }) as T },
    bus: {
      put: async <T extends BusEvent>(events: readonly T[]) => {
        sent.push(...events);
        return { done: [...events], failed: [], unclear: [] };
      },
    },
    query: async (sql: string, token: string) => {
      asked.push({ sql, token });
      const row = answer(sql);
      if (row instanceof Error) throw row;
      return { row, at: SUBMITTED };
    },
    digest: (text: string) => createHash('sha256').update(text).digest('hex'),
    now: () => new Date('2026-03-01T12:34:56Z'),
  };
  const reports = (): QualityMeasured[] =>
    sent.map(({ detail }) => {
      const checked = parseReport(detail);
      if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
      return checked.value as QualityMeasured;
    });
  return { deps, asked, reports };
}

describe('measuring what a domain has promised', () => {
  test('asks Athena once for all that can be counted together, and once for each query of its own', async () => {
    const { deps, asked, reports } = domain((sql) => (sql.includes('CASE') ? ['10', '0', '2'] : ['0']));
    expect(await measureQuality(WISH, deps)).toEqual({ tables: 1, rules: 3, broken: 1, failed: 0 });
    expect(asked.map(({ sql }) => sql)).toEqual([
      'SELECT count(*) AS m0, count(CASE WHEN "a" IS NULL THEN 1 END) AS m1, count(CASE WHEN "b" IS NULL THEN 1 END) AS m2 FROM "sales"."t0"',
      'SELECT count(*) FROM "sales"."t0"',
    ]);
    const [report] = reports();
    expect(report).toMatchObject({ run: 'r-1', at: SUBMITTED.toISOString(), product: 'orders', major: 1 });
    expect(report?.results.map(({ rule: name, ok }) => [name, ok])).toEqual([
      ['b: nullValues', false],
      ['a: nullValues', true],
      ['own', true],
    ]);
  });

  test('gives the same event, by the same tokens, when the same is asked again', async () => {
    const { deps, asked, reports } = domain(() => ['10', '0', '2']);
    await measureQuality(WISH, deps);
    await measureQuality(WISH, deps);
    const [first, second] = reports();
    expect(second).toEqual(first);
    expect(new Set(asked.map(({ token }) => token)).size).toBe(2);
    for (const { token } of asked) expect(token).toMatch(/^[0-9a-f]{64}$/);
    await measureQuality({ ...WISH, cause: 'c-2' }, deps);
    expect(new Set(asked.map(({ token }) => token)).size).toBe(4);
  });

  test('lets one rule that cannot be measured stop no other', async () => {
    const broken = userError('WEFT-QUERY-001', "COLUMN_NOT_FOUND: column 'b' cannot be resolved");
    const { deps, asked, reports } = domain((sql) => (sql.includes('"b"') ? broken : ['10', '0']));
    expect(await measureQuality(WISH, deps)).toMatchObject({ rules: 3, failed: 1 });
    const results = reports()[0]?.results ?? [];
    expect(results.find(({ rule: name }) => name === 'b: nullValues')).toMatchObject({
      ok: false,
      error: broken.message,
    });
    expect(results.find(({ rule: name }) => name === 'a: nullValues')).toMatchObject({ ok: true, value: 0 });
    // All, how many rows there are, a, b, and the query of its own.
    expect(asked).toHaveLength(5);
  });

  test('asks no more of a table that is not there', async () => {
    const gone = userError('WEFT-QUERY-001', 'TABLE_NOT_FOUND');
    const { deps, asked, reports } = domain(() => gone);
    expect(await measureQuality(WISH, deps)).toMatchObject({ rules: 3, failed: 3 });
    expect(asked).toHaveLength(3);
    expect(reports()[0]?.results.every(({ error }) => error === 'TABLE_NOT_FOUND')).toBe(true);
  });

  test('tells what is broken, and as much of the rest as an event and a record hold', async () => {
    const failing = Array.from({ length: 300 }, (_, index) =>
      rule('a', { measure: `own ${index}`, check: { metric: 'sql', query: `SELECT ${index} FROM gone` } }),
    );
    const gone = userError('WEFT-QUERY-001', `TABLE_NOT_FOUND: ${'x'.repeat(900)}`);
    const table = { ...TABLE, rules: [...failing, rule('b')] };
    const { deps, reports } = domain(
      (sql) => (sql.includes('gone') ? gone : ['10', '2']),
      [{ ...DUTY, tables: [table] }],
    );
    expect(await measureQuality(WISH, deps)).toMatchObject({ rules: 301, broken: 1, failed: 300 });
    const [report] = reports();
    expect(report?.results[0]).toMatchObject({ rule: 'b: nullValues', ok: false, value: 2 });
    expect(JSON.stringify(report).length).toBeLessThan(100_000);
  });

  test('comes again when Athena is not there', async () => {
    const { deps } = domain(() => new Error('socket hang up'));
    await expect(measureQuality(WISH, deps)).rejects.toThrow('socket hang up');
  });

  test('on schedule takes only what is due', async () => {
    const due = {
      ...DUTY,
      product: 'returns',
      tables: [
        { ...TABLE, due: true },
        { ...TABLE, name: 't1' },
      ],
    };
    const { deps, reports } = domain(() => ['10', '0', '0'], [DUTY, due]);
    expect(await measureQuality({ cause: 'c-1' }, deps)).toMatchObject({ tables: 1 });
    expect(reports().map(({ product, run }) => [product, run])).toEqual([['returns', undefined]]);
  });

  test('takes the word of the pipeline for when data came, where the mesh has not heard of it yet', async () => {
    const timed = { ...TABLE, rules: [], promises: [{ property: 'latency' as const, column: 'a', promised: '1 h' }] };
    const { deps, reports } = domain(() => ['10', '2026-03-01 10:30:00'], [{ ...DUTY, tables: [timed] }]);
    await measureQuality(WISH, deps);
    expect(reports()[0]?.promises).toEqual([
      { property: 'latency', table: 't0', promised: '1 h', ok: true, value: 0.5, unit: 'h' },
    ]);
  });
});
