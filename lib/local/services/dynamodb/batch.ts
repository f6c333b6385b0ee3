import type { Context } from '../../core/service.ts';
import { invalid } from './failure.ts';
import { itemKey } from './items.ts';
import { readOne } from './read.ts';
import { checkMembers, type Substitutions } from './request.ts';
import { tableArn } from './table.ts';
import { type Item, itemSize } from './value.ts';
import { prepareDelete, preparePut } from './write.ts';

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

export interface BatchWriteInput {
  readonly RequestItems: Readonly<Record<string, readonly WriteRequest[]>>;
}

interface KeysAndAttributes extends Substitutions {
  readonly Keys: readonly Item[];
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

export interface BatchGetInput {
  readonly RequestItems: Readonly<Record<string, KeysAndAttributes>>;
}

const MOST_WRITES = 25;
const MOST_READS = 100;
const ANSWER_BYTES = 16 * 1024 * 1024;

export function batchWrite(input: BatchWriteInput, context: Context) {
  checkMembers('BatchWriteItem', input, ['RequestItems']);
  const requests = Object.entries(input.RequestItems).flatMap(([table, list]) =>
    list.map((request) => [table, request] as const),
  );
  if (requests.length === 0 || requests.length > MOST_WRITES) {
    throw invalid('Too many items requested for the BatchWriteItem call');
  }
  const writes = requests.map(([TableName, { PutRequest, DeleteRequest }]) => {
    if (PutRequest !== undefined) return preparePut({ TableName, Item: PutRequest.Item }, context);
    if (DeleteRequest !== undefined) return prepareDelete({ TableName, Key: DeleteRequest.Key }, context);
    throw invalid('Supplied WriteRequest is empty, must contain exactly one of PutRequest or DeleteRequest');
  });
  const keys = writes.map(({ table, key }) => `${tableArn(table)} ${itemKey(table, key)}`);
  if (new Set(keys).size < keys.length) throw invalid('Provided list of item keys contains duplicates');
  context.cloud.store.transaction(() => {
    for (const write of writes) write.apply();
  });
  return { UnprocessedItems: {} };
}

export function batchGet(input: BatchGetInput, context: Context) {
  checkMembers('BatchGetItem', input, ['RequestItems']);
  const count = Object.values(input.RequestItems).reduce((sum, { Keys }) => sum + Keys.length, 0);
  if (count === 0 || count > MOST_READS) throw invalid('Too many items requested for the BatchGetItem call');
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, KeysAndAttributes> = {};
  let bytes = 0;
  let full = false;
  for (const [TableName, { Keys, ...rest }] of Object.entries(input.RequestItems)) {
    if (new Set(Keys.map((key) => JSON.stringify(Object.entries(key).sort()))).size < Keys.length) {
      throw invalid('Provided list of item keys contains duplicates');
    }
    const found: Item[] = [];
    const left: Item[] = [];
    for (const Key of Keys) {
      const item: Item | undefined = full ? undefined : readOne({ ...rest, TableName, Key }, context);
      const size: number = item === undefined ? 0 : itemSize(item);
      full ||= bytes + size > ANSWER_BYTES;
      if (full) left.push(Key);
      else if (item !== undefined) found.push(item);
      bytes += size;
    }
    Responses[TableName] = found;
    if (left.length > 0) UnprocessedKeys[TableName] = { ...rest, Keys: left };
  }
  return { Responses, UnprocessedKeys };
}
