import type { DatabaseInput } from '@aws-sdk/client-glue';
import { refuseOthers } from '../../core/members.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { visibleDatabase, visibleDatabases } from '../lake-formation/access.ts';
import { openToAll } from '../lake-formation/creator.ts';
import { add, forgetGrants } from '../lake-formation/grant.ts';
import { requireLocation } from '../lake-formation/location-access.ts';
import { settingsOf } from '../lake-formation/settings.ts';
import { databaseNamed, requireOnCatalog, requireOnDatabase } from './authorize.ts';
import { catalog } from './catalog.ts';
import { alreadyExists, entityNotFound, invalidInput, nameOf, requireLength } from './errors.ts';
import { databaseChanged } from './events.ts';
import { resolveDatabase } from './link.ts';
import { defaultPermissions } from './parse.ts';
import { arnOf, putTags } from './tag-store.ts';
import type { GlueDatabase } from './types.ts';

interface Named {
  readonly CatalogId?: string;
  readonly Name?: string;
  readonly AttributesToGet?: readonly string[];
}

const MEMBERS = new Set([
  'Name',
  'Description',
  'LocationUri',
  'Parameters',
  'CreateTableDefaultPermissions',
  'TargetDatabase',
]);

/** The operations on databases of the Data Catalog. */
export const databaseOperations: Operations = {
  CreateDatabase: {
    run: create,
    resources: (input: { CatalogId?: string; DatabaseInput?: DatabaseInput }, context) =>
      arns(context, input.CatalogId, input.DatabaseInput?.Name),
  },
  UpdateDatabase: { run: update, resources: namedArns },
  DeleteDatabase: { run: remove, resources: namedArns },
  GetDatabase: { run: get, resources: namedArns },
  GetDatabases: { run: list, resources: namedArns },
};

function namedArns(input: Named, context: Context): string[] {
  return arns(context, input.CatalogId, input.Name);
}

function arns(context: Context, catalogId: string | undefined, name?: string): string[] {
  const owner = catalogId ?? context.account;
  const all = [arnOf(context, owner, 'catalog')];
  if (name !== undefined) all.push(arnOf(context, owner, `database/${name.toLowerCase()}`));
  return all;
}

function create(
  input: { CatalogId?: string; DatabaseInput?: DatabaseInput; Tags?: Record<string, string> },
  context: Context,
) {
  const { cloud, caller } = context;
  const given = input.DatabaseInput;
  const catalogId = input.CatalogId ?? context.account;
  const name = nameOf(given?.Name, 'databaseInput.name');
  requireOnCatalog(cloud, caller, catalogId);
  if (catalog.database(cloud, catalogId, name) !== undefined) throw alreadyExists('Database already exists.');
  const database = understood(given ?? { Name: name }, catalogId, name, Math.floor(context.now / 1000));
  if (database.TargetDatabase === undefined) requireLocation(cloud, caller, catalogId, database.LocationUri);
  const settings = settingsOf(cloud, catalogId);
  const link = database.TargetDatabase !== undefined;
  const inherited = link ? [] : settings.CreateTableDefaultPermissions;
  const kept = { ...database, CreateTableDefaultPermissions: database.CreateTableDefaultPermissions ?? inherited };
  cloud.store.transaction(() => {
    catalog.putDatabase(cloud, link ? database : kept);
    const resource = { kind: 'database', catalogId, database: name } as const;
    const all = link
      ? (['DESCRIBE', 'DROP'] as const)
      : (['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'] as const);
    add(context, caller.roleArn ?? caller.arn, { resource, permissions: all, grantable: all });
    openToAll(context, resource, settings.CreateDatabaseDefaultPermissions);
    putTags(cloud, arnOf(context, catalogId, `database/${name}`), input.Tags ?? {});
  });
  databaseChanged(context, catalogId, name, 'CreateDatabase');
  return {};
}

function understood(given: DatabaseInput, catalogId: string, name: string, now: number): GlueDatabase {
  refuseOthers('glue', 'CreateDatabase', given, MEMBERS);
  requireLength(given.Description, 'databaseInput.description', 0, 2048);
  requireLength(given.LocationUri, 'databaseInput.locationUri', 1, 1024);
  const target = given.TargetDatabase;
  if (target !== undefined && (target.CatalogId === undefined || target.DatabaseName === undefined)) {
    throw invalidInput('TargetDatabase must have CatalogId and DatabaseName');
  }
  if (target !== undefined && (given.LocationUri !== undefined || given.Description !== undefined)) {
    throw invalidInput('A resource link to a database cannot have other properties');
  }
  const defaults = defaultPermissions(given.CreateTableDefaultPermissions);
  return {
    Name: name,
    CatalogId: catalogId,
    CreateTime: now,
    ...(given.Description !== undefined && { Description: given.Description }),
    ...(given.LocationUri !== undefined && { LocationUri: given.LocationUri }),
    ...(given.Parameters !== undefined && { Parameters: given.Parameters }),
    ...(defaults !== undefined && { CreateTableDefaultPermissions: defaults }),
    ...(target !== undefined && {
      TargetDatabase: {
        CatalogId: target.CatalogId ?? '',
        DatabaseName: (target.DatabaseName ?? '').toLowerCase(),
        ...(target.Region !== undefined && { Region: target.Region }),
      },
    }),
  };
}

function update(input: { CatalogId?: string; Name?: string; DatabaseInput?: DatabaseInput }, context: Context) {
  const { cloud } = context;
  const named = databaseNamed(context, input.CatalogId ?? context.account, nameOf(input.Name, 'name'));
  const { target } = resolveDatabase(cloud, named);
  if (target === undefined) throw entityNotFound(`Database ${named.TargetDatabase?.DatabaseName} not found.`);
  requireOnDatabase(context, target, 'UpdateDatabase', 'ALTER');
  const given: DatabaseInput = input.DatabaseInput ?? { Name: undefined };
  if (given.TargetDatabase !== undefined) throw invalidInput('The target of a resource link cannot be changed');
  if (nameOf(given.Name, 'databaseInput.name') !== named.Name) throw invalidInput('A database cannot be renamed');
  const next = understood(given, target.CatalogId, target.Name, target.CreateTime);
  if (next.LocationUri !== target.LocationUri) {
    requireLocation(cloud, context.caller, target.CatalogId, next.LocationUri);
  }
  const defaults = next.CreateTableDefaultPermissions ?? target.CreateTableDefaultPermissions;
  catalog.putDatabase(cloud, { ...next, ...(defaults !== undefined && { CreateTableDefaultPermissions: defaults }) });
  databaseChanged(context, target.CatalogId, target.Name, 'UpdateDatabase');
  return {};
}

function remove(input: Named, context: Context) {
  const { cloud } = context;
  const catalogId = input.CatalogId ?? context.account;
  const named = databaseNamed(context, catalogId, nameOf(input.Name, 'name'));
  requireOnDatabase(context, named, 'DeleteDatabase', 'DROP');
  const tables = catalog.tables(cloud, catalogId, named.Name).map((table) => table.Name);
  cloud.store.transaction(() => {
    catalog.deleteDatabase(cloud, catalogId, named.Name);
    forgetGrants(context, { catalogId, database: named.Name });
    for (const table of tables) putTags(cloud, arnOf(context, catalogId, `table/${named.Name}/${table}`), undefined);
    putTags(cloud, arnOf(context, catalogId, `database/${named.Name}`), undefined);
  });
  databaseChanged(context, catalogId, named.Name, 'DeleteDatabase');
  return {};
}

function get(input: Named, context: Context) {
  const named = databaseNamed(context, input.CatalogId ?? context.account, nameOf(input.Name, 'name'));
  const seen = visibleDatabase(context.cloud, context.caller, named);
  if (seen === undefined) requireOnDatabase(context, named, 'GetDatabase', 'DESCRIBE');
  return { Database: seen ?? named };
}

function list(
  input: { CatalogId?: string; NextToken?: string; MaxResults?: number; ResourceShareType?: string },
  context: Context,
) {
  const { cloud, caller, account } = context;
  const catalogId = input.CatalogId ?? account;
  const own = visibleDatabases(cloud, caller, catalogId);
  const shared = ['FOREIGN', 'ALL'].includes(input.ResourceShareType ?? '') ? foreign(context, catalogId) : [];
  const all = input.ResourceShareType === 'FOREIGN' ? shared : [...own, ...shared];
  const { items, NextToken } = pageOf(input.ResourceShareType === 'FEDERATED' ? [] : all, input, 100);
  return { DatabaseList: items, ...(NextToken !== undefined && { NextToken }) };
}

/** What the caller may see of other accounts' catalogs. */
function foreign({ cloud, caller }: Context, except: string): GlueDatabase[] {
  return cloud.store
    .namespaces('glue/')
    .filter((namespace) => namespace.endsWith(`/${cloud.region}/database`))
    .map((namespace) => namespace.split('/')[1] ?? '')
    .filter((owner) => owner !== except && owner !== caller.account)
    .flatMap((owner) => visibleDatabases(cloud, caller, owner));
}
