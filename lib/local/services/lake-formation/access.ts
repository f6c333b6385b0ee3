import type { StorageDescriptor } from '@aws-sdk/client-glue';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { linkedDatabase, linkedTable, resolveDatabase, resolveTable } from '../glue/link.ts';
import { columnNames, type GlueDatabase, type GlueTable } from '../glue/types.ts';
import { type Cell, columnsOf } from './cells.ts';
import { databaseRights, isOpen, mayKnowDatabases, tableRights } from './rights.ts';

/** Where a table lies: names are folded to lower case. */
export interface TableAddress {
  readonly catalogId: string;
  readonly database: string;
  readonly table: string;
}

/** A table that the caller may read, and what of it. */
export interface ReadableTable {
  readonly owner: TableAddress;
  /** The real table, after links. */
  readonly table: GlueTable;
  /** False while everybody whom IAM allows still has everything on the database and the table. */
  readonly governed: boolean;
  /**
   * The union of what the caller was granted: a row shows a column exactly when some cell with that column holds the row. One cell with every
   * column and no `rows` when nothing narrows.
   */
  readonly cells: readonly Cell[];
}

/**
 * What the caller may read of a table: links are followed one hop, a link needs DESCRIBE and the target SELECT.
 * @throws AwsError AccessDeniedException, EntityNotFoundException
 */
export function readTable(cloud: Cloud, caller: Caller, at: TableAddress): ReadableTable {
  const table = locate(cloud, caller, at);
  const { cells } = tableRights(cloud, caller, table);
  if (cells.length === 0) throw insufficient('Select', table.Name);
  const database = catalog.database(cloud, table.CatalogId, table.DatabaseName);
  return {
    owner: { catalogId: table.CatalogId, database: table.DatabaseName, table: table.Name },
    table,
    governed: !(isOpen(cloud, table) && database !== undefined && isOpen(cloud, database)),
    cells,
  };
}

/** The tables of a database that the caller may see, without the columns it may not select; through a database link, the target's. */
export function visibleTables(cloud: Cloud, caller: Caller, at: { catalogId: string; database: string }): GlueTable[] {
  const database = databaseBehind(cloud, caller, at);
  if (database === undefined) return [];
  return catalog
    .tables(cloud, database.CatalogId, database.Name)
    .map((table) => visibleTable(cloud, caller, table))
    .filter((table) => table !== undefined);
}

/** The databases of a catalog that the caller may see, links as Glue answers them. */
export function visibleDatabases(cloud: Cloud, caller: Caller, catalogId: string): GlueDatabase[] {
  return catalog
    .databases(cloud, catalogId)
    .map((database) => visibleDatabase(cloud, caller, database))
    .filter((database) => database !== undefined);
}

/** A table as the caller may see it; undefined when it may not see it at all. */
export function visibleTable(cloud: Cloud, caller: Caller, named: GlueTable): GlueTable | undefined {
  if (!tableRights(cloud, caller, named).permissions.has('DESCRIBE')) return undefined;
  const { target } = resolveTable(cloud, named);
  if (named.TargetTable === undefined) return narrowed(cloud, caller, named);
  if (target === undefined || !tableRights(cloud, caller, target).permissions.has('DESCRIBE')) return named;
  return linkedTable(named, narrowed(cloud, caller, target));
}

/** A database as the caller may see it; undefined when it may not see it at all. */
export function visibleDatabase(cloud: Cloud, caller: Caller, named: GlueDatabase): GlueDatabase | undefined {
  if (!databaseRights(cloud, caller, named).has('DESCRIBE')) return undefined;
  const { target } = resolveDatabase(cloud, named);
  if (named.TargetDatabase === undefined) return named;
  if (target === undefined || !databaseRights(cloud, caller, target).has('DESCRIBE')) return named;
  return linkedDatabase(named, target);
}

/**
 * What Athena asks before a query: when the catalog has a database `default`, the caller must be able to see it.
 * @throws AwsError AccessDeniedException
 */
export function requireDefaultDatabase(cloud: Cloud, caller: Caller): void {
  const database = catalog.database(cloud, caller.account, 'default');
  if (database !== undefined && visibleDatabase(cloud, caller, database) === undefined) {
    throw insufficient('Describe', 'default');
  }
}

export function insufficient(permission: string, on: string): AwsError {
  return new AwsError(
    'AccessDeniedException',
    `Insufficient Lake Formation permission(s): Required ${permission} on ${on}`,
  );
}

/** The database that a name leads to, a link followed; undefined when nothing is there. Needs DESCRIBE on a link. */
export function databaseBehind(
  cloud: Cloud,
  caller: Caller,
  at: { catalogId: string; database: string },
): GlueDatabase | undefined {
  const named = catalog.database(cloud, at.catalogId, at.database);
  if (named?.TargetDatabase === undefined) return named;
  if (!databaseRights(cloud, caller, named).has('DESCRIBE')) throw insufficient('Describe', named.Name);
  return resolveDatabase(cloud, named).target;
}

function locate(cloud: Cloud, caller: Caller, at: TableAddress): GlueTable {
  const database = databaseBehind(cloud, caller, at);
  if (database === undefined) {
    const known = catalog.database(cloud, at.catalogId, at.database) !== undefined;
    if (known || mayKnowDatabases(cloud, caller, at.catalogId)) throw notFound('Database', at.database);
    throw insufficient('Describe', at.database.toLowerCase());
  }
  const named = catalog.table(cloud, database.CatalogId, database.Name, at.table);
  if (named === undefined) {
    if (databaseRights(cloud, caller, database).has('DESCRIBE')) throw notFound('Table', at.table);
    throw insufficient('Describe', at.table.toLowerCase());
  }
  if (named.TargetTable === undefined) return named;
  if (!tableRights(cloud, caller, named).permissions.has('DESCRIBE')) throw insufficient('Describe', named.Name);
  const { target } = resolveTable(cloud, named);
  if (target === undefined) throw notFound('Table', named.TargetTable.Name);
  return target;
}

function notFound(what: 'Database' | 'Table', name: string): AwsError {
  return new AwsError('EntityNotFoundException', `${what} ${name.toLowerCase()} not found.`);
}

/** The table without the columns that a caller with SELECT on some of them may not read. */
function narrowed(cloud: Cloud, caller: Caller, table: GlueTable): GlueTable {
  const { StorageDescriptor: storage } = table;
  return storage === undefined
    ? table
    : { ...table, StorageDescriptor: narrowedStorage(cloud, caller, table, storage) };
}

/** A storage descriptor of a table, of an old version or of a partition, without the columns that the caller may not read. */
export function narrowedStorage(
  cloud: Cloud,
  caller: Caller,
  table: GlueTable,
  storage: StorageDescriptor,
): StorageDescriptor {
  const { cells } = tableRights(cloud, caller, table);
  const order = columnNames(table);
  const readable = new Set(columnsOf(cells, order));
  if (cells.length === 0 || readable.size === order.length || storage.Columns === undefined) return storage;
  return { ...storage, Columns: storage.Columns.filter((column) => readable.has((column.Name ?? '').toLowerCase())) };
}
