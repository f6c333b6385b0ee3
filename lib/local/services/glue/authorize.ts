import type { Cloud } from '../../core/cloud.ts';
import { judgePolicy } from '../../core/policy.ts';
import type { Caller, Context } from '../../core/service.ts';
import { insufficient } from '../lake-formation/access.ts';
import type { Permission } from '../lake-formation/resource.ts';
import { databaseRights, isOpen, mayCreateDatabases, mayKnowDatabases, tableRights } from '../lake-formation/rights.ts';
import { isAdmin } from '../lake-formation/settings.ts';
import { catalog } from './catalog.ts';
import { entityNotFound } from './errors.ts';
import { policyOf } from './policy-store.ts';
import type { GlueDatabase, GlueTable } from './types.ts';

/** How Lake Formation's messages name a permission. */
const WORDS: Readonly<Partial<Record<Permission, string>>> = {
  ALTER: 'Alter',
  CREATE_DATABASE: 'Create Database',
  CREATE_TABLE: 'Create Table',
  DELETE: 'Delete',
  DESCRIBE: 'Describe',
  DROP: 'Drop',
  INSERT: 'Insert',
  SELECT: 'Select',
};

function wordOf(permission: Permission): string {
  return WORDS[permission] ?? permission;
}

/** @throws AwsError AccessDeniedException */
export function requireOnCatalog(cloud: Cloud, caller: Caller, catalogId: string): void {
  if (!mayCreateDatabases(cloud, caller, catalogId)) throw insufficient(wordOf('CREATE_DATABASE'), 'Catalog');
}

/**
 * Checks one of several permissions on a database.
 * @throws AwsError AccessDeniedException naming the first
 */
export function requireOnDatabase(
  context: Context,
  database: GlueDatabase,
  action: string,
  ...anyOf: readonly [Permission, ...Permission[]]
): void {
  const held = databaseRights(context.cloud, context.caller, database);
  if (anyOf.some((permission) => held.has(permission))) return;
  if (isOpen(context.cloud, database) && byPolicy(context, database.CatalogId, action, database.Name)) return;
  throw insufficient(wordOf(anyOf[0]), database.Name);
}

/**
 * Checks one of several permissions on a table.
 * @throws AwsError AccessDeniedException naming the first
 */
export function requireOnTable(
  context: Context,
  table: GlueTable,
  action: string,
  ...anyOf: readonly [Permission, ...Permission[]]
): void {
  const held = tableRights(context.cloud, context.caller, table).permissions;
  if (anyOf.some((permission) => held.has(permission))) return;
  if (isOpen(context.cloud, table) && byPolicy(context, table.CatalogId, action, table.DatabaseName, table.Name))
    return;
  throw insufficient(wordOf(anyOf[0]), table.Name);
}

/** Whether the catalog's resource policy lets a caller of another account do that; only where everybody whom IAM allows has everything. */
function byPolicy(context: Context, catalogId: string, action: string, database: string, table?: string): boolean {
  const { cloud, caller } = context;
  if (caller.account === catalogId) return false;
  const policy = policyOf(cloud, catalogId);
  if (policy === undefined) return false;
  const arn = `arn:aws:glue:${cloud.region}:${catalogId}`;
  const resources = [`${arn}:catalog`, `${arn}:database/${database}`];
  if (table !== undefined) resources.push(`${arn}:table/${database}/${table}`);
  return resources.every(
    (resource) => judgePolicy(cloud.store, policy.document, { caller, action: `glue:${action}`, resource }) === 'allow',
  );
}

/**
 * The database of that name, links not followed.
 * @throws AwsError EntityNotFoundException, or AccessDeniedException to whom may not know
 */
export function databaseNamed(context: Context, catalogId: string, name: string): GlueDatabase {
  const found = catalog.database(context.cloud, catalogId, name);
  if (found !== undefined) return found;
  if (!mayKnowDatabases(context.cloud, context.caller, catalogId)) throw insufficient('Describe', name);
  throw entityNotFound(`Database ${name} not found.`);
}

/**
 * The table of that name in a database, links not followed.
 * @throws AwsError EntityNotFoundException, or AccessDeniedException to whom may not know
 */
export function tableNamed(context: Context, database: GlueDatabase, name: string): GlueTable {
  const { cloud, caller } = context;
  const found = catalog.table(cloud, database.CatalogId, database.Name, name);
  if (found !== undefined) return found;
  const own = caller.account === database.CatalogId;
  const knows = (own && isAdmin(cloud, caller)) || databaseRights(cloud, caller, database).has('CREATE_TABLE');
  if (!knows) throw insufficient('Describe', name);
  throw entityNotFound(`Table ${name} not found.`);
}
