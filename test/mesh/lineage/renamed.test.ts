import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { type ColumnLineage, columnLineage } from '#mesh/lineage/column-lineage.ts';
import { testParser } from './parser.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await testParser();
});

const WIDTH = 4;

/** A query over `db.one` and `db.two`, written with the names of their columns; it shows `x` and `y`. */
type Query = (names: readonly string[]) => string;

const column = fc.nat({ max: WIDTH - 1 });

const expression = fc
  .record({ a: column, b: column, kind: fc.constantFrom('as it is', 'sum', 'case', 'window', 'hash', 'coalesce') })
  .map(({ a, b, kind }) => (of: (index: number) => string) => {
    const [one, other] = [of(a), of(b)];
    switch (kind) {
      case 'sum':
        return `${one} + ${other}`;
      case 'case':
        return `CASE WHEN ${one} = 1 THEN ${other} END`;
      case 'window':
        return `max(${one}) OVER (PARTITION BY ${other})`;
      case 'hash':
        return `md5(to_utf8(${one}))`;
      case 'coalesce':
        return `coalesce(${one}, ${other})`;
      default:
        return one;
    }
  });

const simple = fc.record({ x: expression, y: expression, filter: column, join: fc.boolean() }).map(
  ({ x, y, filter, join }): Query =>
    (names) => {
      const of = (index: number) => `t.${names[index]}`;
      const from = join ? `db.one t JOIN db.two u ON t.${names[0]} = u.${names[1]}` : 'db.one t';
      return `SELECT ${x(of)} AS x, ${y(of)} AS y FROM ${from} WHERE ${of(filter)} IS NOT NULL`;
    },
);

const query: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    simple,
    tie('query').map(
      (inner): Query =>
        (names) =>
          `SELECT q.y AS x, q.x || q.y AS y FROM (${inner(names)}) q ORDER BY q.x`,
    ),
    tie('query').map(
      (inner): Query =>
        (names) =>
          `WITH c AS (${inner(names)}) SELECT min(x) AS x, y FROM c GROUP BY 2`,
    ),
    fc.tuple(tie('query'), tie('query')).map(
      ([left, right]): Query =>
        (names) =>
          `SELECT x, y FROM (${left(names)}) UNION ALL (${right(names)})`,
    ),
  ),
})).query;

const names = fc.uniqueArray(fc.stringMatching(/^c_[a-z][a-z0-9_]{0,8}$/), { minLength: WIDTH, maxLength: WIDTH });

const lineageOf = (sql: string, columns: readonly string[]): ColumnLineage => {
  const lineage = columnLineage(sql, { columns: { 'db.one': columns, 'db.two': columns } }, parser);
  if (lineage === undefined) throw new Error(`cannot be read: ${sql}`);
  return lineage;
};

/** The same for every order of the names. */
function inputs(lineage: ColumnLineage, naming: (name: string) => string = (name) => name): string[][] {
  return [...lineage.columns, lineage.dataset].map(({ inputs: list }) =>
    list.map(({ table, column: name, how, masking }) => `${table}.${naming(name)} ${how} ${masking}`).sort(),
  );
}

describe('lineage', () => {
  test('follows the columns when they are renamed', () => {
    fc.assert(
      fc.property(query, names, names, (sql, before, after) => {
        const renamed = new Map(before.map((name, index) => [name, after[index] ?? '']));
        const first = inputs(lineageOf(sql(before), before), (name) => renamed.get(name) ?? name);
        expect(inputs(lineageOf(sql(after), after))).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });

  test('is the same when a query is put around that shows it all', () => {
    fc.assert(
      fc.property(query, names, (sql, columns) => {
        const plain = inputs(lineageOf(sql(columns), columns));
        expect(inputs(lineageOf(`SELECT * FROM (${sql(columns)}) AS z`, columns))).toEqual(plain);
        expect(inputs(lineageOf(`WITH z AS (${sql(columns)}) SELECT x, y FROM z`, columns))).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });

  test('does not need the columns of the tables when every name has its table before it', () => {
    fc.assert(
      fc.property(query, names, (sql, columns) => {
        const known = inputs(lineageOf(sql(columns), columns));
        const lineage = columnLineage(sql(columns), { columns: {} }, parser);
        expect(lineage === undefined ? [] : inputs(lineage)).toEqual(known);
      }),
      { numRuns: 40 },
    );
  });
});
