import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { attributesOf, type Condition, meets, parseCondition } from './condition.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { invalid } from './failure.ts';
import { indexKey, itemKey, itemsNamespace, readItem } from './items.ts';
import { keyConditionRange } from './key-condition.ts';
import { type KeyRange, rangeBelow, resume } from './key-order.ts';
import { checkMembers, compileProjection, type Substitutions, scopeOf } from './request.ts';
import { checkKey, type IndexDefinition, indexesOf, keyNames, keyOf, requireTable, type Table } from './table.ts';
import { type Item, itemSize, normalizeItem, type Value } from './value.ts';

const PAGE_BYTES = 1024 * 1024;
const CHUNK = 200;
const PAGE_MEMBERS = [
  'TableName',
  'IndexName',
  'Select',
  'Limit',
  'ConsistentRead',
  'ExclusiveStartKey',
  'FilterExpression',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
];

export interface GetInput extends Substitutions {
  readonly TableName: string;
  readonly Key: Item;
  readonly ProjectionExpression?: string;
  readonly ConsistentRead?: boolean;
}

export interface PageInput extends Substitutions {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Select?: string;
  readonly Limit?: number;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
}

export interface QueryInput extends PageInput {
  readonly KeyConditionExpression?: string;
  readonly ScanIndexForward?: boolean;
}

export function getItem(input: GetInput, context: Context) {
  checkMembers('GetItem', input, [
    'TableName',
    'Key',
    'ProjectionExpression',
    'ExpressionAttributeNames',
    'ConsistentRead',
  ]);
  return { Item: readOne(input, context) };
}

/** One item, projected; undefined when there is none. */
export function readOne(input: GetInput, context: Context): Item | undefined {
  const table = requireTable(context, input.TableName);
  const key = normalizeItem(input.Key);
  checkKey(table, key);
  const scope = scopeOf(input, [input.ProjectionExpression]);
  const keep = compileProjection(input.ProjectionExpression, scope);
  scope.finish();
  const item = readItem(context.cloud.store, table, key);
  return item && keep(item);
}

export function query(input: QueryInput, context: Context) {
  checkMembers('Query', input, [...PAGE_MEMBERS, 'KeyConditionExpression', 'ScanIndexForward']);
  const { table, index } = target(input, context);
  if (input.KeyConditionExpression === undefined) {
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.');
  }
  const scope = scopeOf(input, [input.KeyConditionExpression]);
  const keys = index?.KeySchema ?? table.keys;
  const range = keyConditionRange(table, keys, input.KeyConditionExpression, scope);
  return page(input, context, { table, index, range, reverse: input.ScanIndexForward === false, scope });
}

export function scan(input: PageInput, context: Context) {
  checkMembers('Scan', input, PAGE_MEMBERS);
  const { table, index } = target(input, context);
  const scope = scopeOf(input, [input.FilterExpression, input.ProjectionExpression]);
  return page(input, context, { table, index, range: rangeBelow([]), reverse: false, scope });
}

interface Plan {
  readonly table: Table;
  readonly index: IndexDefinition | undefined;
  readonly range: KeyRange;
  readonly reverse: boolean;
  readonly scope: ExpressionScope;
}

function page(input: PageInput, context: Context, plan: Plan) {
  const { table, index, scope, reverse } = plan;
  if (input.Limit !== undefined && input.Limit < 1) {
    throw invalid(
      `1 validation error detected: Value '${input.Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  const filter = filterOf(input, table, index, scope);
  const keep = compileProjection(input.ProjectionExpression, scope);
  scope.finish();
  const start = input.ExclusiveStartKey && startText(table, index, normalizeItem(input.ExclusiveStartKey));
  const read = readPage(context, plan, resume(plan.range, start, reverse), input.Limit);
  const found = read.items.filter((item) => filter === undefined || meets(item, filter));
  const last = read.more ? read.items.at(-1) : undefined;
  return {
    Count: found.length,
    ScannedCount: read.items.length,
    Items: input.Select === 'COUNT' ? undefined : found.map((item) => keep(whole(input, context, plan, item))),
    LastEvaluatedKey: last && pageKey(table, index, last),
  };
}

/** A local index that projects less gives whole items when asked for all attributes. */
function whole(input: PageInput, context: Context, { table, index }: Plan, item: Item): Item {
  if (input.Select !== 'ALL_ATTRIBUTES' || index === undefined) return item;
  return readItem(context.cloud.store, table, keyOf(table, item)) ?? item;
}

function readPage(context: Context, { table, index, reverse }: Plan, range: KeyRange, limit: number | undefined) {
  const namespace = itemsNamespace(table, index?.IndexName);
  const items: Item[] = [];
  let bytes = 0;
  let left = range;
  for (;;) {
    const size = Math.min(CHUNK, (limit ?? Number.POSITIVE_INFINITY) - items.length);
    const rows = context.cloud.store.range<Item>(namespace, left.from, left.to, { limit: size, reverse });
    for (const { value } of rows) {
      items.push(value);
      bytes += itemSize(value);
      if (bytes >= PAGE_BYTES || items.length === limit) return { items, more: true };
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < size) return { items, more: false };
    left = resume(left, last.key, reverse);
  }
}

function filterOf(
  input: PageInput,
  table: Table,
  index: IndexDefinition | undefined,
  scope: ExpressionScope,
): Condition | undefined {
  if (input.FilterExpression === undefined) return undefined;
  const filter = parseCondition('FilterExpression', input.FilterExpression, scope);
  if (!('KeyConditionExpression' in input)) return filter;
  const keys = keyNames(index?.KeySchema ?? table.keys);
  const named = attributesOf(filter).find((name) => keys.includes(name));
  if (named !== undefined) {
    throw invalid(`Filter Expression can only contain non-primary key attributes: Primary key attribute: ${named}`);
  }
  return filter;
}

function target(input: PageInput, context: Context) {
  const table = requireTable(context, input.TableName);
  const index = indexesOf(table).find(({ IndexName }) => IndexName === input.IndexName);
  if (input.IndexName === undefined) return { table, index: undefined };
  if (index === undefined) throw invalid(`The table does not have the specified index: ${input.IndexName}`);
  const global = table.globalIndexes.includes(index);
  if (global && input.ConsistentRead === true) {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  if (global && input.Select === 'ALL_ATTRIBUTES' && index.Projection.ProjectionType !== 'ALL') {
    throw invalid(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.IndexName} because its projection type is not ALL`,
    );
  }
  return { table, index };
}

function pageKey(table: Table, index: IndexDefinition | undefined, item: Item): Item {
  const key: Record<string, Value> = { ...keyOf(table, item) };
  for (const name of keyNames(index?.KeySchema ?? [])) {
    const value = item[name];
    if (value !== undefined) key[name] = value;
  }
  return key;
}

function startText(table: Table, index: IndexDefinition | undefined, key: Item): string {
  const names = new Set([...keyNames(table.keys), ...keyNames(index?.KeySchema ?? [])]);
  const fits = Object.keys(key).length === names.size && [...names].every((name) => key[name] !== undefined);
  const text = fits ? (index === undefined ? itemKey(table, key) : indexKey(table, index, key)) : undefined;
  if (text === undefined) throw new AwsError('ValidationException', 'The provided starting key is invalid');
  return text;
}
