import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { repeatable } from '#mesh/answer/repeatable.ts';
import { openSqlParser, type SqlParser } from '#mesh/audit/reads/sql-parser.ts';

const ORDERS = 'sales__orders__v1.orders';

describe('a statement whose answer may be taken again', () => {
  let parser: SqlParser;

  beforeAll(async () => {
    const path = fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'));
    parser = await openSqlParser(() => readFileSync(path));
  });

  const tables = (sql: string, database?: string) => {
    const found = repeatable(sql, database, parser);
    return found.ok
      ? found.tables.map(({ domain, product, major, tableName }) => [domain, product, major, tableName])
      : found.reason;
  };

  test.each([
    [`SELECT count(*) FROM ${ORDERS}`, undefined],
    [`SELECT ${ORDERS}.id FROM "AwsDataCatalog".${ORDERS}`, undefined],
    [`WITH a AS (SELECT * FROM ${ORDERS}) SELECT * FROM a`, undefined],
    ['SELECT id FROM orders', 'sales__orders__v1'],
    [`SELECT id FROM ${ORDERS} WHERE note = 'right'`, undefined],
  ])('%s', (sql, database) => {
    expect(tables(sql, database)).toEqual([['sales', 'orders', 1, 'orders']]);
  });

  test('names every table of every product', () => {
    expect(
      tables(
        `SELECT 1 FROM ${ORDERS} o, air_port__lines__v2.routes r WHERE o.id IN (SELECT id FROM sales__orders__v1.items)`,
      ),
    ).toEqual([
      ['air-port', 'lines', 2, 'routes'],
      ['sales', 'orders', 1, 'items'],
      ['sales', 'orders', 1, 'orders'],
    ]);
  });

  test.each([
    [`SELECT * FROM ${ORDERS} WHERE day = current_date`, /current_date/],
    [`SELECT now(), id FROM ${ORDERS}`, /now/],
    [`SELECT * FROM ${ORDERS} ORDER BY rand()`, /rand/],
    [`SELECT * FROM ${ORDERS} TABLESAMPLE BERNOULLI (10)`, /tablesample/],
    [`SELECT "$path" FROM ${ORDERS}`, /\$path/],
    [`SELECT current_user FROM ${ORDERS}`, /current_user/],
    [`SELECT * FROM own.scratch JOIN ${ORDERS} USING (id)`, /own\.scratch/],
    ['SELECT * FROM information_schema.tables', /information_schema/],
    ['SELECT 1', /nobody can tell/],
    [`EXPLAIN SELECT * FROM ${ORDERS}`, /no plain SELECT/],
    [`UNLOAD (SELECT * FROM ${ORDERS}) TO 's3://a/b/' WITH (format = 'PARQUET')`, /no plain SELECT/],
    [`EXECUTE kept USING 1`, /no plain SELECT/],
    ['SELECT FROM WHERE', /nobody can tell/],
    [`SELECT * FROM elsewhere.${ORDERS}`, /elsewhere is another catalog/],
    [`SELECT * FROM "elsewhere" /* . */ . "sales__orders__v1".orders`, /"elsewhere" is another catalog/],
    [`SELECT * FROM ${ORDERS} JOIN elsewhere.${ORDERS} USING (id)`, /elsewhere is another catalog/],
    [`SELECT * FROM ${ORDERS}, TABLE(crm.system.query(query => 'SELECT 1'))`, /table function/],
  ])('%s may answer another thing', (sql, why) => {
    expect(tables(sql)).toMatch(why);
  });
});
