import type { Cloud } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import { type BatchGetInput, type BatchWriteInput, batchGet, batchWrite } from './batch.ts';
import { getItem, query, scan } from './read.ts';
import { readStream, type StreamRecord } from './stream.ts';
import { arnOfName, requireTable } from './table.ts';
import { describeTable } from './table-description.ts';
import {
  createTable,
  deleteTable,
  describeContinuousBackups,
  describeTimeToLive,
  listTables,
  listTagsOfResource,
  tagResource,
  untagResource,
  updateContinuousBackups,
  updateTable,
  updateTimeToLive,
} from './table-operations.ts';
import { type TransactGetInput, type TransactWriteInput, transactGet, transactWrite } from './transact.ts';
import { deleteItem, putItem, updateItem } from './write.ts';

/** Amazon DynamoDB: tables, items, expressions, transactions, global indexes and the records of streams. */
export class DynamoDbService implements Service {
  readonly signingName = 'dynamodb';
  readonly codec = jsonCodec('1.0');
  readonly operations: Operations = {
    CreateTable: onTable(createTable),
    DescribeTable: onTable((input: { TableName: string }, context: Context) => ({
      Table: describeTable(context.cloud.store, requireTable(context, input.TableName, true)),
    })),
    UpdateTable: onTable(updateTable),
    DeleteTable: onTable(deleteTable),
    ListTables: { run: listTables },
    UpdateTimeToLive: onTable(updateTimeToLive),
    DescribeTimeToLive: onTable(describeTimeToLive),
    UpdateContinuousBackups: onTable(updateContinuousBackups),
    DescribeContinuousBackups: onTable(describeContinuousBackups),
    TagResource: { run: tagResource, resources: (input: { ResourceArn: string }) => [input.ResourceArn] },
    UntagResource: { run: untagResource, resources: (input: { ResourceArn: string }) => [input.ResourceArn] },
    ListTagsOfResource: { run: listTagsOfResource, resources: (input: { ResourceArn: string }) => [input.ResourceArn] },
    PutItem: onTable(putItem),
    GetItem: onTable(getItem),
    UpdateItem: onTable(updateItem),
    DeleteItem: onTable(deleteItem),
    Query: { run: query, resources: ofRead, readOnly: true },
    Scan: { run: scan, resources: ofRead, readOnly: true },
    BatchWriteItem: {
      run: batchWrite,
      resources: (input: BatchWriteInput, context) => namedTables(Object.keys(input.RequestItems), context),
    },
    BatchGetItem: {
      run: batchGet,
      resources: (input: BatchGetInput, context) => namedTables(Object.keys(input.RequestItems), context),
    },
    TransactWriteItems: {
      run: transactWrite,
      resources: (input: TransactWriteInput, context) =>
        namedTables(
          input.TransactItems.map((entry) => Object.values(entry)[0]?.TableName ?? ''),
          context,
        ),
    },
    TransactGetItems: {
      run: transactGet,
      readOnly: true,
      resources: (input: TransactGetInput, context) =>
        namedTables(
          input.TransactItems.map(({ Get }) => Get.TableName),
          context,
        ),
    },
  };

  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Up to `limit` records of a stream that come after a sequence number (from the first when undefined), in commit order. */
  streamRecords(streamArn: string, afterSequence: string | undefined, limit: number): StreamRecord[] {
    return readStream(this.#cloud.store, streamArn, afterSequence, limit, this.#cloud.clock.now());
  }
}

function onTable<I extends { readonly TableName: string }>(run: (input: I, context: Context) => unknown): Operation<I> {
  return { run, resources: (input, context) => [arnOfName(context, input.TableName)] };
}

/** A read of an index is a right on the index, and not on its table. */
function ofRead(input: { readonly TableName: string; readonly IndexName?: string }, context: Context): string[] {
  const table = arnOfName(context, input.TableName);
  return [input.IndexName === undefined ? table : `${table}/index/${input.IndexName}`];
}

function namedTables(names: readonly string[], context: Context): string[] {
  return [...new Set(names)].map((name) => arnOfName(context, name));
}
