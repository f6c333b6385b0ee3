import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { invalid, noTable } from './failure.ts';
import { buildIndex, itemsNamespace } from './items.ts';
import {
  type IndexDefinition,
  indexesOf,
  requireTable,
  type StreamSpecification,
  saveTable,
  type Table,
  type Tag,
  tableArn,
  tablesNamespace,
} from './table.ts';
import { alreadyExists, type CreateTableInput, checkAttributes, defineTable, withStream } from './table-definition.ts';
import { describeTable } from './table-description.ts';

interface Named {
  readonly TableName: string;
}

interface UpdateTableInput extends Named {
  readonly AttributeDefinitions?: Table['attributes'];
  readonly BillingMode?: Table['billingMode'];
  readonly ProvisionedThroughput?: Readonly<Record<string, number>>;
  readonly StreamSpecification?: StreamSpecification;
  readonly GlobalSecondaryIndexUpdates?: readonly {
    readonly Create?: IndexDefinition;
    readonly Delete?: { readonly IndexName: string };
  }[];
  readonly SSESpecification?: Readonly<Record<string, unknown>>;
  readonly DeletionProtectionEnabled?: boolean;
  readonly TableClass?: string;
}

const UPDATE_MEMBERS = new Set([
  'TableName',
  'AttributeDefinitions',
  'BillingMode',
  'ProvisionedThroughput',
  'StreamSpecification',
  'GlobalSecondaryIndexUpdates',
  'SSESpecification',
  'DeletionProtectionEnabled',
  'TableClass',
]);
const PAGE = 100;

export function createTable(input: CreateTableInput, context: Context) {
  const { store } = context.cloud;
  const table = defineTable(input, context);
  if (store.get(tablesNamespace(table.account, table.region), table.name) !== undefined)
    throw alreadyExists(table.name);
  saveTable(store, table);
  return { TableDescription: describeTable(store, table, 'CREATING') };
}

export function updateTable(input: UpdateTableInput, context: Context) {
  refuseOthers('dynamodb', 'UpdateTable', input, UPDATE_MEMBERS);
  const { store } = context.cloud;
  const before = requireTable(context, input.TableName, true);
  let table: Table = withStream(before, input.StreamSpecification, context.now);
  table = {
    ...table,
    billingMode: input.BillingMode ?? table.billingMode,
    throughput: input.BillingMode === 'PAY_PER_REQUEST' ? undefined : (input.ProvisionedThroughput ?? table.throughput),
    encryption: input.SSESpecification ?? table.encryption,
    deletionProtection: input.DeletionProtectionEnabled ?? table.deletionProtection,
    tableClass: input.TableClass ?? table.tableClass,
  };
  store.transaction(() => {
    for (const { Create, Delete, ...others } of input.GlobalSecondaryIndexUpdates ?? []) {
      refuseOthers('dynamodb', 'UpdateTable of an index', others, new Set());
      if (Create !== undefined) table = addIndex(context, table, Create, input.AttributeDefinitions ?? []);
      if (Delete !== undefined) table = dropIndex(context, table, Delete.IndexName);
    }
    saveTable(store, table);
  });
  return { TableDescription: describeTable(store, table, 'UPDATING') };
}

export function deleteTable(input: Named, context: Context) {
  const { store } = context.cloud;
  const table = requireTable(context, input.TableName, true);
  if (table.deletionProtection) {
    throw invalid(
      `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`,
    );
  }
  const TableDescription = describeTable(store, table, 'DELETING');
  store.transaction(() => {
    store.clear(itemsNamespace(table));
    for (const { IndexName } of indexesOf(table)) store.clear(itemsNamespace(table, IndexName));
    store.delete(tablesNamespace(table.account, table.region), table.name);
  });
  return { TableDescription };
}

export function listTables(input: { ExclusiveStartTableName?: string; Limit?: number }, context: Context) {
  const names = context.cloud.store
    .list(tablesNamespace(context.account, context.region))
    .map(({ key }) => key)
    .filter((name) => input.ExclusiveStartTableName === undefined || name > input.ExclusiveStartTableName);
  const TableNames = names.slice(0, input.Limit ?? PAGE);
  return { TableNames, LastEvaluatedTableName: TableNames.length < names.length ? TableNames.at(-1) : undefined };
}

export function updateTimeToLive(
  input: Named & { TimeToLiveSpecification: NonNullable<Table['ttl']> },
  context: Context,
) {
  const table = requireTable(context, input.TableName, true);
  const asked = input.TimeToLiveSpecification;
  if ((table.ttl?.Enabled ?? false) === asked.Enabled) {
    throw invalid(`TimeToLive is already ${asked.Enabled ? 'enabled' : 'disabled'}`);
  }
  saveTable(context.cloud.store, { ...table, ttl: asked });
  return { TimeToLiveSpecification: asked };
}

export function describeTimeToLive(input: Named, context: Context) {
  const { ttl } = requireTable(context, input.TableName, true);
  const enabled = ttl?.Enabled === true;
  return {
    TimeToLiveDescription: {
      TimeToLiveStatus: enabled ? 'ENABLED' : 'DISABLED',
      AttributeName: enabled ? ttl.AttributeName : undefined,
    },
  };
}

export function updateContinuousBackups(
  input: Named & { PointInTimeRecoverySpecification: NonNullable<Table['recovery']> },
  context: Context,
) {
  const table = requireTable(context, input.TableName);
  const changed = { ...table, recovery: input.PointInTimeRecoverySpecification };
  saveTable(context.cloud.store, changed);
  return { ContinuousBackupsDescription: backupsOf(changed, context) };
}

export function describeContinuousBackups(input: Named, context: Context) {
  return { ContinuousBackupsDescription: backupsOf(requireTable(context, input.TableName), context) };
}

function backupsOf(table: Table, context: Context) {
  const enabled = table.recovery?.PointInTimeRecoveryEnabled === true;
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: enabled ? 'ENABLED' : 'DISABLED',
      RecoveryPeriodInDays: enabled ? (table.recovery?.RecoveryPeriodInDays ?? 35) : undefined,
      EarliestRestorableDateTime: enabled ? new Date(table.created) : undefined,
      LatestRestorableDateTime: enabled ? new Date(context.now) : undefined,
    },
  };
}

export function tagResource(input: { ResourceArn: string; Tags: readonly Tag[] }, context: Context) {
  return retag(context, input.ResourceArn, (tags) => [
    ...tags.filter(({ Key }) => !input.Tags.some((tag) => tag.Key === Key)),
    ...input.Tags,
  ]);
}

export function untagResource(input: { ResourceArn: string; TagKeys: readonly string[] }, context: Context) {
  return retag(context, input.ResourceArn, (tags) => tags.filter(({ Key }) => !input.TagKeys.includes(Key)));
}

export function listTagsOfResource(input: { ResourceArn: string }, context: Context) {
  return { Tags: requireTable(context, input.ResourceArn).tags };
}

function retag(context: Context, arn: string, change: (tags: readonly Tag[]) => readonly Tag[]) {
  const table = requireTable(context, arn);
  if (tableArn(table) !== arn) throw noTable();
  saveTable(context.cloud.store, { ...table, tags: change(table.tags) });
  return {};
}

function addIndex(context: Context, table: Table, index: IndexDefinition, given: Table['attributes']): Table {
  if (indexesOf(table).some(({ IndexName }) => IndexName === index.IndexName)) {
    throw invalid(`Attempting to create an index which already exists: ${index.IndexName}`);
  }
  const globalIndexes = [...table.globalIndexes, index];
  const schemas = [table.keys, ...[...globalIndexes, ...table.localIndexes].map(({ KeySchema }) => KeySchema)];
  const names = new Set(given.map(({ AttributeName }) => AttributeName));
  const attributes = [...table.attributes.filter(({ AttributeName }) => !names.has(AttributeName)), ...given];
  checkAttributes(attributes, schemas);
  const changed = { ...table, attributes, globalIndexes };
  buildIndex(context.cloud.store, changed, index);
  return changed;
}

function dropIndex(context: Context, table: Table, name: string): Table {
  if (!table.globalIndexes.some(({ IndexName }) => IndexName === name)) {
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: Index: ${name} not found`);
  }
  context.cloud.store.clear(itemsNamespace(table, name));
  const globalIndexes = table.globalIndexes.filter(({ IndexName }) => IndexName !== name);
  const schemas = [table.keys, ...[...globalIndexes, ...table.localIndexes].map(({ KeySchema }) => KeySchema)];
  const used = new Set(schemas.flat().map(({ AttributeName }) => AttributeName));
  return {
    ...table,
    globalIndexes,
    attributes: table.attributes.filter(({ AttributeName }) => used.has(AttributeName)),
  };
}
