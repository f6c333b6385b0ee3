import type { DataCellsFilter } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { columnNames, type GlueTable } from '../glue/types.ts';
import { requireAuthority } from './authority.ts';
import { invalid, missing } from './errors.ts';
import { requireColumns, requireTable } from './existence.ts';
import { checkFilterExpression, type FilterColumn } from './filter-expression.ts';
import { type FilterRecord, filters } from './filter-store.ts';
import { grantFor, grantsOnDatabase } from './grants.ts';
import { principalOf } from './principal.ts';
import { tableRights } from './rights.ts';
import { isAdmin, isReadOnlyAdmin } from './settings.ts';

interface Key {
  readonly TableCatalogId?: string;
  readonly DatabaseName?: string;
  readonly TableName?: string;
  readonly Name?: string;
}

/** The operations on data cells filters. */
export const filterOperations: Operations = {
  CreateDataCellsFilter: {
    run({ TableData }: { TableData?: DataCellsFilter }, context: Context) {
      const filter = understood(TableData, context);
      if (filters.get(context.cloud, filter) !== undefined) {
        throw new AwsError('AlreadyExistsException', `Data cells filter ${filter.name} already exists`);
      }
      filters.put(context.cloud, { ...filter, versionId: '1' });
    },
  },
  UpdateDataCellsFilter: {
    run({ TableData }: { TableData?: DataCellsFilter }, context: Context) {
      const filter = understood(TableData, context);
      const held = filters.get(context.cloud, filter);
      if (held === undefined) throw missing(`Data cells filter not found: ${filter.name}`);
      if (TableData?.VersionId !== undefined && TableData.VersionId !== held.versionId) {
        throw new AwsError('ConcurrentModificationException', `Version ${TableData.VersionId} is not the current one`);
      }
      filters.put(context.cloud, { ...filter, versionId: String(Number(held.versionId) + 1) });
    },
  },
  GetDataCellsFilter: {
    run(input: Key, context: Context) {
      const held = found(input, context);
      requireSight(held, context);
      return { DataCellsFilter: toWire(held) };
    },
  },
  DeleteDataCellsFilter: {
    run(input: Key, context: Context) {
      const held = found(input, context);
      requireMaker(held, context, 'DROP');
      const { cloud } = context;
      const granted = grantsOnDatabase(cloud, held.catalogId, held.catalogId, held.database).some(
        ({ resource }) => resource.kind === 'filter' && resource.table === held.table && resource.name === held.name,
      );
      if (granted) throw invalid(`Data cells filter ${held.name} is granted: revoke the permissions on it first`);
      filters.delete(cloud, held);
    },
  },
  ListDataCellsFilter: {
    run(
      input: {
        Table?: { CatalogId?: string; DatabaseName?: string; Name?: string };
        NextToken?: string;
        MaxResults?: number;
      },
      context: Context,
    ) {
      const catalogId = input.Table?.CatalogId ?? context.account;
      const of =
        input.Table?.DatabaseName !== undefined && input.Table.Name !== undefined
          ? { database: input.Table.DatabaseName.toLowerCase(), table: input.Table.Name.toLowerCase() }
          : undefined;
      if (of !== undefined && catalogId === context.account) requireTable(context.cloud, { catalogId, ...of });
      const seen = filters.list(context.cloud, catalogId, of).filter((filter) => sees(filter, context));
      const { items, NextToken } = pageOf(seen.map(toWire), input, 1000);
      return { DataCellsFilters: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
};

function found(input: Key, context: Context): FilterRecord {
  const name = input.Name ?? '';
  const held = filters.get(context.cloud, {
    catalogId: input.TableCatalogId ?? context.account,
    database: (input.DatabaseName ?? '').toLowerCase(),
    table: (input.TableName ?? '').toLowerCase(),
    name,
  });
  if (held === undefined) throw missing(`Data cells filter not found: ${name}`);
  return held;
}

function understood(data: DataCellsFilter | undefined, context: Context): Omit<FilterRecord, 'versionId'> {
  if (data === undefined) throw invalid('TableData is required');
  const at = {
    catalogId: data.TableCatalogId ?? context.account,
    database: (data.DatabaseName ?? '').toLowerCase(),
    table: (data.TableName ?? '').toLowerCase(),
  };
  const name = data.Name ?? '';
  if (!/^[^\n\r]{1,255}$/.test(name)) throw invalid('The name of a data cells filter has 1 to 255 characters');
  if (at.catalogId !== context.account) throw invalid('Data cells filters are made in the account of the table');
  const table = requireTable(context.cloud, at);
  if (table.TargetTable !== undefined) throw invalid('Data cells filters are not supported on resource links');
  if (table.TableType === 'VIRTUAL_VIEW') throw invalid('Data cells filters are not supported on views');
  requireMaker({ ...at, name }, context, 'SELECT');
  const columns = chosen(data, table);
  const rows = rowsOf(data, table);
  return { ...at, name, ...columns, ...(rows !== undefined && { rows }) };
}

function chosen(data: DataCellsFilter, table: GlueTable): Pick<FilterRecord, 'columns' | 'excluded'> {
  const named = data.ColumnNames !== undefined && data.ColumnNames.length > 0;
  if (named === (data.ColumnWildcard !== undefined)) {
    throw invalid('A data cells filter must have either ColumnNames or ColumnWildcard');
  }
  const lower = (names: readonly string[]) => [...new Set(names.map((one) => one.toLowerCase()))];
  if (named) {
    const columns = lower(data.ColumnNames ?? []);
    requireColumns(table, { columns });
    return { columns };
  }
  const excluded = lower(data.ColumnWildcard?.ExcludedColumnNames ?? []);
  requireColumns(table, { excluded });
  return excluded.length === 0 ? {} : { excluded };
}

function rowsOf(data: DataCellsFilter, table: GlueTable): string | undefined {
  const { FilterExpression, AllRowsWildcard } = data.RowFilter ?? {};
  if ((FilterExpression === undefined) === (AllRowsWildcard === undefined)) {
    throw invalid('RowFilter must have either FilterExpression or AllRowsWildcard');
  }
  if (FilterExpression === undefined) return undefined;
  checkFilterExpression(FilterExpression, filterColumns(table));
  return FilterExpression;
}

function filterColumns(table: GlueTable): Map<string, FilterColumn> {
  const partitions = new Set((table.PartitionKeys ?? []).map((column) => column.Name?.toLowerCase()));
  const all = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
  return new Map(
    all.map((column) => {
      const name = (column.Name ?? '').toLowerCase();
      return [name, { type: column.Type ?? 'string', partition: partitions.has(name) }];
    }),
  );
}

/** Administrators, holders of SELECT with the grant option on every column, and holders of that permission on the filter. */
function requireMaker(
  at: { catalogId: string; database: string; table: string; name: string },
  context: Context,
  permission: 'SELECT' | 'DROP',
): void {
  const { cloud, caller } = context;
  const self = principalOf(caller);
  const held = grantFor(cloud, at.catalogId, self, { kind: 'filter', ...at });
  if (permission === 'DROP' && held?.permissions.includes('DROP')) return;
  const { catalogId, database, table } = at;
  requireAuthority(cloud, caller, { kind: 'columns', catalogId, database, table }, ['SELECT']);
}

function requireSight(filter: FilterRecord, context: Context): void {
  if (!sees(filter, context))
    throw new AwsError(
      'AccessDeniedException',
      `Insufficient Lake Formation permission(s): Required Describe on ${filter.name}`,
    );
}

function sees(filter: FilterRecord, { cloud, caller }: Context): boolean {
  const admin = isAdmin(cloud, caller) || isReadOnlyAdmin(cloud, caller);
  if (admin && caller.account === filter.catalogId) return true;
  const self = admin ? [principalOf(caller), caller.account] : [principalOf(caller)];
  const resource = { kind: 'filter', ...filter } as const;
  const granted = self.some((principal) =>
    [filter.catalogId, caller.account].some((account) => grantFor(cloud, account, principal, resource) !== undefined),
  );
  if (granted) return true;
  if (caller.account !== filter.catalogId) return false;
  const table = requireTable(cloud, filter);
  const order = columnNames(table);
  return tableRights(cloud, caller, table, 'grantable').cells.some(
    (cell) => cell.rows === undefined && cell.columns.length === order.length,
  );
}

function toWire(filter: FilterRecord): DataCellsFilter {
  const { catalogId, database, table, name, rows, columns, excluded, versionId } = filter;
  return {
    TableCatalogId: catalogId,
    DatabaseName: database,
    TableName: table,
    Name: name,
    RowFilter: rows === undefined ? { AllRowsWildcard: {} } : { FilterExpression: rows },
    ...(columns === undefined
      ? { ColumnNames: [], ColumnWildcard: excluded === undefined ? {} : { ExcludedColumnNames: [...excluded] } }
      : { ColumnNames: [...columns] }),
    VersionId: versionId,
  };
}
