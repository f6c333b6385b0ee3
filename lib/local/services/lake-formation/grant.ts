import type { DataLakePrincipal, Permission as P, Resource } from '@aws-sdk/client-lakeformation';
import type { Context } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { requireAuthority } from './authority.ts';
import { isExternal, shareForGrant } from './cross-account.ts';
import { invalid, notAuthorized } from './errors.ts';
import { requireExisting } from './existence.ts';
import { type GrantRecord, grantFor, grantsOnDatabase, putGrant } from './grants.ts';
import { accountOf, IAM_ALLOWED, principalOf } from './principal.ts';
import type { LfResource, Permission } from './resource.ts';
import { isAdmin } from './settings.ts';
import { type Part, partsOf, requireValid } from './validity.ts';
import { parsePrincipal, parseResource } from './wire-resource.ts';

/** A grant or a revocation as asked for. */
export interface GrantRequest {
  readonly CatalogId?: string | undefined;
  readonly Principal?: DataLakePrincipal | undefined;
  readonly Resource?: Resource | undefined;
  readonly Permissions?: readonly P[] | undefined;
  readonly PermissionsWithGrantOption?: readonly P[] | undefined;
}

const FILTERS_PER_PRINCIPAL_AND_TABLE = 100;

/**
 * Adds permissions to what a principal holds on a resource; granting again changes nothing.
 * @throws AwsError InvalidInputException, EntityNotFoundException, AccessDeniedException
 */
export function grant(request: GrantRequest, context: Context): void {
  const { principal, resource, permissions, grantable } = understood(request, context);
  const { cloud, caller } = context;
  if (principal === IAM_ALLOWED) requireOpenable(resource, permissions, grantable, context.account);
  const given: Permission[] = [...new Set([...permissions, ...grantable])];
  const parts = partsOf(resource, given, grantable);
  for (const part of parts) requireAuthority(cloud, caller, part.resource, part.permissions);
  const leaves = context.account === resource.catalogId && isExternal(principal, context.account);
  if (context.account !== resource.catalogId && accountOf(principal) !== context.account) throw notAuthorized();
  const share = leaves ? shareForGrant(cloud, principal, resource, given) : undefined;
  const kept = principal === IAM_ALLOWED ? [{ resource, permissions: given, grantable: [] }] : parts;
  for (const part of kept) {
    requireRoom(context, principal, part.resource);
    add(context, principal, part, share);
  }
}

/**
 * Takes permissions away.
 * @throws AwsError InvalidInputException when the principal does not hold all of them
 */
export function revoke(request: GrantRequest, context: Context): void {
  const { principal, resource, permissions, grantable } = understood(request, context);
  const { cloud, caller, account } = context;
  const parts = partsOf(resource, permissions, grantable);
  const kept = principal === IAM_ALLOWED ? [{ resource, permissions, grantable }] : parts;
  if (account === resource.catalogId || !isAdmin(cloud, caller)) {
    for (const part of parts) requireAuthority(cloud, caller, part.resource, part.permissions);
  }
  const wanted = new Set([...permissions, ...grantable]);
  const lacking = kept.flatMap((part) => {
    const held = grantFor(cloud, account, principal, part.resource);
    // Everything stands for its members: whoever revokes it need not know which of them are left.
    const relevant = (list: readonly Permission[]) =>
      list.filter((one) => wanted.has(one) && (!wanted.has('ALL') || one === 'ALL'));
    return [
      ...relevant(part.permissions).filter((one) => !covered(held?.permissions, part, held, one)),
      ...relevant(part.grantable).filter((one) => !covered(held?.grantable, part, held, one)),
    ];
  });
  if (lacking.length > 0) {
    throw invalid(`No permissions revoked. Grantee does not have: [${[...new Set(lacking)].join(', ')}]`);
  }
  for (const part of kept) subtract(context, principal, part);
}

function understood(request: GrantRequest, context: Context) {
  const principal = parsePrincipal(request.Principal);
  const resource = parseResource(request.Resource, request.CatalogId ?? context.account);
  const permissions = [...new Set(request.Permissions ?? [])];
  const grantable = [...new Set(request.PermissionsWithGrantOption ?? [])];
  const kind = existing(context, resource);
  requireValid(resource, kind, permissions, grantable);
  return { principal, resource, permissions, grantable };
}

/** Another account does not learn what exists in a catalog. */
function existing(context: Context, resource: LfResource) {
  try {
    return requireExisting(context.cloud, resource);
  } catch (error) {
    throw context.account === resource.catalogId ? error : notAuthorized();
  }
}

function requireOpenable(
  resource: LfResource,
  permissions: readonly Permission[],
  grantable: readonly Permission[],
  account: string,
): void {
  const only = (one: Permission) => permissions.length === 1 && permissions[0] === one && grantable.length === 0;
  if (resource.catalogId !== account) {
    throw invalid('Permissions on a shared resource cannot be granted to IAM_ALLOWED_PRINCIPALS');
  }
  if (resource.kind === 'catalog' && only('CREATE_DATABASE')) return;
  if ((resource.kind === 'database' || resource.kind === 'table') && only('ALL')) return;
  throw invalid('IAM_ALLOWED_PRINCIPALS can only be granted ALL, without the grant option');
}

function requireRoom({ cloud, account }: Context, principal: string, resource: LfResource): void {
  if (resource.kind !== 'filter') return;
  const held = grantsOnDatabase(cloud, account, resource.catalogId, resource.database).filter(
    (one) => one.principal === principal && one.resource.kind === 'filter' && one.resource.table === resource.table,
  );
  const again = held.some((one) => one.resource.kind === 'filter' && one.resource.name === resource.name);
  if (!again && held.length >= FILTERS_PER_PRINCIPAL_AND_TABLE) {
    throw invalid(`A principal can have at most ${FILTERS_PER_PRINCIPAL_AND_TABLE} data cells filters on a table`);
  }
}

/** Unites a part with what is there already. */
export function add(context: Context, principal: string, part: Part, share?: string): void {
  const { cloud, account } = context;
  const held = grantFor(cloud, account, principal, part.resource);
  const resource = withColumns(part.resource, held?.resource, (mine, theirs) => [...new Set([...theirs, ...mine])]);
  const grantable = [...new Set([...(held?.grantable ?? []), ...part.grantable])].sort();
  const permissions = [...new Set([...(held?.permissions ?? []), ...part.permissions, ...grantable])].sort();
  const stamp = { lastUpdated: Math.floor(context.now / 1000), lastUpdatedBy: principalOf(context.caller) };
  const carried = share ?? held?.share;
  putGrant(cloud, account, {
    principal,
    resource,
    permissions,
    grantable,
    ...stamp,
    ...(carried !== undefined && { share: carried }),
  });
}

function subtract(context: Context, principal: string, part: Part): void {
  const { cloud, account } = context;
  const held = grantFor(cloud, account, principal, part.resource);
  if (held === undefined) return;
  const stamp = { lastUpdated: Math.floor(context.now / 1000), lastUpdatedBy: principalOf(context.caller) };
  const gone = new Set(part.permissions);
  if (held.resource.kind === 'columns' && part.resource.kind === 'columns' && part.resource.columns !== undefined) {
    const revoked = part.resource.columns;
    const columns = (held.resource.columns ?? []).filter((column) => !revoked.includes(column));
    if (gone.has('SELECT') && columns.length > 0) {
      putGrant(cloud, account, { ...held, ...stamp, resource: { ...held.resource, columns } });
      return;
    }
  }
  if (gone.size > 0 && held.permissions.includes('ALL')) gone.add('ALL');
  const permissions = held.permissions.filter((one) => !gone.has(one));
  const stopped = new Set([...gone, ...part.grantable, ...(part.grantable.length > 0 ? ['ALL'] : [])]);
  const grantable = held.grantable.filter((one) => !stopped.has(one));
  putGrant(cloud, account, { ...held, ...stamp, permissions, grantable });
  if (part.resource.kind === 'columns' && gone.has('SELECT')) forgetAll(context, principal, part.resource);
}

/** SELECT gone from a table of which the principal held everything: what is left is no longer everything. */
function forgetAll(context: Context, principal: string, columns: LfResource & { kind: 'columns' }): void {
  const { catalogId, database, table } = columns;
  const resource: LfResource = { kind: 'table', catalogId, database, table };
  const held = grantFor(context.cloud, context.account, principal, resource);
  if (held === undefined || principal === IAM_ALLOWED) return;
  const without = (list: readonly Permission[]) => list.filter((one) => one !== 'ALL');
  putGrant(context.cloud, context.account, {
    ...held,
    permissions: without(held.permissions),
    grantable: without(held.grantable),
  });
}

function covered(
  list: readonly Permission[] | undefined,
  part: Part,
  held: GrantRecord | undefined,
  permission: Permission,
): boolean {
  if (list?.includes(permission) !== true) return false;
  if (part.resource.kind !== 'columns' || held?.resource.kind !== 'columns') return true;
  const has = held.resource.columns;
  return part.resource.columns === undefined || part.resource.columns.every((column) => has?.includes(column));
}

function withColumns(
  resource: LfResource,
  held: LfResource | undefined,
  merge: (mine: readonly string[], theirs: readonly string[]) => readonly string[],
): LfResource {
  if (resource.kind !== 'columns' || resource.columns === undefined || held?.kind !== 'columns') return resource;
  return { ...resource, columns: merge(resource.columns, held.columns ?? []) };
}

/** Drops every grant that the catalog's owner made on a table, as Lake Formation does when the table goes; on a database when absent. */
export function forgetGrants(context: Context, at: { catalogId: string; database: string; table?: string }): void {
  const { cloud } = context;
  for (const held of grantsOnDatabase(cloud, at.catalogId, at.catalogId, at.database)) {
    const { resource } = held;
    if (at.table !== undefined && !('table' in resource && resource.table === at.table)) continue;
    if (at.table !== undefined && catalog.table(cloud, at.catalogId, at.database, at.table) !== undefined) continue;
    putGrant(cloud, at.catalogId, { ...held, permissions: [], grantable: [] });
  }
}
