import { describe, expect, test } from '@jest/globals';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { QualityRule } from '#mesh/product/quality-rule.ts';
import { availability, errorBudget } from '#mesh/quality/availability.ts';
import { benchmark } from '#mesh/quality/benchmark.ts';
import { causesOf } from '#mesh/quality/causes.ts';
import type { TableQuality } from '#mesh/quality/duty.ts';
import { promiseResults, ruleFailed, ruleResult } from '#mesh/quality/results.ts';
import { isDue } from '#mesh/quality/schedule.ts';
import type { Measurement } from '#mesh/quality/status.ts';
import { column, product, table } from '../fixtures.ts';

const NOW = new Date('2026-03-10T12:00:00Z');

describe('a measured value against what the contract wants', () => {
  const rule = (bounds: QualityRule['bounds'], rest: Partial<QualityRule> = {}): QualityRule => ({
    measure: 'm',
    bounds,
    check: { metric: 'nullValues' },
    ...rest,
  });
  test.each([
    [{ mustBe: 3 }, ['3'], ['2', '4']],
    [{ mustNotBe: 3 }, ['2'], ['3']],
    [{ mustBeGreaterThan: 3 }, ['4'], ['3']],
    [{ mustBeGreaterOrEqualTo: 3 }, ['3'], ['2']],
    [{ mustBeLessThan: 3 }, ['2'], ['3']],
    [{ mustBeLessOrEqualTo: 3 }, ['3'], ['4']],
    [{ mustBeBetween: [1, 3] }, ['1', '2', '3'], ['0', '4']],
    [{ mustNotBeBetween: [1, 3] }, ['0', '4'], ['1', '2', '3']],
    [{ mustBeGreaterThan: 1, mustBeLessThan: 3 }, ['2'], ['1', '3']],
    // Nothing may be wrong where nothing is said.
    [{}, ['0'], ['1']],
  ] as [QualityRule['bounds'], string[], string[]][])('%j', (bounds, kept, broken) => {
    for (const value of kept) expect(ruleResult(rule(bounds), 't', value, 10).ok).toBe(true);
    for (const value of broken) expect(ruleResult(rule(bounds), 't', value, 10).ok).toBe(false);
  });

  test('is a share of the rows where the contract says percent, and nothing is wrong with no rows', () => {
    const percent = rule({ mustBeLessThan: 1 }, { unit: 'percent' });
    expect(ruleResult(percent, 't', '1', 101)).toMatchObject({ ok: true, value: 100 / 101 });
    expect(ruleResult(percent, 't', '1', 100)).toMatchObject({
      ok: false,
      value: 1,
      expected: 'mustBeLessThan 1 percent',
    });
    expect(ruleResult(percent, 't', '0', 0)).toMatchObject({ ok: true, value: 0 });
  });

  test('may be a truth of a query, and has to be something', () => {
    const truth = rule({ mustBe: 'true' }, { check: { metric: 'sql', query: 'SELECT true' } });
    expect(ruleResult(truth, 't', 'true', 0).ok).toBe(true);
    expect(ruleResult(truth, 't', 'false', 0).ok).toBe(false);
    for (const text of [null, '', 'many']) {
      expect(ruleResult(truth, 't', text, 0)).toMatchObject({ ok: false, error: expect.stringMatching(/no number/) });
    }
    // Without an operator it is only told.
    expect(ruleResult({ ...truth, bounds: {} }, 't', '7', 0)).toMatchObject({ ok: true, expected: 'no bound' });
  });
});

describe('what could not be measured', () => {
  const rule: QualityRule = { measure: 'm', bounds: {}, check: { metric: 'sql', query: 'SELECT max(name)' } };

  test.each([
    ['a text', ruleResult(rule, 't', 'Jane Doe', 0)],
    ['a cast', ruleFailed(rule, 't', "INVALID_CAST_ARGUMENT: Cannot cast 'Jane Doe' to BIGINT")],
    ['a date', ruleFailed(rule, 't', 'INVALID_CAST_ARGUMENT: Value cannot be cast to date: Jane Doe')],
    ['a file', ruleFailed(rule, 't', 'HIVE_BAD_DATA: Error parsing field value "Jane Doe" for field 1')],
  ])('is told without the value, which whoever sees the product would see: %s', (_, result) => {
    expect(result).toMatchObject({ ok: false, error: expect.any(String) });
    expect(JSON.stringify(result)).not.toContain('Jane');
  });

  test('by a fault of the query is told as Athena says it', () => {
    const error = "COLUMN_NOT_FOUND: line 1:8: Column 'naem' cannot be resolved";
    expect(ruleFailed(rule, 't', error).error).toBe(error);
  });
});

describe('a promise of age', () => {
  const timed = (rest: Partial<TableQuality>): TableQuality => ({
    name: 't',
    source: { database: 'd', table: 't' },
    types: {},
    rules: [],
    promises: [],
    due: true,
    ...rest,
  });
  const of = (property: 'freshness' | 'latency', promised: string, newest: string | null | Error, delivered?: string) =>
    promiseResults(
      timed({ promises: [{ property, column: 'at', promised }], ...(delivered === undefined ? {} : { delivered }) }),
      { newest: new Map([['at', newest]]) },
      NOW,
    )[0];

  test.each([
    ['2026-03-10 10:00:00.000', true, 2],
    ['2026-03-10 08:00:00', true, 4],
    ['2026-03-10T07:00:00Z', false, 5],
    ['2026-03-10 07:00:00.000 UTC', false, 5],
    // A day has come to its end before it is old.
    ['2026-03-10', true, 0],
    ['2026-03-09', false, 12],
  ])('of 4 h, by %s', (newest, ok, value) => {
    expect(of('freshness', '4 h', newest)).toMatchObject({ ok, value, unit: 'h' });
  });

  test('of latency is from what the data says to when it was there', () => {
    expect(of('latency', '30 min', '2026-03-10 09:00:00', '2026-03-10T09:20:00Z')).toMatchObject({
      ok: true,
      value: 20,
    });
    expect(of('latency', '15 min', '2026-03-10 09:00:00', '2026-03-10T09:20:00Z')).toMatchObject({
      ok: false,
      value: 20,
    });
    expect(of('latency', '1 h', '2026-03-10 09:00:00')).toMatchObject({
      ok: false,
      error: expect.stringMatching(/reported/),
    });
  });

  test.each([[null], ['soon'], [new Error('no such column')]])('is not known of %s', (newest) => {
    const result = of('freshness', '1 h', newest);
    expect(result).toMatchObject({ ok: false, error: expect.any(String) });
    expect(result?.value).toBeUndefined();
    expect(JSON.stringify(result)).not.toContain('soon');
  });

  test.each([
    ['2016-03-20', true],
    ['2014-01-01', false],
    [null, true],
  ])('of retention for 10 y, by %s', (oldest, ok) => {
    const [result] = promiseResults(
      timed({ kept: { column: 'day', promised: '10 y' } }),
      { newest: new Map(), oldest },
      NOW,
    );
    expect(result).toMatchObject({ property: 'retention', ok });
  });
});

describe('a table is due', () => {
  test.each([
    ['that was never measured', [], undefined, true],
    ['after a day', [], '2026-03-09T12:00:00Z', true],
    ['not before', [], '2026-03-09T12:00:01Z', false],
    ['when its schedule came up', ['0 12 * * *'], '2026-03-10T11:30:00Z', true],
    ['not before it did', ['1 12 * * *'], '2026-03-10T11:30:00Z', false],
    ['not twice for one time', ['0 11 * * *'], '2026-03-10T11:00:30Z', false],
    ['every quarter of an hour', ['*/15 * * * *'], '2026-03-10T11:45:00Z', true],
    ['on Tuesdays', ['0 12 * * 2'], '2026-03-10T11:30:00Z', true],
    ['on Mondays only', ['0 12 * * 1'], '2026-03-10T11:30:00Z', false],
    ['on either day', ['0 12 10 * 1'], '2026-03-10T11:30:00Z', true],
    ['in a range of hours', ['0 9-17 * 3 *'], '2026-03-10T11:30:00Z', true],
    ['never by what is no schedule', ['99 12 * * *'], '2026-03-10T11:30:00Z', false],
  ] as [string, string[], string | undefined, boolean][])('%s', (_, schedules, last, due) => {
    expect(isDue(schedules, last, NOW)).toBe(due);
  });
});

describe('over its history', () => {
  const one = (rest: Partial<Measurement> = {}): Measurement => ({
    at: NOW.toISOString(),
    tables: ['t'],
    rules: 2,
    failed: 0,
    warned: 0,
    unmeasured: 0,
    broken: 0,
    ...rest,
  });
  const history = [one({ failed: 1 }), one({ unmeasured: 2 }), one(), one(), one(), one(), one(), one(), one(), one()];

  test('a product is available as often as something of it could be measured', () => {
    expect(availability(history, '99.9 %')).toMatchObject({ ok: false, value: 90, promised: '99.9 %' });
    expect(availability(history, 90)).toMatchObject({ ok: true });
    expect([availability(history, undefined), availability(history, 'always'), availability([], 99)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('its error budget is what may go wrong', () => {
    expect(errorBudget(history, '60 %')).toMatchObject({ target: 60, good: 80, used: 50, measurements: 10 });
    expect(errorBudget(history.slice(2), undefined)).toMatchObject({ target: 99, good: 100, used: 0 });
    expect(errorBudget(history, 100)?.used).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('it stands against its peers', () => {
    const result = (ok: boolean, severity: 'error' | 'warning' = 'error') => ({
      rule: `r ${severity}`,
      table: 't',
      severity,
      ok,
      value: 1,
      expected: '',
    });
    const measured = (name: string, results: ReturnType<typeof result>[], past: readonly Measurement[]) =>
      product([table('t', [column('a')])], {
        name,
        status: { conditions: [], measured: { tables: {}, results, promises: [], history: past } },
      });
    const standings = benchmark([
      measured('bad', [result(false), result(true, 'warning')], [one({ failed: 1 }), one()]),
      measured('good', [result(true), result(true, 'warning')], [one(), one({ warned: 1 })]),
      measured('fair', [result(true), result(false, 'warning')], [one(), one()]),
      product([table('t', [column('a')])], { name: 'unmeasured' }),
    ]);
    expect(standings.map(({ product: id, score, aboveMedian, trend }) => [id, score, aboveMedian, trend])).toEqual([
      ['sales/good', 100, 20, 'better'],
      ['sales/fair', 80, 0, 'steady'],
      ['sales/bad', 20, -60, 'worse'],
    ]);
  });
});

describe('what a product is made of', () => {
  const made = (name: string, of: readonly string[], healthy: boolean) =>
    product([table('t', [column('a')], { madeOf: of.map((source) => `sales/${source}`) })], {
      name,
      status: {
        conditions: healthy
          ? []
          : [{ type: 'Healthy', status: 'false', reason: 'QualityFailed', generation: 1, at: NOW.toISOString() }],
      },
    });

  test('names where a fault began, through products that only pass it on, and goes round no circle', async () => {
    const all = [
      made('report', ['clean'], true),
      made('clean', ['raw', 'codes', 'hidden'], true),
      made('raw', ['report', 'source'], false),
      made('source', [], false),
      made('codes', [], true),
    ];
    const find = async (id: string) => all.find(({ name }) => `sales/${name}` === id);
    const causes = await causesOf(all[0] as ProductRecord, find);
    expect(causes.map(({ product: id, via }) => [id, via])).toEqual([
      ['sales/source', ['sales/clean', 'sales/raw']],
      ['sales/raw', ['sales/clean']],
    ]);
  });
});
