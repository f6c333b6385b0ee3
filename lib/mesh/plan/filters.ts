import type { CellsFilter } from '../access/grant.ts';

export interface FilterChange {
  readonly kind: 'createFilter' | 'updateFilter' | 'deleteFilter';
  readonly filter: CellsFilter;
}

/** The changes that make the data cells filters equal to the desired ones; deletions come last, after the grants on them are gone. */
export declare function diffFilters(desired: readonly CellsFilter[], actual: readonly CellsFilter[]): FilterChange[];
