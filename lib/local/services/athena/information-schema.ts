import { visibleDatabases, visibleTables } from '../lake-formation/access.ts';
import type { Asker } from './plan.ts';
import { literal } from './relation/glue-type.ts';

/** The schema's name inside the engine, which has an `information_schema` of its own. */
export const INFORMATION_SCHEMA = 'information_schema$';

/** A relation of `information_schema` with just what the asker may see; undefined when there is none of that name. */
export function informationSchema(asker: Asker, table: string): string | undefined {
  if (table === 'schemata')
    return rows(
      ['catalog_name', 'schema_name'],
      databases(asker).map((name) => ['awsdatacatalog', name]),
    );
  if (table === 'tables') return rows(['table_catalog', 'table_schema', 'table_name', 'table_type'], tables(asker));
  if (table === 'views') {
    const views = tables(asker).filter((row) => row[3] === 'VIEW');
    return rows(
      ['table_catalog', 'table_schema', 'table_name'],
      views.map((row) => row.slice(0, 3)),
    );
  }
  if (table !== 'columns') return undefined;
  const header = ['table_catalog', 'table_schema', 'table_name', 'column_name', 'ordinal_position', 'data_type'];
  return rows(header, columns(asker), new Set([4]));
}

function databases({ cloud, caller }: Asker): string[] {
  return visibleDatabases(cloud, caller, caller.account).map((database) => database.Name);
}

function tablesIn({ cloud, caller }: Asker, database: string) {
  return visibleTables(cloud, caller, { catalogId: caller.account, database });
}

function tables(asker: Asker): string[][] {
  return databases(asker).flatMap((database) =>
    tablesIn(asker, database).map((table) => [
      'awsdatacatalog',
      database,
      table.Name,
      table.TableType === 'VIRTUAL_VIEW' ? 'VIEW' : 'BASE TABLE',
    ]),
  );
}

function columns(asker: Asker): string[][] {
  return databases(asker).flatMap((database) =>
    tablesIn(asker, database).flatMap((table) =>
      [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])].map((column, index) => [
        'awsdatacatalog',
        database,
        table.Name,
        column.Name ?? '',
        String(index + 1),
        trinoType(column.Type ?? 'string'),
      ]),
    ),
  );
}

/** A Glue type in the words of Athena's engine. */
function trinoType(type: string): string {
  return type
    .replace(/\bstring\b/g, 'varchar')
    .replace(/\bint\b/g, 'integer')
    .replace(/\bfloat\b/g, 'real')
    .replace(/\bbinary\b/g, 'varbinary');
}

function rows(
  header: readonly string[],
  values: readonly (readonly string[])[],
  numbers: ReadonlySet<number> = new Set(),
): string {
  const type = (index: number) => (numbers.has(index) ? 'BIGINT' : 'VARCHAR');
  const empty = header.map((name, index) => `CAST(NULL AS ${type(index)}) AS ${name}`).join(', ');
  if (values.length === 0) return `SELECT ${empty} WHERE FALSE`;
  const list = values.map(
    (row) => `(${row.map((text, index) => (numbers.has(index) ? text : literal(text))).join(', ')})`,
  );
  return `SELECT * FROM (VALUES ${list.join(', ')}) AS v(${header.join(', ')})`;
}
