import { ALL_TABLES, type CellsFilter, type Grant, type GrantResource } from './grant.ts';

/** A database of one catalog. */
export interface DatabaseRef {
  readonly catalogId: string;
  readonly database: string;
}

/** DESCRIBE on a database. */
export function describeDatabase(principal: string, ref: DatabaseRef, pass: boolean): Grant {
  return grant(principal, { kind: 'database', ...ref }, 'DESCRIBE', pass);
}

/** DESCRIBE and SELECT on a table with every column, those that come later included; `'*'` is every table. */
export function readTable(principal: string, ref: DatabaseRef, table: string, pass: boolean): Grant[] {
  return [
    grant(principal, { kind: 'table', ...ref, table }, 'DESCRIBE', pass),
    grant(principal, { kind: 'columns', ...ref, table, columns: '*' }, 'SELECT', pass),
  ];
}

/** DESCRIBE and SELECT on every table of a database. */
export function readAllTables(principal: string, ref: DatabaseRef, pass: boolean): Grant[] {
  return readTable(principal, ref, ALL_TABLES, pass);
}

/** SELECT on some columns; it lets the principal see the table and these columns of it, so there is no DESCRIBE beside it. */
export function readColumns(
  principal: string,
  ref: DatabaseRef,
  table: string,
  columns: readonly string[],
  pass: boolean,
): Grant {
  return grant(principal, { kind: 'columns', ...ref, table, columns: columns.toSorted() }, 'SELECT', pass);
}

/** What a definer of views needs on each table that they read: SELECT on every column, with the grant option. */
export function readByView(definer: string, ref: DatabaseRef, table: string): Grant {
  return grant(definer, { kind: 'columns', ...ref, table, columns: '*' }, 'SELECT', true);
}

/** SELECT through a data cells filter, for the same reason alone. */
export function readFiltered(principal: string, filter: CellsFilter, pass: boolean): Grant {
  const { catalogId, database, table, name } = filter;
  return grant(principal, { kind: 'filter', catalogId, database, table, name }, 'SELECT', pass);
}

function grant(principal: string, resource: GrantResource, permission: 'DESCRIBE' | 'SELECT', pass: boolean): Grant {
  return { principal, resource, permissions: [permission], grantable: pass ? [permission] : [] };
}
