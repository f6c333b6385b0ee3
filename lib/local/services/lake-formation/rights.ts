import type { Cloud } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import { columnNames, type GlueDatabase, type GlueTable } from '../glue/types.ts';
import { type Cell, intersection, union } from './cells.ts';
import { type GrantRecord, grantFor, grantsOnDatabase, grantsOnKind } from './grants.ts';
import { shareOfDatabase, shareOfTable } from './matching.ts';
import { coversAccount, everyoneIn, IAM_ALLOWED, principalOf } from './principal.ts';
import type { LfResource, Permission } from './resource.ts';
import { isAdmin, isReadOnlyAdmin, settingsOf } from './settings.ts';
import { isShareAccepted } from './share-store.ts';

/** What a principal may do with one table. */
export interface TableRights {
  readonly permissions: ReadonlySet<Permission>;
  /** What it may read; empty without SELECT. */
  readonly cells: readonly Cell[];
}

/** `held`: what the principal may do. `grantable`: what it may pass on. */
export type Aspect = 'held' | 'grantable';

/** A principal's grants on an owner's resources, sorted by how they count. */
interface Holdings {
  /** Made by the owner to the principal itself. */
  readonly direct: readonly GrantRecord[];
  /** Made by the principal's own account out of what that account was given. */
  readonly passedOn: readonly GrantRecord[];
  /** Made by the owner to the principal's account: the cap of `passedOn`, and an administrator's own. */
  readonly account: readonly GrantRecord[];
}

const DATABASE_ALL: readonly Permission[] = ['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'];
const TABLE_ALL: readonly Permission[] = ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];

/** Whether the caller may create databases in a catalog. */
export function mayCreateDatabases(cloud: Cloud, caller: Caller, catalogId: string): boolean {
  return creates(cloud, caller, catalogId, [principalOf(caller), everyoneIn(caller.account), IAM_ALLOWED]);
}

/**
 * Whether the caller is told that a database is missing. In an account with administrators only those are who administer it or were given
 * CREATE_DATABASE by name; all others read that they lack DESCRIBE.
 */
export function mayKnowDatabases(cloud: Cloud, caller: Caller, catalogId: string): boolean {
  if (settingsOf(cloud, catalogId).DataLakeAdmins.length === 0) return mayCreateDatabases(cloud, caller, catalogId);
  return creates(cloud, caller, catalogId, [principalOf(caller), everyoneIn(caller.account)]);
}

function creates(cloud: Cloud, caller: Caller, catalogId: string, names: readonly string[]): boolean {
  if (caller.account !== catalogId) return false;
  if (isAdmin(cloud, caller)) return true;
  return grantsOnKind(cloud, catalogId, 'catalog', catalogId).some(
    ({ principal, permissions }) => names.includes(principal) && permissions.includes('CREATE_DATABASE'),
  );
}

/** Whether everybody whom IAM allows still has everything on a database or table. */
export function isOpen(cloud: Cloud, object: GlueDatabase | GlueTable): boolean {
  const { CatalogId: catalogId } = object;
  // Looked up by their keys: a mesh has thousands of grants on a database, and this is asked for each entry of a batch.
  const places: LfResource[] =
    'DatabaseName' in object
      ? [object.Name, '*'].map((table) => ({ kind: 'table', catalogId, database: object.DatabaseName, table }))
      : [{ kind: 'database', catalogId, database: object.Name }];
  return places.some((place) => grantFor(cloud, catalogId, IAM_ALLOWED, place)?.permissions.includes('ALL') === true);
}

/** The caller's effective rights on a table: grants to it, to its account, by its account, by tags, and the implicit ones. */
export function tableRights(cloud: Cloud, caller: Caller, table: GlueTable, aspect: Aspect = 'held'): TableRights {
  const order = columnNames(table);
  const grants = holdings(cloud, caller, table.CatalogId, table.DatabaseName);
  const of = (list: readonly GrantRecord[]) => sum(cloud, list, aspect, table, order);
  const held = (list: readonly GrantRecord[]) => sum(cloud, list, 'held', table, order);
  const parts = [of(grants.direct)];
  if (grants.passedOn.length > 0) {
    parts.push(both(of(grants.passedOn), aspect === 'held' ? held(grants.account) : of(grants.account), order));
  }
  const own = caller.account === table.CatalogId;
  if (!own && isAdmin(cloud, caller)) parts.push(of(grants.account));
  const permissions = new Set(parts.flatMap((part) => [...part.permissions]));
  const cells = parts.flatMap((part) => part.cells);
  if (own && aspect === 'held' && isOpen(cloud, table)) {
    for (const permission of TABLE_ALL) permissions.add(permission);
    cells.push({ columns: order });
  }
  if (own && (isAdmin(cloud, caller) || isReadOnlyAdmin(cloud, caller))) permissions.add('DESCRIBE');
  if (permissions.size > 0) permissions.add('DESCRIBE');
  return { permissions, cells: union(cells, order) };
}

/** The caller's effective permissions on a database itself; a grant on something in it gives DESCRIBE. */
export function databaseRights(
  cloud: Cloud,
  caller: Caller,
  database: GlueDatabase,
  aspect: Aspect = 'held',
): ReadonlySet<Permission> {
  const grants = holdings(cloud, caller, database.CatalogId, database.Name);
  const of = (list: readonly GrantRecord[], what: Aspect): Set<Permission> =>
    new Set(list.flatMap((grant) => shareOfDatabase(cloud, grant, part(grant, what), database, what === 'held')));
  const account = of(grants.account, aspect);
  const permissions = of(grants.direct, aspect);
  for (const permission of of(grants.passedOn, aspect)) if (account.has(permission)) permissions.add(permission);
  const own = caller.account === database.CatalogId;
  if (!own && isAdmin(cloud, caller)) for (const permission of account) permissions.add(permission);
  if (own && aspect === 'held' && isOpen(cloud, database)) for (const one of DATABASE_ALL) permissions.add(one);
  if (own && (isAdmin(cloud, caller) || isReadOnlyAdmin(cloud, caller))) permissions.add('DESCRIBE');
  if (permissions.size > 0) permissions.add('DESCRIBE');
  return permissions;
}

function holdings(cloud: Cloud, caller: Caller, owner: string, database: string): Holdings {
  const mine = new Set([principalOf(caller), everyoneIn(caller.account)]);
  const made = (account: string) => [
    ...grantsOnDatabase(cloud, account, owner, database),
    ...grantsOnKind(cloud, account, 'policy', owner),
  ];
  const byOwner = made(owner);
  if (caller.account === owner) {
    return { direct: byOwner.filter(({ principal }) => mine.has(principal)), passedOn: [], account: [] };
  }
  const accepted = byOwner.filter((grant) => isShareAccepted(cloud, grant.share, caller.account));
  return {
    direct: accepted.filter(({ principal }) => mine.has(principal)),
    account: accepted.filter(({ principal }) => coversAccount(cloud, principal, caller.account)),
    passedOn: made(caller.account).filter(({ principal }) => mine.has(principal)),
  };
}

function part(grant: GrantRecord, aspect: Aspect): readonly Permission[] {
  return aspect === 'held' ? grant.permissions : grant.grantable;
}

function sum(
  cloud: Cloud,
  grants: readonly GrantRecord[],
  aspect: Aspect,
  table: GlueTable,
  order: readonly string[],
): TableRights {
  const shares = grants.map((grant) => shareOfTable(cloud, grant, part(grant, aspect), table));
  return {
    permissions: new Set(shares.flatMap((share) => share.permissions)),
    cells: union(
      shares.flatMap((share) => share.cells),
      order,
    ),
  };
}

function both(left: TableRights, right: TableRights, order: readonly string[]): TableRights {
  const permissions = new Set([...left.permissions].filter((permission) => right.permissions.has(permission)));
  return { permissions, cells: intersection(left.cells, right.cells, order) };
}
