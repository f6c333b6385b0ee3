import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { openSqlParser, type SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { readsOf } from '#mesh/audit/reads/sql-reads.ts';

const MODULE = fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'));

let parser: SqlParser;
beforeAll(async () => {
  parser = await openSqlParser(() => readFileSync(MODULE));
});

/** `database.table.column` of all that a statement reads; a table without columns stands alone. */
function reads(sql: string): string[] | undefined {
  const found = readsOf(sql, 'here', parser);
  if (found === undefined) return undefined;
  const columns = found.columns.map(
    ({ databaseName, tableName, columnName }) => `${databaseName}.${tableName}.${columnName}`,
  );
  const bare = found.tables
    .map(({ databaseName, tableName }) => `${databaseName}.${tableName}`)
    .filter((table) => !columns.some((column) => column.startsWith(`${table}.`)));
  return [...columns, ...bare].sort();
}

const CASES: readonly (readonly [what: string, sql: string, expected: readonly string[]])[] = [
  ['names of the database that is searched', 'SELECT a FROM t', ['here.t.a']],
  [
    'every kind of use',
    'SELECT a FROM db.t WHERE b = 1 GROUP BY c HAVING max(d) > 1 ORDER BY min(e)',
    ['db.t.a', 'db.t.b', 'db.t.c', 'db.t.d', 'db.t.e'],
  ],
  [
    'aliases of a join',
    'SELECT x.a, y.b FROM db.t x JOIN db.u y ON x.k = y.l',
    ['db.t.a', 'db.t.k', 'db.u.b', 'db.u.l'],
  ],
  [
    'a common table',
    'WITH c AS (SELECT a AS z, b FROM db.t WHERE d = 1) SELECT z FROM c',
    ['db.t.a', 'db.t.b', 'db.t.d'],
  ],
  ['a common table over a star', 'WITH c AS (SELECT * FROM db.t) SELECT a FROM c', ['db.t.a']],
  ['a star', 'SELECT * FROM db.t', ['db.t.*']],
  [
    'a star over common tables',
    'WITH c AS (SELECT * FROM db.t), d AS (SELECT * FROM c) SELECT * FROM d WHERE a = 1',
    ['db.t.*', 'db.t.a'],
  ],
  ['a star over named columns', 'SELECT * FROM (SELECT a, b FROM db.t) s', ['db.t.a', 'db.t.b']],
  [
    'a star over a join in parentheses',
    'SELECT * FROM (db.t x JOIN db.u y ON x.k = y.l)',
    ['db.t.*', 'db.t.k', 'db.t.l', 'db.u.*', 'db.u.k', 'db.u.l'],
  ],
  ['a star over values', 'SELECT * FROM db.t CROSS JOIN UNNEST(l) AS n(e)', ['db.t.*', 'db.t.l']],
  ['the star of one table of two', 'SELECT x.*, y.b FROM db.t x, db.u y', ['db.t.*', 'db.u.b']],
  ['a star beside a subquery', 'SELECT * FROM db.t WHERE k IN (SELECT l FROM db.u)', ['db.t.*', 'db.t.k', 'db.u.l']],
  ['distinct rows of all columns', 'SELECT count(*) FROM (SELECT DISTINCT * FROM db.t) s', ['db.t.*']],
  ['a count that reads no column', 'SELECT count(*) FROM db.t', ['db.t']],
  ['a scalar subquery', 'SELECT (SELECT max(a) FROM db.u) FROM db.t', ['db.t', 'db.u.a']],
  [
    'correlated tables',
    'SELECT x.a FROM db.t x WHERE EXISTS (SELECT 1 FROM db.u y WHERE y.l = x.k)',
    ['db.t.a', 'db.t.k', 'db.u.l'],
  ],
  ['a union', 'SELECT a FROM db.t UNION ALL SELECT b FROM db.u', ['db.t.a', 'db.u.b']],
  ['windows', 'SELECT row_number() OVER (PARTITION BY a ORDER BY b) FROM db.t', ['db.t.a', 'db.t.b']],
  [
    'names that are of either table',
    'SELECT a FROM db.t JOIN db.u USING (k)',
    ['db.t.a', 'db.t.k', 'db.u.a', 'db.u.k'],
  ],
  [
    'members of structs and what is unnested',
    'SELECT t.s.f, n.e FROM db.t t CROSS JOIN UNNEST(t.l) AS n(e)',
    ['db.t.l', 'db.t.s'],
  ],
  ['quotes, the catalog and capitals', 'SELECT T."A" FROM "AwsDataCatalog"."DB"."T" AS T', ['db.t.a']],
  ['comments that hide', '/* x */ SELECT a -- , b\nFROM db.t', ['db.t.a']],
  [
    'an export',
    "UNLOAD (SELECT a FROM db.t WHERE n = ')') TO 's3://b/p/' WITH (format = 'PARQUET')",
    ['db.t.a', 'db.t.n'],
  ],
  ['a table made of a query', "CREATE TABLE x WITH (format = 'PARQUET') AS SELECT a FROM db.t", ['db.t.a']],
  ['an insert', 'INSERT INTO x (p, q) SELECT a, b FROM db.t', ['db.t.a', 'db.t.b']],
  ['an explanation', 'EXPLAIN (TYPE LOGICAL) SELECT a FROM db.t', ['db.t.a']],
  ['a filter of an aggregate', 'SELECT count(a) FILTER (WHERE b > 1) FROM db.t', ['db.t.a', 'db.t.b']],
  ['a lambda', 'SELECT transform(a, x -> x + b) FROM db.t', ['db.t.a', 'db.t.b']],
  ['a case', 'SELECT CASE WHEN a = 1 THEN b ELSE c END AS d FROM db.t', ['db.t.a', 'db.t.b', 'db.t.c']],
];

describe('what a statement reads', () => {
  test.each(CASES)('%s', (_, sql, expected) => {
    const found = reads(sql) ?? [];
    expect(found.filter((one) => expected.includes(one))).toEqual([...expected].sort());
    // What is named beside it can only be a name that the registry does not have.
    expect(found.filter((one) => !expected.includes(one))).toEqual(_ === 'a lambda' ? ['db.t.x'] : []);
  });

  test.each([
    ['SHOW TABLES'],
    ['EXECUTE prepared'],
    ['SELECT FROM WHERE'],
    ['DROP TABLE x'],
  ])('%s is not read', (sql) => {
    expect(reads(sql)).toBeUndefined();
  });
});
