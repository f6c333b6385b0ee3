import { ALL_TABLES, type CellsFilter, type Grant, type GrantResource } from '../access/grant.ts';
import type { AccessState } from '../plan/before-catalog.ts';
import { diffFilters } from '../plan/filters.ts';
import { normalizeGrants, resourceId } from '../plan/grants.ts';
import { type DriftFinding, type DriftKind, foundGrant } from './finding.ts';

/** The principal that stands for "IAM alone decides". */
export const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';

/** How grants and filters are told of: `local` are those in a consumer's account. */
interface Place {
  readonly account: string;
  readonly local?: boolean;
}

/** What was changed past the mesh in grants and filters: `left` is what the mesh left, `found` is what is there now. */
export function accessDrift(left: AccessState, found: AccessState, place: Place): DriftFinding[] {
  return [...grantDrift(left, found, place), ...filterDrift(left.filters, found.filters, place)];
}

function grantDrift(left: AccessState, found: AccessState, place: Place): DriftFinding[] {
  const had = byPlace(left.grants);
  const has = byPlace(found.grants);
  const filtered = filteredPlaces([...left.grants, ...found.grants]);
  const added = [...has].flatMap(([key, grant]): DriftFinding[] => {
    if (grant.resource.kind === 'other') return [];
    const surplus = beyond(grant, had.get(key));
    return surplus === undefined ? [] : [findingOf(addedKind(grant, filtered, place), key, grant, surplus, place)];
  });
  const missing = [...had].flatMap(([key, grant]): DriftFinding[] => {
    const lack = beyond(grant, has.get(key));
    const kind = place.local === true ? 'LocalGrantMissing' : 'GrantMissing';
    return lack === undefined ? [] : [findingOf(kind, key, { ...grant, ...NOBODY }, lack, place)];
  });
  return [...added, ...missing];
}

/** Who took something away is not in a list of what is there. */
const NOBODY = { lastUpdatedBy: undefined, lastUpdated: undefined };

function byPlace(grants: readonly Grant[]): Map<string, Grant> {
  return new Map(normalizeGrants(grants).map((grant) => [`${grant.principal} ${resourceId(grant.resource)}`, grant]));
}

function addedKind(grant: Grant, filtered: ReadonlySet<string>, place: Place): DriftKind {
  const { principal, resource } = grant;
  if (resource.kind === 'columns' && isBesideFilter(principal, resource, filtered)) return 'PlainGrantBesideFilter';
  if (place.local === true) return 'LocalGrantAdded';
  return principal === EVERYBODY ? 'OpenToEverybody' : 'GrantAdded';
}

function filteredPlaces(grants: readonly Grant[]): Set<string> {
  return new Set(
    grants.flatMap(({ principal, resource }) =>
      resource.kind === 'filter' ? [`${principal} ${resource.table}`, `${principal} ${ALL_TABLES}`] : [],
    ),
  );
}

/** A plain grant of SELECT makes Lake Formation answer without the filter that the same principal has on the table. */
function isBesideFilter(principal: string, { table }: { readonly table: string }, filtered: ReadonlySet<string>) {
  return filtered.has(`${principal} ${table}`);
}

/** What `grant` gives that `other` does not, in words; undefined when it gives nothing more. */
function beyond(grant: Grant, other: Grant | undefined): string | undefined {
  if (other === undefined) return grant.permissions.join(', ');
  const more = grant.permissions.filter((permission) => !other.permissions.includes(permission));
  if (more.length > 0) return more.join(', ');
  const columns = columnsBeyond(grant.resource, other.resource);
  if (columns !== undefined) return `${grant.permissions.join(', ')} on ${columns}`;
  const option = grant.grantable.filter((permission) => !other.grantable.includes(permission));
  return option.length === 0 ? undefined : `the right to pass on ${option.join(', ')}`;
}

function columnsBeyond(resource: GrantResource, other: GrantResource): string | undefined {
  if (resource.kind !== 'columns' || other.kind !== 'columns') return undefined;
  const withheld = other.columns === '*' ? (other.excluded ?? []) : undefined;
  if (resource.columns === '*') {
    const kept = (withheld ?? []).filter((name) => resource.excluded?.includes(name) !== true);
    if (withheld === undefined) return 'every column';
    return kept.length === 0 ? undefined : `column ${kept.join(', ')}`;
  }
  const more = resource.columns.filter((name) =>
    other.columns === '*' ? withheld?.includes(name) === true : !other.columns.includes(name),
  );
  return more.length === 0 ? undefined : `column ${more.join(', ')}`;
}

function findingOf(kind: DriftKind, on: string, grant: Grant, more: string, { account }: Place): DriftFinding {
  const { principal, resource, lastUpdatedBy, lastUpdated } = grant;
  const where = nameOf(resource);
  const what =
    kind === 'GrantMissing' || kind === 'LocalGrantMissing'
      ? `${principal} no longer has ${more} on ${where}`
      : kind === 'PlainGrantBesideFilter'
        ? `${principal} holds ${more} on ${where} beside a filter, which cancels the filter`
        : `${principal} holds ${more} on ${where}, which the mesh never gave`;
  return {
    kind,
    account,
    on,
    what,
    ...(lastUpdatedBy === undefined ? {} : { by: lastUpdatedBy }),
    ...(lastUpdated === undefined ? {} : { since: lastUpdated }),
    ...(kind === 'GrantMissing' || kind === 'LocalGrantMissing' ? {} : { grant: foundGrant(grant) }),
  };
}

function nameOf(resource: GrantResource): string {
  if (resource.kind === 'other') return resource.id;
  if (resource.kind === 'database') return `database ${resource.database}`;
  const table =
    resource.table === ALL_TABLES ? `every table of ${resource.database}` : `${resource.database}.${resource.table}`;
  return resource.kind === 'filter' ? `filter ${resource.name} of ${table}` : table;
}

function filterDrift(left: readonly CellsFilter[], found: readonly CellsFilter[], { account }: Place): DriftFinding[] {
  return diffFilters(left, found).map(({ kind, filter }): DriftFinding => {
    const on = `${filter.database}.${filter.table}/${filter.name}`;
    if (kind === 'createFilter') return { kind: 'FilterMissing', account, on, what: `the filter ${on} is gone` };
    if (kind === 'deleteFilter') {
      return { kind: 'FilterAdded', account, on, what: `the filter ${on} is none of the mesh's` };
    }
    const now = found.find((other) => other.table === filter.table && other.name === filter.name);
    const what = `the filter ${on} was changed: ${changesOf(filter, now)}`;
    return { kind: 'FilterChanged', account, on, what, ...(now === undefined ? {} : { filter: now }) };
  });
}

function changesOf(was: CellsFilter, now: CellsFilter | undefined): string {
  const rows = (filter: CellsFilter | undefined) => filter?.rows ?? 'every row';
  const columns = (filter: CellsFilter | undefined) =>
    filter === undefined || filter.columns === '*' ? 'every column' : filter.columns.join(', ');
  return [
    ...(rows(was) === rows(now) ? [] : [`rows ${rows(now)} instead of ${rows(was)}`]),
    ...(columns(was) === columns(now) ? [] : [`columns ${columns(now)} instead of ${columns(was)}`]),
  ].join('; ');
}
