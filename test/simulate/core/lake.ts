import type { Grant, GrantResource } from '#mesh/access/grant.ts';
import type { GrantChange } from '#mesh/plan/grants.ts';

/**
 * Lake Formation's grants in one account, without anything else of it: what is granted adds up, what is revoked goes, a revoke of what is not there changes nothing. Kept in
 * the normal form, so that a read-back costs nothing.
 */
export class Lake {
  readonly #held = new Map<string, Grant>();

  apply({ kind, grant }: GrantChange): void {
    const key = keyOf(grant);
    const former = this.#held.get(key);
    const next = kind === 'grant' ? sum(former, grant) : former && difference(former, grant);
    if (next === undefined) this.#held.delete(key);
    else this.#held.set(key, next);
  }

  grants(): Grant[] {
    return [...this.#held.values()];
  }
}

/** One grant for each principal and place; the columns are no part of the place. */
function keyOf({ principal, resource }: Grant): string {
  if (resource.kind === 'other') return `${principal} ${resource.id}`;
  const table = resource.kind === 'database' ? '' : resource.table;
  const filter = resource.kind === 'filter' ? resource.name : '';
  return `${principal} ${resource.kind} ${resource.catalogId} ${resource.database} ${table} ${filter}`;
}

function sum(former: Grant | undefined, grant: Grant): Grant {
  if (former === undefined) return grant;
  return {
    ...former,
    permissions: union(former.permissions, grant.permissions),
    grantable: union(former.grantable, grant.grantable),
    resource: withColumns(former.resource, grant.resource, union),
  };
}

function difference(former: Grant, gone: Grant): Grant | undefined {
  const { resource } = former;
  const list = gone.resource.kind === 'columns' && gone.resource.columns !== '*';
  // From a wildcard no list can be taken.
  if (list && resource.kind === 'columns' && resource.columns === '*') return former;
  if (list && resource.kind === 'columns' && resource.columns !== '*') {
    const left = withColumns(resource, gone.resource, (a, b) => a.filter((name) => !b.includes(name)));
    return left.kind === 'columns' && left.columns.length === 0 ? undefined : { ...former, resource: left };
  }
  const permissions = former.permissions.filter((permission) => !gone.permissions.includes(permission));
  if (permissions.length === 0) return undefined;
  return { ...former, permissions, grantable: former.grantable.filter((one) => permissions.includes(one)) };
}

type Merge = (a: readonly string[], b: readonly string[]) => string[];

function withColumns(one: GrantResource, other: GrantResource, merge: Merge): GrantResource {
  if (one.kind !== 'columns' || other.kind !== 'columns') return one;
  if (one.columns === '*' || other.columns === '*') return { ...one, columns: '*' };
  return { ...one, columns: merge(one.columns, other.columns) };
}

function union<T extends string>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])].sort();
}
