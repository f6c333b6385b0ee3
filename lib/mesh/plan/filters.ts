import type { CellsFilter } from '../access/grant.ts';

export interface FilterChange {
  readonly kind: 'createFilter' | 'updateFilter' | 'deleteFilter';
  readonly filter: CellsFilter;
}

/**
 * The changes that make the data cells filters equal to the desired ones. Creations and updates come first, before the grants that name
 * them; deletions last, after the grants on them are gone.
 */
export function diffFilters(desired: readonly CellsFilter[], actual: readonly CellsFilter[]): FilterChange[] {
  const have = new Map(actual.map((filter) => [key(filter), filter]));
  const wanted = new Set(desired.map(key));
  const written = desired.flatMap((filter): FilterChange[] => {
    const former = have.get(key(filter));
    if (former === undefined) return [{ kind: 'createFilter', filter }];
    return sameFilter(filter, former) ? [] : [{ kind: 'updateFilter', filter }];
  });
  const gone = actual.filter((filter) => !wanted.has(key(filter)));
  return [...written, ...gone.map((filter): FilterChange => ({ kind: 'deleteFilter', filter }))];
}

function key({ catalogId, database, table, name }: CellsFilter): string {
  return JSON.stringify([catalogId, database, table, name]);
}

function sameFilter(a: CellsFilter, b: CellsFilter): boolean {
  const columns = (filter: CellsFilter) => (filter.columns === '*' ? '*' : filter.columns.toSorted().join());
  return (a.rows ?? '') === (b.rows ?? '') && columns(a) === columns(b);
}
