import type {
  BatchPermissionsRequestEntry,
  DataCellsFilter,
  PrincipalResourcePermissions,
  Resource,
} from '@aws-sdk/client-lakeformation';
import { ALL_TABLES, type CellsFilter, type Grant, type GrantResource, type Permission } from '#mesh/access/grant.ts';
import { normalizeGrants } from '#mesh/plan/grants.ts';

/** The name under which Lake Formation lists the table wildcard. */
const LISTED_WILDCARD = 'ALL_TABLES';

/** A grant's resource as the API wants it. SELECT on every column is asked for on the table, the only form the wildcard takes. */
function toResource(resource: GrantResource): Resource {
  switch (resource.kind) {
    case 'database':
      return { Database: { CatalogId: resource.catalogId, Name: resource.database } };
    case 'table':
      return tableResource(resource);
    case 'columns':
      return resource.columns === '*' && (resource.excluded ?? []).length === 0
        ? tableResource(resource)
        : { TableWithColumns: { ...nameOf(resource), ...columnsOf(resource.columns, resource.excluded) } };
    case 'filter':
      return {
        DataCellsFilter: {
          TableCatalogId: resource.catalogId,
          DatabaseName: resource.database,
          TableName: resource.table,
          Name: resource.name,
        },
      };
    case 'other':
      throw new TypeError(`Weft does not grant on ${resource.id}`);
  }
}

/** One entry of a batch; `Id` only has to be unique within the call. */
export function toEntry(grant: Grant, Id: string): BatchPermissionsRequestEntry {
  return {
    Id,
    Principal: { DataLakePrincipalIdentifier: grant.principal },
    Resource: toResource(grant.resource),
    Permissions: [...grant.permissions],
    PermissionsWithGrantOption: [...grant.grantable],
  };
}

/** What ListPermissions answered, in normal form: SELECT on a table becomes SELECT on its columns. */
export function toGrants(entries: readonly PrincipalResourcePermissions[]): Grant[] {
  return normalizeGrants(entries.flatMap(toGrantsOfOne));
}

export function toFilterInput(filter: CellsFilter): DataCellsFilter {
  return {
    TableCatalogId: filter.catalogId,
    DatabaseName: filter.database,
    TableName: filter.table,
    Name: filter.name,
    RowFilter: filter.rows === undefined ? { AllRowsWildcard: {} } : { FilterExpression: filter.rows },
    ...columnsOf(filter.columns),
  };
}

export function fromFilter(filter: DataCellsFilter): CellsFilter {
  return {
    catalogId: filter.TableCatalogId ?? '',
    database: filter.DatabaseName ?? '',
    table: filter.TableName ?? '',
    name: filter.Name ?? '',
    rows: filter.RowFilter?.FilterExpression,
    columns: filter.ColumnWildcard !== undefined ? '*' : (filter.ColumnNames ?? []),
  };
}

function toGrantsOfOne(entry: PrincipalResourcePermissions): Grant[] {
  const permissions = (entry.Permissions ?? []) as Permission[];
  const grantable = (entry.PermissionsWithGrantOption ?? []) as Permission[];
  const principal = entry.Principal?.DataLakePrincipalIdentifier ?? '';
  const grant = (resource: GrantResource, keep: (permission: Permission) => boolean): Grant[] => {
    const kept = permissions.filter(keep);
    return kept.length === 0
      ? []
      : [
          {
            principal,
            resource,
            permissions: kept,
            grantable: grantable.filter(keep),
            lastUpdatedBy: entry.LastUpdatedBy,
            lastUpdated: entry.LastUpdated?.toISOString(),
          },
        ];
  };
  const resource = fromResource(entry.Resource ?? {});
  if (resource.kind !== 'table') return grant(resource, () => true);
  const { catalogId, database, table } = resource;
  return [
    ...grant(resource, (permission) => permission !== 'SELECT'),
    ...grant({ kind: 'columns', catalogId, database, table, columns: '*' }, (permission) => permission === 'SELECT'),
  ];
}

function fromResource(resource: Resource): GrantResource {
  const { Database, Table, TableWithColumns, DataCellsFilter: cells } = resource;
  if (Database !== undefined) {
    return { kind: 'database', catalogId: Database.CatalogId ?? '', database: Database.Name ?? '' };
  }
  if (Table !== undefined) {
    const wildcard = Table.TableWildcard !== undefined || Table.Name === LISTED_WILDCARD;
    const table = wildcard ? ALL_TABLES : (Table.Name ?? '');
    return { kind: 'table', catalogId: Table.CatalogId ?? '', database: Table.DatabaseName ?? '', table };
  }
  if (TableWithColumns !== undefined) {
    const { CatalogId = '', DatabaseName = '', Name = '', ColumnNames, ColumnWildcard } = TableWithColumns;
    const excluded = ColumnWildcard?.ExcludedColumnNames ?? [];
    return {
      kind: 'columns',
      catalogId: CatalogId,
      database: DatabaseName,
      table: Name === LISTED_WILDCARD ? ALL_TABLES : Name,
      columns: ColumnWildcard === undefined ? (ColumnNames ?? []) : '*',
      ...(excluded.length === 0 ? {} : { excluded }),
    };
  }
  if (cells !== undefined) {
    return {
      kind: 'filter',
      catalogId: cells.TableCatalogId ?? '',
      database: cells.DatabaseName ?? '',
      table: cells.TableName ?? '',
      name: cells.Name ?? '',
    };
  }
  return { kind: 'other', id: JSON.stringify(resource) };
}

function nameOf(resource: { catalogId: string; database: string; table: string }) {
  return { CatalogId: resource.catalogId, DatabaseName: resource.database, Name: resource.table };
}

function tableResource(resource: { catalogId: string; database: string; table: string }): Resource {
  return resource.table === ALL_TABLES
    ? { Table: { CatalogId: resource.catalogId, DatabaseName: resource.database, TableWildcard: {} } }
    : { Table: nameOf(resource) };
}

function columnsOf(columns: readonly string[] | '*', excluded: readonly string[] = []) {
  return columns === '*'
    ? { ColumnWildcard: excluded.length === 0 ? {} : { ExcludedColumnNames: [...excluded] } }
    : { ColumnNames: [...columns] };
}
