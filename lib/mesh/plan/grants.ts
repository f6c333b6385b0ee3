import { ALL_TABLES, type Grant, type GrantResource } from '../access/grant.ts';

/** One permission change: `grant` says what is given or taken. */
export interface GrantChange {
  readonly kind: 'grant' | 'revoke';
  readonly grant: Grant;
}

type ColumnsResource = Extract<GrantResource, { kind: 'columns' }>;

/** Stands between the parts of a key; no name that AWS takes holds it. */
const SEPARATOR = '\u0000';

/** The place of a grant: there is one for each; column lists of one table share theirs. */
function grantKey({ principal, resource }: Pick<Grant, 'principal' | 'resource'>): string {
  return `${principal}${SEPARATOR}${resourceKey(resource)}`;
}

function placeOf({ resource }: Grant): string {
  return resourceKey(resource);
}

/** The place of a resource as one stable text, e.g. `columns 111111111111/sales__orders__v1/t0`. */
export function resourceId(resource: GrantResource): string {
  const [kind, ...path] = resourceKey(resource).split(SEPARATOR);
  return `${kind} ${path.join('/')}`;
}

function resourceKey(resource: GrantResource): string {
  switch (resource.kind) {
    case 'other':
      return `${resource.kind}${SEPARATOR}${resource.id}`;
    case 'database':
      return `${resource.kind}${SEPARATOR}${resource.catalogId}${SEPARATOR}${resource.database}`;
    case 'filter':
      return `${tableKey(resource)}${SEPARATOR}${resource.name}`;
    default:
      return tableKey(resource);
  }
}

function tableKey({
  kind,
  catalogId,
  database,
  table,
}: Exclude<GrantResource, { kind: 'other' | 'database' }>): string {
  return `${kind}${SEPARATOR}${catalogId}${SEPARATOR}${database}${SEPARATOR}${table}`;
}

/** The grants in normal form: one for each (principal, resource), permissions and columns sorted, in a stable order. */
export function normalizeGrants(grants: readonly Grant[]): Grant[] {
  return [...byPlace(grants)].toSorted(byKey).map(([, grant]) => grant);
}

/** The grants by their keys, those of one place made one, in the order of the first of each. */
function byPlace(grants: readonly Grant[], keyOf: (grant: Grant) => string = grantKey): Map<string, Grant> {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const key = keyOf(grant);
    const former = merged.get(key);
    const next = former === undefined ? tidy(grant) : tidy(merge(former, grant));
    if (next.permissions.length > 0) merged.set(key, next);
  }
  return merged;
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The grant with its lists sorted; the very same one when they are, so that a million of them cost no copies. */
function tidy(grant: Grant): Grant {
  const resource = tidyResource(grant.resource);
  const permissions = unique(grant.permissions);
  const grantable = unique(grant.grantable);
  const same = resource === grant.resource && permissions === grant.permissions && grantable === grant.grantable;
  return same ? grant : { ...grant, resource, permissions, grantable };
}

function tidyResource(resource: GrantResource): GrantResource {
  if (resource.kind !== 'columns') return resource;
  const columns = resource.columns === '*' ? '*' : unique(resource.columns);
  if (resource.excluded === undefined) return columns === resource.columns ? resource : { ...resource, columns };
  const { excluded, ...rest } = resource;
  return excluded.length === 0 ? { ...rest, columns } : { ...rest, columns, excluded: unique(excluded) };
}

function merge(a: Grant, b: Grant): Grant {
  return {
    ...a,
    resource: mergeResource(a.resource, b.resource),
    permissions: [...a.permissions, ...b.permissions],
    grantable: [...a.grantable, ...b.grantable],
  };
}

function mergeResource(a: GrantResource, b: GrantResource): GrantResource {
  if (a.kind !== 'columns' || b.kind !== 'columns') return a;
  if (a.columns !== '*' && b.columns !== '*') return { ...a, columns: [...a.columns, ...b.columns] };
  const { excluded: _, ...rest } = a;
  const excluded = [a, b]
    .map((resource) => withheldBy(resource))
    .reduce((left, right) => left.filter((name) => right.includes(name)));
  const shown = [a, b].flatMap((resource) => (resource.columns === '*' ? [] : resource.columns));
  return { ...rest, columns: '*', excluded: excluded.filter((name) => !shown.includes(name)) };

  /** A list withholds what the other's wildcard withholds: the names that matter are among those. */
  function withheldBy(resource: ColumnsResource): readonly string[] {
    if (resource.columns === '*') return resource.excluded ?? [];
    return [...((a as ColumnsResource).excluded ?? []), ...((b as ColumnsResource).excluded ?? [])];
  }
}

/** Sorted and each once; the very same list when it is. */
function unique<T extends string>(values: readonly T[]): readonly T[] {
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index - 1] as T) >= (values[index] as T)) return [...new Set(values)].toSorted();
  }
  return values;
}

/**
 * The changes that lead from the actual grants to the desired ones: first what widens, then what is taken, then the narrower grants in
 * the place of wider ones, filters in the place of plain grants included.
 *
 * A column list of one principal and table changes in place: the whole new list is granted, then only the columns that have to go are
 * revoked. This ends right whether Lake Formation adds lists up or keeps the last one (its documentation does not say), and the columns in
 * both lists stay readable throughout. A wildcard cannot shrink that way: it is revoked, then the list is granted.
 */
export function diffGrants(desired: readonly Grant[], actual: readonly Grant[]): GrantChange[] {
  const wanted = Map.groupBy(desired, ({ principal }) => principal);
  const held = Map.groupBy(actual, ({ principal }) => principal);
  const found: Differences = { widen: [], take: [], gone: [], replace: [] };
  for (const principal of [...new Set([...wanted.keys(), ...held.keys()])].sort()) {
    compare(byPlace(wanted.get(principal) ?? [], placeOf), byPlace(held.get(principal) ?? [], placeOf), found);
  }
  const { widen, take, gone, replace } = found;
  return [
    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
    ...[...take, ...gone].map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
    ...replace.map((grant): GrantChange => ({ kind: 'grant', grant })),
  ];
}

/**
 * The revokes of what may be there although a look did not show it: only where nothing is desired and nothing was seen, so that none takes away what shall be. Lake Formation takes
 * a revoke of what is not held as done.
 */
export function unseenRevokes(
  desired: readonly Grant[],
  seen: readonly Grant[],
  suspected: readonly Grant[],
): GrantChange[] {
  if (suspected.length === 0) return [];
  const known = new Set([...desired, ...seen].map(grantKey));
  return normalizeGrants(suspected)
    .filter((grant) => !known.has(grantKey(grant)))
    .map((grant) => ({ kind: 'revoke', grant: withoutOrigin(grant) }));
}

/** What has to be granted, what to be taken of places that stay, what of places that go, and what to be granted in the place of something taken. */
interface Differences {
  readonly widen: Grant[];
  readonly take: Grant[];
  readonly gone: Grant[];
  readonly replace: Grant[];
}

/** Adds the differences of one principal: its maps are small and short-lived, whatever the number of all grants. */
function compare(want: ReadonlyMap<string, Grant>, have: ReadonlyMap<string, Grant>, found: Differences): void {
  const differing = [...want].filter(([key, grant]) => {
    const former = have.get(key);
    return former === undefined || !isSame(former, grant);
  });
  for (const [key, grant] of differing.sort(byKey)) {
    const former = have.get(key);
    if (former === undefined) (isCancelledNow(grant, have, want) ? found.replace : found.widen).push(grant);
    else if (mustGoFirst(former, grant)) {
      found.take.push(former);
      found.replace.push(grant);
    } else {
      if (!covers(former, grant)) found.widen.push(grant);
      found.take.push(...surplus(former, grant));
    }
  }
  const gone = [...have].filter(([key, grant]) => !want.has(key) && grant.resource.kind !== 'other');
  for (const [, grant] of gone.sort(byKey)) found.gone.push(grant);
}

/** True when both give the same; both are tidy. */
function isSame(a: Grant, b: Grant): boolean {
  if (!sameList(a.permissions, b.permissions) || !sameList(a.grantable, b.grantable)) return false;
  if (a.resource.kind !== 'columns' || b.resource.kind !== 'columns') return true;
  return (
    sameList(a.resource.columns, b.resource.columns) && sameList(a.resource.excluded ?? [], b.resource.excluded ?? [])
  );
}

function sameList(a: readonly string[] | '*', b: readonly string[] | '*'): boolean {
  if (a === b) return true;
  if (a === '*' || b === '*' || a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

/** A wildcard that is to become a list, and a grant option that is to go, are taken away whole. */
function mustGoFirst(former: Grant, next: Grant): boolean {
  const keptOption = former.grantable.filter((permission) => next.permissions.includes(permission));
  if (!isSubset(keptOption, next.grantable)) return true;
  if (former.resource.kind !== 'columns' || next.resource.kind !== 'columns') return false;
  return former.resource.columns === '*' && next.resource.columns !== '*';
}

/** A filter counts for nothing as long as a plain grant stands beside it: one that has to go goes before the filter is given. */
function isCancelledNow(
  { resource }: Grant,
  have: ReadonlyMap<string, Grant>,
  want: ReadonlyMap<string, Grant>,
): boolean {
  if (resource.kind !== 'filter') return false;
  return [resource.table, ALL_TABLES].some((table) => {
    const { catalogId, database } = resource;
    const key = resourceKey({ kind: 'columns', catalogId, database, table, columns: '*' });
    return have.has(key) && !want.has(key);
  });
}

function covers(former: Grant, next: Grant): boolean {
  return (
    isSubset(next.permissions, former.permissions) &&
    isSubset(next.grantable, former.grantable) &&
    coversColumns(former.resource, next.resource)
  );
}

function coversColumns(former: GrantResource, next: GrantResource): boolean {
  if (former.kind !== 'columns' || next.kind !== 'columns') return true;
  if (former.columns === '*') return (former.excluded ?? []).length === 0;
  return next.columns !== '*' && isSubset(next.columns, former.columns);
}

/** What `former` gives and `next` does not. */
function surplus(former: Grant, next: Grant): Grant[] {
  const gone = former.permissions.filter((permission) => !next.permissions.includes(permission));
  if (gone.length > 0) {
    const grantable = former.grantable.filter((permission) => gone.includes(permission));
    return [{ ...former, permissions: gone, grantable }];
  }
  const { resource } = former;
  if (resource.kind !== 'columns' || next.resource.kind !== 'columns') return [];
  const kept = next.resource.columns;
  if (resource.columns === '*' || kept === '*') return [];
  const keep = new Set(kept);
  const columns = resource.columns.filter((name) => !keep.has(name));
  return columns.length === 0 ? [] : [{ ...former, resource: { ...resource, columns } }];
}

function withoutOrigin({ lastUpdatedBy: _by, lastUpdated: _at, ...grant }: Grant): Grant {
  return grant;
}

function isSubset<T>(part: readonly T[], whole: readonly T[]): boolean {
  if (part.length * whole.length < 64) return part.every((entry) => whole.includes(entry));
  const all = new Set(whole);
  return part.every((entry) => all.has(entry));
}

/** Runs of one kind, in order, each at most `size` long (Lake Formation takes 20 entries in a batch). */
export function toBatches(changes: readonly GrantChange[], size = 20): GrantChange[][] {
  const batches: GrantChange[][] = [];
  for (const change of changes) {
    const last = batches.at(-1);
    if (last !== undefined && last.length < size && last[0]?.kind === change.kind) last.push(change);
    else batches.push([change]);
  }
  return batches;
}

/** True when the change gives somebody something. */
export function broadens(change: GrantChange): boolean {
  return change.kind === 'grant' && change.grant.permissions.length > 0;
}
