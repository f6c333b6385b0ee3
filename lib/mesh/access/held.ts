import { isEqual } from '../equal.ts';
import type { CellsFilter, Grant } from './grant.ts';

/** What some principals were found to hold of one product in the governance account: what the trail tells of access there as of any moment. */
export interface Held {
  /** ISO 8601: when it was looked at. */
  readonly at: string;
  readonly grants: readonly Grant[];
  /** The data cells filters that the grants on either side name, as they were then. */
  readonly filters: readonly CellsFilter[];
}

/** What is known to be held after a look; `former` itself when the look found nothing new, undefined when there never was anything. */
export function heldAfter(former: Held | undefined, found: Held): Held | undefined {
  const nothing = found.grants.length === 0 && found.filters.length === 0;
  if (former === undefined) return nothing ? undefined : found;
  return isEqual(essence(former), essence(found)) ? former : found;
}

/** Who changed a grant last, and when, is news only beside another grant. */
function essence({ grants, filters }: Held): unknown {
  const plain = grants.map(({ lastUpdatedBy: _by, lastUpdated: _at, ...grant }) => JSON.stringify(grant));
  return [plain.toSorted(), filters.map((filter) => JSON.stringify(filter)).toSorted()];
}

/** The filters that some of the grants name. */
export function namedFilters(grants: readonly Grant[], filters: readonly CellsFilter[]): CellsFilter[] {
  const names = new Set(
    grants.flatMap(({ resource }) => (resource.kind === 'filter' ? [`${resource.table}/${resource.name}`] : [])),
  );
  return filters.filter(({ table, name }) => names.has(`${table}/${name}`));
}
