import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import { type Row, rowTest } from '#mesh/access/row-filter-evaluate.ts';
import { COLUMNS, filterOver, relation, row } from '../../events/readings.ts';

/** The rows that pass, by the evaluator. */
function passing(text: string, rows: readonly Row[]): number[] {
  const filter = parseRowFilter(text, COLUMNS);
  if (!filter.ok) throw new Error(`${text}: ${filter.problems.map(({ message }) => message).join('; ')}`);
  const passes = rowTest(filter.value, COLUMNS);
  return rows.flatMap((one, index) => (passes(one) === true ? [index] : []));
}

describe('a row filter as a test of rows', () => {
  let instance: DuckDBInstance;

  beforeAll(async () => {
    instance = await DuckDBInstance.create();
  });

  afterAll(() => instance.closeSync());

  test('passes the rows that a SQL engine passes, NULLs, decimals, case and code points included', async () => {
    const connection = await instance.connect();
    const names = COLUMNS.map(({ name }) => name);
    await fc.assert(
      fc.asyncProperty(filterOver(names), fc.array(row, { minLength: 1, maxLength: 12 }), async (text, rows) => {
        const filter = parseRowFilter(text, COLUMNS);
        if (!filter.ok) throw new Error(text);
        const sql = `SELECT n FROM ${relation(rows)} WHERE ${printForLakeFormation(filter.value)} ORDER BY n`;
        const found = (await connection.runAndReadAll(sql)).getRows().map(([n]) => Number(n));
        expect([text, passing(text, rows)]).toEqual([text, found]);
      }),
      { numRuns: 1000 },
    );
    connection.closeSync();
  }, 60_000);

  test.each([
    ["station = 'a'", { station: null }, undefined],
    ["NOT (station = 'a')", { station: null }, undefined],
    ["station = 'a' OR level = 1", { station: null, level: 1 }, true],
    ["station = 'a' AND level = 1", { station: null, level: 2 }, false],
    ['station IS NULL', {}, true],
    ["station LIKE '%\\%'", { station: 'a\\' }, true],
    ["station LIKE '_'", { station: '\u{1F985}' }, true],
    ["station < '\u{1F985}'", { station: '\u{FFFD}' }, true],
    ['price = 0.1', { price: '0.100' }, true],
    ['price = 0.3', { price: 0.3 }, true],
    ['total > 9007199254740992', { total: '9007199254740993' }, true],
  ] as const)('%s of %j is %s', (text, one, truth) => {
    const filter = parseRowFilter(text, COLUMNS);
    if (!filter.ok) throw new Error(text);
    expect(rowTest(filter.value, COLUMNS)(one)).toBe(truth);
  });

  test('reads into structs, and takes a member of the prototype for none', () => {
    const columns = [{ name: 'place', type: 'struct<state:string,constructor:string>' }];
    const sees = (text: string, one: Row) => {
      const filter = parseRowFilter(text, columns);
      if (!filter.ok) throw new Error(text);
      return rowTest(filter.value, columns)(one);
    };
    expect(sees("place.state = 'TX'", { place: { state: 'TX' } })).toBe(true);
    expect(sees("place.state = 'TX'", { place: null })).toBe(undefined);
    expect(sees('place.constructor IS NULL', { place: {} })).toBe(true);
  });
});
