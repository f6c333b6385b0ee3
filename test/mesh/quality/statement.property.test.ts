import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { QualityCheck, QualityRule } from '#mesh/product/quality-rule.ts';
import type { TableQuality } from '#mesh/quality/duty.ts';
import { aloneStatement, countingStatement, ownStatement } from '#mesh/quality/statement.ts';
import { startEngine, type TestTable } from './engine.ts';

const COLUMNS = {
  id: 'int',
  name: 'string',
  'a "b"': 'string',
  score: 'double',
  day: 'date',
  at: 'timestamp',
  open: 'boolean',
};
type Name = keyof typeof COLUMNS;
const NAMES = Object.keys(COLUMNS) as Name[];
const VALUES: Readonly<Record<Name, readonly string[]>> = {
  id: ['1', '2', '3'],
  name: ['', 'N/A', "O'Neil", 'AB1', 'ab', '%'],
  'a "b"': ['x', '"', "'; drop table orders; --"],
  score: ['0.5', '1', '1000000'],
  day: ['2026-01-01', '2026-02-28'],
  at: ['2026-01-01 00:00:00', '2026-01-01 12:30:00'],
  open: ['true', 'false'],
};

const cell = (name: Name) => fc.option(fc.constantFrom(...VALUES[name]), { nil: null });
const rows = fc.array(fc.tuple(...NAMES.map(cell)), { maxLength: 12 });
const column = fc.constantFrom(...NAMES);
const some = (name: Name) => fc.subarray([...VALUES[name]]);

const rule = (check: QualityCheck, own?: string): QualityRule => ({
  measure: 'm',
  bounds: {},
  check,
  ...(own === undefined ? {} : { column: own }),
});
const PATTERNS = ['^[A-Z]{2}\\d$', 'b', "O'", '^$'];
const rules = fc.array(
  fc.oneof(
    fc.constant(rule({ metric: 'rowCount' })),
    column.map((name) => rule({ metric: 'nullValues' }, name)),
    column.chain((name) => some(name).map((values) => rule({ metric: 'missingValues', values }, name))),
    column.chain((name) => some(name).map((valid) => rule({ metric: 'invalidValues', valid }, name))),
    fc.constantFrom(...PATTERNS).map((pattern) => rule({ metric: 'invalidValues', pattern }, 'name')),
    fc
      .tuple(fc.constantFrom(...PATTERNS), some('name'))
      .map(([pattern, valid]) => rule({ metric: 'invalidValues', pattern, valid }, 'name')),
    fc.subarray(NAMES, { minLength: 1 }).map((columns) => rule({ metric: 'duplicateValues', columns })),
  ),
  { minLength: 1, maxLength: 8 },
);

/** What a rule counts, row by row. */
function brute({ check, column: own }: QualityRule, table: TestTable): number {
  const names = Object.keys(table.columns);
  const at = (row: readonly (string | null)[], name = '') => row[names.indexOf(name)] ?? null;
  const values = table.rows.map((row) => at(row, own));
  switch (check?.metric) {
    case 'nullValues':
      return values.filter((value) => value === null).length;
    case 'missingValues':
      return values.filter((value) => value === null || check.values.includes(value)).length;
    case 'invalidValues':
      return values.filter(
        (value) =>
          value !== null &&
          !(
            (check.valid?.includes(value) ?? true) &&
            (check.pattern === undefined || new RegExp(check.pattern).test(value))
          ),
      ).length;
    case 'duplicateValues': {
      const whole = table.rows
        .map((row) => check.columns.map((name) => at(row, name)))
        .filter((key) => !key.includes(null));
      return whole.length - new Set(whole.map((key) => JSON.stringify(key))).size;
    }
    default:
      return table.rows.length;
  }
}

const quality = (own: readonly QualityRule[], rest: Partial<TableQuality> = {}): TableQuality => ({
  name: 'orders',
  source: { database: 'sales', table: 'orders' },
  types: COLUMNS,
  rules: own,
  promises: [],
  due: true,
  ...rest,
});

describe('one SELECT over a table', () => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.close());

  test('counts what every rule of it says, as going through it row by row would', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rules, async (all, own) => {
        const table: TestTable = { columns: COLUMNS, rows: all };
        await engine.fill(table);
        const statement = countingStatement(quality(own));
        const answer = await engine.ask(statement?.sql ?? '');
        expect(answer.map(Number)).toEqual([all.length, ...own.map((one) => brute(one, table))]);
        // Each by itself says the same.
        const [first] = statement?.values.slice(1) ?? [];
        if (first !== undefined) {
          expect(await engine.ask(aloneStatement(first, quality(own)).sql)).toEqual(answer.slice(0, 2));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('asks for the newest and the oldest times with the rest', async () => {
    await engine.fill({
      columns: COLUMNS,
      rows: [
        ['1', null, null, null, '2026-01-01', '2026-01-01 00:00:00', null],
        ['2', null, null, null, '2026-02-28', '2026-01-01 12:30:00', null],
      ],
    });
    const promises = [{ property: 'freshness' as const, column: 'at', promised: '1 h' }];
    const statement = countingStatement(quality([], { promises, kept: { column: 'day', promised: '1 y' } }));
    expect(statement?.values.map(({ of }) => of)).toEqual(['rows', 'newest', 'oldest']);
    expect(await engine.ask(statement?.sql ?? '')).toEqual(['2', '2026-01-01 12:30:00', '2026-01-01']);
  });

  test('is not asked when nothing is to be counted', () => {
    expect(countingStatement(quality([rule({ metric: 'sql', query: 'SELECT 1' })]))).toBeUndefined();
  });
});

describe("a rule's own query", () => {
  test.each([
    [
      'SELECT count(*) FROM ${object} WHERE ${property} IS NULL;',
      'SELECT count(*) FROM "sales"."orders" WHERE "a ""b""" IS NULL',
    ],
    ['SELECT count(*) FROM {table} WHERE {column} > 1', 'SELECT count(*) FROM "sales"."orders" WHERE "a ""b""" > 1'],
    ["SELECT '{constructor}' FROM {object}", 'SELECT \'{constructor}\' FROM "sales"."orders"'],
    ["SELECT '{else}' FROM {object}", 'SELECT \'{else}\' FROM "sales"."orders"'],
  ])('has its placeholders filled in: %s', (query, sql) => {
    expect(ownStatement(query, 'a "b"', quality([]))).toBe(sql);
  });
});
