import { innerQuery } from './inner-query.ts';
import type { SqlParser } from './sql-parser.ts';
import { givenNames, namedColumns, starTables } from './tree.ts';

/** A table that a statement reads, in lower case as Glue folds names. */
export interface ReadTable {
  readonly databaseName: string;
  readonly tableName: string;
}

/** A column that a statement reads; `*`: every one that its reader may see. */
export interface ReadColumn extends ReadTable {
  readonly columnName: string;
}

export interface SqlReads {
  readonly tables: readonly ReadTable[];
  readonly columns: readonly ReadColumn[];
}

/**
 * The tables and columns that a statement reads, through common tables, aliases and subqueries; undefined when it cannot be read. A name that cannot be
 * told apart is given to every table of the query: who looks it up in the registry keeps those that have it. So a column may be named
 * that was not read, and none that was read is left out.
 */
export function readsOf(sql: string, database: string, parser: SqlParser): SqlReads | undefined {
  const query = innerQuery(sql);
  if (query === undefined) return undefined;
  const facts = parser(query);
  if (facts === undefined) return undefined;
  const byName = new Map<string, ReadTable>();
  for (const { name, schema, table } of facts.tables) {
    const read = { databaseName: (schema ?? database).toLowerCase(), tableName: table.toLowerCase() };
    for (const known of [name, `${schema}.${table}`, table]) {
      const key = known.toLowerCase();
      if (!byName.has(key)) byName.set(key, read);
    }
  }
  const tables = distinct([...byName.values()], ({ databaseName, tableName }) => `${databaseName}.${tableName}`);
  const at = (name: string | undefined) => {
    const known = name === undefined ? undefined : byName.get(name.toLowerCase());
    return known === undefined ? tables : [known];
  };
  const told = facts.columns.flatMap(({ column, table }) =>
    at(table).map((read) => ({ ...read, columnName: column.toLowerCase() })),
  );
  const known = new Set([...told.map(({ columnName }) => columnName), ...givenNames(facts.tree)]);
  const untold = namedColumns(facts.tree)
    .filter(({ column }) => !known.has(column))
    .flatMap(({ column }) => tables.map((read) => ({ ...read, columnName: column })));
  const stars = starTables(facts.tree).flatMap((name) => at(name).map((read) => ({ ...read, columnName: '*' })));
  const columns = distinct(
    [...told, ...untold, ...stars],
    ({ databaseName, tableName, columnName }) => `${databaseName}.${tableName}.${columnName}`,
  );
  return { tables, columns };
}

function distinct<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  return [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, item]) => item);
}
