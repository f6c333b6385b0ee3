import type { TableInput } from '@aws-sdk/client-glue';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { databaseBehind, visibleTable, visibleTables } from '../lake-formation/access.ts';
import { openToAll, ownByCreator } from '../lake-formation/creator.ts';
import { forgetGrants } from '../lake-formation/grant.ts';
import { requireLocation } from '../lake-formation/location-access.ts';
import { registrationOf } from '../lake-formation/location-store.ts';
import { databaseNamed, requireOnDatabase, requireOnTable, tableNamed } from './authorize.ts';
import { catalog } from './catalog.ts';
import { alreadyExists, entityNotFound, invalidInput, nameOf } from './errors.ts';
import { tablesChanged } from './events.ts';
import { resolveTable } from './link.ts';
import { nameMatcher } from './name-matcher.ts';
import { tableInput } from './parse.ts';
import { arnOf, putTags } from './tag-store.ts';
import type { GlueDatabase, GlueTable, GlueTableInput } from './types.ts';
import { asValidated, requireViewable, requireViewUpdate, type ViewUpdate } from './view.ts';

export interface AtTable {
  readonly CatalogId?: string;
  readonly DatabaseName?: string;
  readonly Name?: string;
}

const UPDATE_MEMBERS = new Set([
  ...['CatalogId', 'DatabaseName', 'Name', 'TableInput', 'SkipArchive', 'VersionId', 'ViewUpdateAction', 'Force'],
]);
const CREATE_MEMBERS = new Set(['CatalogId', 'DatabaseName', 'Name', 'TableInput', 'PartitionIndexes']);

/** The operations on tables of the Data Catalog. */
export const tableOperations: Operations = {
  CreateTable: { run: create, resources: inputArns },
  UpdateTable: { run: update, resources: inputArns },
  DeleteTable: { run: remove, resources: addressArns },
  BatchDeleteTable: { run: removeMany, resources: addressArns },
  GetTable: { run: get, resources: addressArns },
  GetTables: { run: list, resources: addressArns },
};

function inputArns(input: AtTable & { TableInput?: TableInput }, context: Context): string[] {
  return tableArns(context, { ...input, Name: input.Name ?? input.TableInput?.Name });
}

function addressArns(input: AtTable, context: Context): string[] {
  return tableArns(context, input);
}

/** The ARNs that IAM judges a call on a table on: the catalog, the database, the table. */
export function tableArns(
  context: Context,
  at: { CatalogId?: string; DatabaseName?: string; Name?: string | undefined; TableName?: string },
): string[] {
  const owner = at.CatalogId ?? context.account;
  const database = (at.DatabaseName ?? '').toLowerCase();
  const table = (at.Name ?? at.TableName)?.toLowerCase() ?? '*';
  return [
    arnOf(context, owner, 'catalog'),
    arnOf(context, owner, `database/${database}`),
    arnOf(context, owner, `table/${database}/${table}`),
  ];
}

/** The database that a call names, a link followed. @throws AwsError */
function targetDatabase(context: Context, at: AtTable): GlueDatabase {
  const catalogId = at.CatalogId ?? context.account;
  const name = nameOf(at.DatabaseName, 'databaseName');
  const named = databaseNamed(context, catalogId, name);
  const target = databaseBehind(context.cloud, context.caller, { catalogId, database: name });
  if (target === undefined) throw entityNotFound(`Database ${named.TargetDatabase?.DatabaseName} not found.`);
  return target;
}

/** The table that a call names, links of the database and of the table followed. @throws AwsError */
export function targetTable(context: Context, at: AtTable): GlueTable {
  const named = tableNamed(context, targetDatabase(context, at), nameOf(at.Name, 'name'));
  if (named.TargetTable === undefined) return named;
  requireOnTable(context, named, 'GetTable', 'DESCRIBE');
  const { target } = resolveTable(context.cloud, named);
  if (target === undefined) throw entityNotFound(`Table ${named.TargetTable.Name} not found.`);
  return target;
}

/** Answers the table with what depends on the present: whether its location is registered. */
export function presented(context: Context, table: GlueTable): GlueTable {
  const owner = table.TargetTable?.CatalogId ?? table.CatalogId;
  const registered = registrationOf(context.cloud, owner, table.StorageDescriptor?.Location) !== undefined;
  return { ...table, IsRegisteredWithLakeFormation: registered };
}

async function create(input: AtTable & { TableInput?: TableInput; PartitionIndexes?: unknown[] }, context: Context) {
  refuseOthers('glue', 'CreateTable', input, CREATE_MEMBERS);
  if ((input.PartitionIndexes ?? []).length > 0)
    refuseOthers('glue', 'CreateTable', { PartitionIndexes: 1 }, new Set());
  const { cloud, caller } = context;
  const given = tableInput('CreateTable', input.TableInput);
  const database = targetDatabase(context, input);
  const { CatalogId, Name: DatabaseName } = database;
  requireOnDatabase(context, database, 'CreateTable', 'CREATE_TABLE');
  const link = given.TargetTable !== undefined;
  if (link && DatabaseName !== nameOf(input.DatabaseName, 'databaseName')) {
    throw invalidInput('Creating a table resource link through a database resource link is not supported');
  }
  if (catalog.table(cloud, CatalogId, DatabaseName, given.Name) !== undefined) {
    throw alreadyExists('Table already exists.');
  }
  requireLocation(cloud, caller, CatalogId, given.StorageDescriptor?.Location);
  if (given.ViewDefinition !== undefined) requireViewable(context, database, given.ViewDefinition);
  const now = Math.floor(context.now / 1000);
  const made: GlueTable = {
    Retention: 0,
    ...given,
    DatabaseName,
    CatalogId,
    CreateTime: now,
    UpdateTime: now,
    CreatedBy: caller.arn,
    IsRegisteredWithLakeFormation: false,
    VersionId: '0',
  };
  const table = made.ViewDefinition === undefined ? made : await asValidated(context, 'CREATE', made);
  cloud.store.transaction(() => {
    catalog.putTable(cloud, table);
    const resource = { kind: 'table', catalogId: CatalogId, database: DatabaseName, table: table.Name } as const;
    ownByCreator({ ...context, account: CatalogId }, resource, link);
    if (!link) openToAll({ ...context, account: CatalogId }, resource, database.CreateTableDefaultPermissions ?? []);
  });
  tablesChanged(context, { catalogId: CatalogId, database: DatabaseName, tables: [table.Name] }, 'CreateTable');
  return {};
}

async function update(
  input: AtTable & ViewUpdate & { TableInput?: TableInput; SkipArchive?: boolean; VersionId?: string },
  context: Context,
) {
  refuseOthers('glue', 'UpdateTable', input, UPDATE_MEMBERS);
  const { cloud, caller } = context;
  const given = tableInput('UpdateTable', input.TableInput);
  if (given.TargetTable !== undefined) throw invalidInput('The target of a resource link cannot be changed');
  const table = targetTable(context, { ...input, Name: input.Name ?? given.Name });
  requireOnTable(context, table, 'UpdateTable', 'ALTER');
  if (input.VersionId !== undefined && input.VersionId !== table.VersionId) {
    throw new AwsError('ConcurrentModificationException', 'Update table failed due to concurrent modifications.');
  }
  requireViewUpdate(context, input, table, given);
  const location = given.StorageDescriptor?.Location;
  if (location !== table.StorageDescriptor?.Location) requireLocation(cloud, caller, table.CatalogId, location);
  const changed = replaced(table, given, Math.floor(context.now / 1000));
  const next = changed.ViewDefinition === undefined ? changed : await asValidated(context, 'UPDATE', changed, table);
  cloud.store.transaction(() => {
    if (input.SkipArchive !== true) catalog.putVersion(cloud, table);
    catalog.putTable(cloud, next);
  });
  const { CatalogId, DatabaseName, Name } = table;
  tablesChanged(context, { catalogId: CatalogId, database: DatabaseName, tables: [Name] }, 'UpdateTable');
  return {};
}

/** Everything that the caller gave in place of everything that was there. */
function replaced(table: GlueTable, given: GlueTableInput, now: number): GlueTable {
  const { DatabaseName, CatalogId, CreateTime, CreatedBy, Name } = table;
  return {
    Retention: 0,
    ...given,
    Name,
    DatabaseName,
    CatalogId,
    CreateTime,
    CreatedBy,
    UpdateTime: now,
    IsRegisteredWithLakeFormation: false,
    VersionId: String(Number(table.VersionId) + 1),
  };
}

function remove(at: AtTable, context: Context) {
  const removed = drop(context, at);
  tablesChanged(context, removed, 'DeleteTable');
  return {};
}

function drop(context: Context, at: AtTable) {
  const table = tableNamed(context, targetDatabase(context, at), nameOf(at.Name, 'name'));
  requireOnTable(context, table, 'DeleteTable', 'DROP');
  const { CatalogId: catalogId, DatabaseName: database, Name } = table;
  context.cloud.store.transaction(() => {
    catalog.deleteTable(context.cloud, table);
    forgetGrants(context, { catalogId, database, table: Name });
    putTags(context.cloud, arnOf(context, catalogId, `table/${database}/${Name}`), undefined);
  });
  return { catalogId, database, tables: [Name] };
}

function removeMany(input: AtTable & { TablesToDelete?: readonly string[] }, context: Context) {
  const names = input.TablesToDelete ?? [];
  if (names.length > 100) throw invalidInput('At most 100 tables can be deleted in one call');
  const { TablesToDelete: _names, ...at } = input;
  const removed: string[] = [];
  const Errors = names.flatMap((TableName) => {
    try {
      removed.push(...drop(context, { ...at, Name: TableName }).tables);
      return [];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return [{ TableName, ErrorDetail: { ErrorCode: error.code, ErrorMessage: error.message } }];
    }
  });
  const { CatalogId: catalogId, Name: database } = targetDatabase(context, at);
  tablesChanged(context, { catalogId, database, tables: removed }, 'BatchDeleteTable');
  return { Errors };
}

function get(at: AtTable, context: Context) {
  const named = tableNamed(context, targetDatabase(context, at), nameOf(at.Name, 'name'));
  const seen = visibleTable(context.cloud, context.caller, named);
  if (seen === undefined) requireOnTable(context, named, 'GetTable', 'DESCRIBE');
  return { Table: presented(context, seen ?? named) };
}

function list(input: AtTable & { Expression?: string; NextToken?: string; MaxResults?: number }, context: Context) {
  const database = targetDatabase(context, input);
  const matches = nameMatcher(input.Expression);
  const at = { catalogId: database.CatalogId, database: database.Name };
  const seen = visibleTables(context.cloud, context.caller, at).filter((table) => matches(table.Name));
  if (seen.length === 0) requireOnDatabase(context, database, 'GetTables', 'DESCRIBE');
  const { items, NextToken } = pageOf(seen, input, 100);
  return {
    TableList: items.map((table) => presented(context, table)),
    ...(NextToken !== undefined && { NextToken }),
  };
}
