import { ALL_TABLES, type CellsFilter, type Grant } from '../access/grant.ts';
import type { TableInputLike } from '../contract/glue-table.ts';

/** Grants and filters that belong together. */
export interface AccessState {
  readonly grants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
}

/**
 * True when the access that is shows all columns or tables somewhere, those that come later included, where the desired access no longer
 * does. It has to be narrowed before the catalog gets new columns: a wildcard would show them from the moment they are there.
 */
export function mustNarrowFirst(desired: AccessState, actual: AccessState): boolean {
  const wanted = new Set(wildcardsOf(desired));
  return wildcardsOf(actual).some((wildcard) => !wanted.has(wildcard));
}

/** The desired access as far as it can be granted on the tables that there are: what is still to come is left out. */
export function accessOnExisting(desired: AccessState, tables: readonly TableInputLike[]): AccessState {
  const known = new Map(
    tables.map((table) => [
      table.Name,
      new Set([...table.StorageDescriptor.Columns, ...table.PartitionKeys].map((column) => column.Name)),
    ]),
  );
  const filters = desired.filters.flatMap((filter): CellsFilter[] => {
    const columns = existing(filter.columns, known.get(filter.table));
    return columns === undefined ? [] : [{ ...filter, columns }];
  });
  const grants = desired.grants.flatMap((grant): Grant[] => {
    const { resource } = grant;
    if (!('table' in resource) || resource.table === ALL_TABLES) return [grant];
    if (!known.has(resource.table)) return [];
    if (resource.kind === 'filter') return filters.some((filter) => isOn(filter, resource)) ? [grant] : [];
    if (resource.kind !== 'columns') return [grant];
    const columns = existing(resource.columns, known.get(resource.table));
    return columns === undefined ? [] : [{ ...grant, resource: { ...resource, columns } }];
  });
  return { grants, filters };
}

function wildcardsOf({ grants, filters }: AccessState): string[] {
  return [
    ...grants.flatMap(({ principal, resource }) =>
      resource.kind === 'columns' && resource.columns === '*' ? [JSON.stringify([principal, resource.table])] : [],
    ),
    ...filters
      .filter(({ columns }) => columns === '*')
      .map(({ table, name }) => JSON.stringify([table, name, 'filter'])),
  ];
}

/** The columns that are there; undefined when none of them is. */
function existing(
  columns: readonly string[] | '*',
  known: ReadonlySet<string> | undefined,
): readonly string[] | '*' | undefined {
  if (known === undefined || columns === '*') return known && columns;
  const there = columns.filter((name) => known.has(name));
  return there.length === 0 ? undefined : there;
}

function isOn(filter: CellsFilter, resource: { readonly table: string; readonly name: string }): boolean {
  return filter.table === resource.table && filter.name === resource.name;
}
