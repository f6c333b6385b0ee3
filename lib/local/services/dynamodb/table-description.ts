import type { Store } from '../../core/store.ts';
import { itemsNamespace } from './items.ts';
import { streamArn } from './stream.ts';
import { type IndexDefinition, type Table, tableArn } from './table.ts';
import { type Item, itemSize } from './value.ts';

/** A table as DescribeTable shows it; `status` differs from ACTIVE in the answers that begin a change. */
export function describeTable(store: Store, table: Table, status = 'ACTIVE') {
  const items = store.list<Item>(itemsNamespace(table)).map(({ value }) => value);
  const ProvisionedThroughput = throughputOf(table.throughput);
  return {
    TableName: table.name,
    TableArn: tableArn(table),
    TableId: table.id,
    TableStatus: status,
    CreationDateTime: new Date(table.created),
    AttributeDefinitions: table.attributes,
    KeySchema: table.keys,
    ItemCount: items.length,
    TableSizeBytes: items.reduce((sum, item) => sum + itemSize(item), 0),
    ProvisionedThroughput,
    BillingModeSummary: table.billingMode === 'PAY_PER_REQUEST' ? { BillingMode: table.billingMode } : undefined,
    GlobalSecondaryIndexes: some(table.globalIndexes)?.map((index) => describeIndex(store, table, index, true)),
    LocalSecondaryIndexes: some(table.localIndexes)?.map((index) => describeIndex(store, table, index, false)),
    StreamSpecification: table.stream && { StreamEnabled: true, StreamViewType: table.stream.view },
    LatestStreamLabel: table.lastStream,
    LatestStreamArn: table.lastStream && streamArn(table, table.lastStream),
    SSEDescription: table.encryption?.Enabled === true ? encryptionOf(table) : undefined,
    DeletionProtectionEnabled: table.deletionProtection,
    TableClassSummary: table.tableClass && { TableClass: table.tableClass },
  };
}

function describeIndex(store: Store, table: Table, index: IndexDefinition, global: boolean) {
  const items = store.list<Item>(itemsNamespace(table, index.IndexName));
  return {
    IndexName: index.IndexName,
    IndexArn: `${tableArn(table)}/index/${index.IndexName}`,
    KeySchema: index.KeySchema,
    Projection: index.Projection,
    IndexStatus: global ? 'ACTIVE' : undefined,
    ProvisionedThroughput: global ? throughputOf(index.ProvisionedThroughput) : undefined,
    ItemCount: items.length,
    IndexSizeBytes: items.reduce((sum, { value }) => sum + itemSize(value), 0),
  };
}

function throughputOf(given: Readonly<Record<string, number>> | undefined) {
  return {
    NumberOfDecreasesToday: 0,
    ReadCapacityUnits: given?.ReadCapacityUnits ?? 0,
    WriteCapacityUnits: given?.WriteCapacityUnits ?? 0,
  };
}

function encryptionOf(table: Table) {
  return {
    Status: 'ENABLED',
    SSEType: 'KMS',
    KMSMasterKeyArn:
      table.encryption?.KMSMasterKeyId ?? `arn:aws:kms:${table.region}:${table.account}:alias/aws/dynamodb`,
  };
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
