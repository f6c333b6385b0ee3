import { ALL_TABLES, type Grant, type GrantResource } from '../access/grant.ts';

/** One permission change: `grant` says what is given or taken. */
export interface GrantChange {
  readonly kind: 'grant' | 'revoke';
  readonly grant: Grant;
}

type ColumnsResource = Extract<GrantResource, { kind: 'columns' }>;

/** The place of a grant: there is one for each; column lists of one table share theirs. */
function grantKey({ principal, resource }: Pick<Grant, 'principal' | 'resource'>): string {
  return JSON.stringify([principal, ...resourceKey(resource)]);
}

/** The place of a resource as one stable text, e.g. `columns 111111111111/sales__orders__v1/t0`. */
export function resourceId(resource: GrantResource): string {
  const [kind, ...path] = resourceKey(resource);
  return `${kind} ${path.join('/')}`;
}

function resourceKey(resource: GrantResource): string[] {
  switch (resource.kind) {
    case 'other':
      return [resource.kind, resource.id];
    case 'database':
      return [resource.kind, resource.catalogId, resource.database];
    case 'filter':
      return [resource.kind, resource.catalogId, resource.database, resource.table, resource.name];
    default:
      return [resource.kind, resource.catalogId, resource.database, resource.table];
  }
}

/** The grants in normal form: one for each (principal, resource), permissions and columns sorted, in a stable order. */
export function normalizeGrants(grants: readonly Grant[]): Grant[] {
  const merged = new Map<string, Grant>();
  for (const grant of grants) {
    const key = grantKey(grant);
    const former = merged.get(key);
    const next = former === undefined ? tidy(grant) : tidy(merge(former, grant));
    if (next.permissions.length > 0) merged.set(key, next);
  }
  return [...merged].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, grant]) => grant);
}

function tidy(grant: Grant): Grant {
  return {
    ...grant,
    resource: tidyResource(grant.resource),
    permissions: unique(grant.permissions),
    grantable: unique(grant.grantable),
  };
}

function tidyResource(resource: GrantResource): GrantResource {
  if (resource.kind !== 'columns') return resource;
  const { excluded, ...rest } = resource;
  const columns = rest.columns === '*' ? '*' : unique(rest.columns);
  return excluded === undefined || excluded.length === 0
    ? { ...rest, columns }
    : { ...rest, columns, excluded: unique(excluded) };
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

function unique<T extends string>(values: readonly T[]): T[] {
  return [...new Set(values)].toSorted();
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
  const have = new Map(normalizeGrants(actual).map((grant) => [grantKey(grant), grant]));
  const want = new Map(normalizeGrants(desired).map((grant) => [grantKey(grant), grant]));
  const widen: Grant[] = [];
  const take: Grant[] = [];
  const replace: Grant[] = [];
  for (const [key, grant] of want) {
    const former = have.get(key);
    if (former === undefined) (isCancelledNow(grant, have, want) ? replace : widen).push(grant);
    else if (mustGoFirst(former, grant)) {
      take.push(former);
      replace.push(grant);
    } else {
      if (!covers(former, grant)) widen.push(grant);
      take.push(...surplus(former, grant));
    }
  }
  for (const [key, grant] of have) {
    if (!want.has(key) && grant.resource.kind !== 'other') take.push(grant);
  }
  return [
    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
    ...take.map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
    ...replace.map((grant): GrantChange => ({ kind: 'grant', grant })),
  ];
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
  { principal, resource }: Grant,
  have: ReadonlyMap<string, Grant>,
  want: ReadonlyMap<string, Grant>,
): boolean {
  if (resource.kind !== 'filter') return false;
  return [resource.table, ALL_TABLES].some((table) => {
    const { catalogId, database } = resource;
    const key = grantKey({ principal, resource: { kind: 'columns', catalogId, database, table, columns: '*' } });
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
  const columns = resource.columns.filter((name) => !kept.includes(name));
  return columns.length === 0 ? [] : [{ ...former, resource: { ...resource, columns } }];
}

function withoutOrigin({ lastUpdatedBy: _by, lastUpdated: _at, ...grant }: Grant): Grant {
  return grant;
}

function isSubset<T>(part: readonly T[], whole: readonly T[]): boolean {
  return part.every((entry) => whole.includes(entry));
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
