import { ALL_TABLES, type CellsFilter, type Grant, type GrantResource } from '../access/grant.ts';
import type { TableInputLike } from '../contract/glue-table.ts';
import { isEqual } from '../equal.ts';
import { normalizeGrants } from './grants.ts';

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

/** The desired access as far as its principals have it already: what is taken away or made smaller, and nothing new. */
export function withoutWidening(desired: AccessState, actual: Pick<AccessState, 'grants'>): AccessState {
  const grants = desired.grants.flatMap((wanted): Grant[] => {
    const held = actual.grants.filter(({ principal }) => principal === wanted.principal);
    // What is held of single tables lies within what is wanted of all, and beside all tables it is too much.
    const some = isOfAll(wanted.resource) && !held.some(({ resource }) => isEqual(resource, wanted.resource));
    return held.flatMap((grant): Grant[] => {
      const within = some && isOfOneTable(grant.resource, wanted.resource);
      const resource = within ? grant.resource : common(wanted.resource, grant.resource);
      if (resource === undefined) return [];
      const permissions = wanted.permissions.filter((permission) => grant.permissions.includes(permission));
      const grantable = wanted.grantable.filter((permission) => grant.grantable.includes(permission));
      return permissions.length === 0 ? [] : [{ ...wanted, resource, permissions, grantable }];
    });
  });
  return { grants: normalizeGrants(grants), filters: desired.filters };
}

function isOfAll(resource: GrantResource): boolean {
  return 'table' in resource && resource.table === ALL_TABLES;
}

function isOfOneTable(held: GrantResource, all: GrantResource): boolean {
  if (!('table' in held) || !('table' in all) || held.kind !== all.kind || held.table === ALL_TABLES) return false;
  return held.catalogId === all.catalogId && held.database === all.database;
}

/** The part of what is wanted that lies within what is held. */
function common(wanted: GrantResource, held: GrantResource): GrantResource | undefined {
  if (wanted.kind === 'database' || !('table' in wanted)) return isEqual(wanted, held) ? wanted : undefined;
  if (!('table' in held) || held.catalogId !== wanted.catalogId || held.database !== wanted.database) return undefined;
  if (held.table !== ALL_TABLES && held.table !== wanted.table) return undefined;
  if (held.kind === 'columns' && held.columns === '*' && (held.excluded ?? []).length === 0) {
    return wanted.kind === 'table' ? undefined : wanted;
  }
  if (wanted.kind === 'columns' && held.kind === 'columns') {
    const shown = (name: string) =>
      held.columns === '*' ? held.excluded?.includes(name) !== true : held.columns.includes(name);
    if (wanted.columns === '*') return held;
    const columns = wanted.columns.filter(shown);
    return columns.length === 0 ? undefined : { ...wanted, columns };
  }
  if (wanted.kind === 'filter' && held.kind === 'filter') return wanted.name === held.name ? wanted : undefined;
  return wanted.kind === 'table' && held.kind === 'table' ? wanted : undefined;
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
