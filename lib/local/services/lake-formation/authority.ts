import type { Cloud } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { columnNames, type GlueTable } from '../glue/types.ts';
import { columnsOf } from './cells.ts';
import { notAuthorized } from './errors.ts';
import { filters } from './filter-store.ts';
import { type GrantRecord, grantFor, grantsOf } from './grants.ts';
import { covers } from './location-store.ts';
import { coversAccount, principalOf } from './principal.ts';
import { type LfResource, type Permission, resourceKey, WILDCARD } from './resource.ts';
import { databaseRights, tableRights } from './rights.ts';
import { isAdmin } from './settings.ts';
import { isShareAccepted } from './share-store.ts';

/**
 * Checks that the caller may pass a permission on: an administrator of the owner may pass anything on, everybody else what it holds with the
 * grant option; outside the owner's account an administrator holds what the account was given.
 * @throws AwsError AccessDeniedException
 */
export function requireAuthority(
  cloud: Cloud,
  caller: Caller,
  resource: LfResource,
  permissions: readonly Permission[],
): void {
  if (caller.account === resource.catalogId && isAdmin(cloud, caller)) return;
  const passing = passable(cloud, caller, resource);
  if (!permissions.every((permission) => passing.has(permission))) throw notAuthorized();
}

function passable(cloud: Cloud, caller: Caller, resource: LfResource): ReadonlySet<Permission> {
  switch (resource.kind) {
    case 'database': {
      const database = catalog.database(cloud, resource.catalogId, resource.database);
      return database === undefined ? new Set() : databaseRights(cloud, caller, database, 'grantable');
    }
    case 'table':
      return tableRights(cloud, caller, tableOf(cloud, resource), 'grantable').permissions;
    case 'columns':
      return passableColumns(cloud, caller, resource);
    case 'filter':
      return passableFilter(cloud, caller, resource);
    default:
      return explicit(cloud, caller, resource);
  }
}

/** SELECT when every column asked for is held, with every row or through a filter, with the grant option. */
function passableColumns(
  cloud: Cloud,
  caller: Caller,
  resource: LfResource & { kind: 'columns' },
): ReadonlySet<Permission> {
  const table = tableOf(cloud, resource);
  const rights = tableRights(cloud, caller, table, 'grantable');
  if (resource.table === WILDCARD) return rights.permissions;
  const order = columnNames(table);
  const held = columnsOf(rights.cells, order);
  const asked = resource.columns ?? order.filter((column) => !resource.excluded?.includes(column));
  const covered = asked.every((column) => held.includes(column));
  return rights.permissions.has('SELECT') && covered ? new Set(['SELECT']) : new Set();
}

/** What is held on the filter itself, or SELECT on all that the filter shows. */
function passableFilter(
  cloud: Cloud,
  caller: Caller,
  resource: LfResource & { kind: 'filter' },
): ReadonlySet<Permission> {
  const held = new Set(explicit(cloud, caller, resource));
  const filter = filters.get(cloud, resource);
  const table = catalog.table(cloud, resource.catalogId, resource.database, resource.table);
  if (filter === undefined || table === undefined) return held;
  const order = columnNames(table);
  const shown = filter.columns ?? order.filter((column) => !filter.excluded?.includes(column));
  const { cells } = tableRights(cloud, caller, table, 'grantable');
  const everyRow = columnsOf(
    cells.filter((cell) => cell.rows === undefined),
    order,
  );
  if (shown.every((column) => everyRow.includes(column))) held.add('SELECT');
  return held;
}

/** What grants on exactly this resource let the caller pass on. */
function explicit(cloud: Cloud, caller: Caller, resource: LfResource): ReadonlySet<Permission> {
  const owner = resource.catalogId;
  const self = principalOf(caller);
  if (caller.account === owner) return new Set(grantFor(cloud, owner, self, resource)?.grantable ?? []);
  const key = resourceKey(resource);
  const same = (grant: GrantRecord) =>
    resourceKey(grant.resource) === key ||
    (grant.resource.kind === 'location' && resource.kind === 'location' && covers(grant.resource.arn, resource.arn));
  const byOwner = grantsOf(cloud, owner).filter(
    (grant) => same(grant) && isShareAccepted(cloud, grant.share, caller.account),
  );
  const account = new Set(
    byOwner
      .filter(({ principal }) => coversAccount(cloud, principal, caller.account))
      .flatMap(({ grantable }) => grantable),
  );
  if (isAdmin(cloud, caller)) return account;
  const direct = byOwner.filter(({ principal }) => principal === self).flatMap(({ grantable }) => grantable);
  const passedOn = grantFor(cloud, caller.account, self, resource)?.grantable ?? [];
  return new Set([...direct, ...passedOn.filter((permission) => account.has(permission))]);
}

/** The table of a grant; for every table of a database, one that only grants on all tables match. */
function tableOf(
  cloud: Cloud,
  { catalogId, database, table }: { catalogId: string; database: string; table: string },
): GlueTable {
  const found = table === WILDCARD ? undefined : catalog.table(cloud, catalogId, database, table);
  if (found !== undefined) return found;
  return {
    CatalogId: catalogId,
    DatabaseName: database,
    Name: table,
    CreateTime: 0,
    UpdateTime: 0,
    CreatedBy: '',
    IsRegisteredWithLakeFormation: false,
    VersionId: '0',
  };
}
