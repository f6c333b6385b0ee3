import type { Context } from '../../core/service.ts';
import { invalid } from './failure.ts';
import { readItem, writeItem } from './items.ts';
import { project } from './path.ts';
import { type Conditional, checkMembers, compileCondition, scopeOf } from './request.ts';
import { checkItemKeys, checkKey, keyNames, requireTable, type Table } from './table.ts';
import { applyUpdate, parseUpdate, type Update, updatedPaths } from './update.ts';
import { type Item, itemSize, normalizeItem } from './value.ts';

const ITEM_BYTES = 400 * 1024;

export interface PutInput extends Conditional {
  readonly TableName: string;
  readonly Item: Item;
  readonly ReturnValues?: string;
}

export interface UpdateInput extends Conditional {
  readonly TableName: string;
  readonly Key: Item;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
}

export interface DeleteInput extends Conditional {
  readonly TableName: string;
  readonly Key: Item;
  readonly ReturnValues?: string;
}

/** A write that is checked and ready: run it inside a transaction of the store. */
export interface PreparedWrite {
  readonly table: Table;
  readonly key: Item;
  /** @throws AwsError when the condition does not hold or the result is no valid item. */
  apply(): { readonly before: Item | undefined; readonly after: Item | undefined };
}

const CONDITION_MEMBERS = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
];

export function preparePut(input: PutInput, context: Context): PreparedWrite {
  checkMembers('PutItem', input, [...CONDITION_MEMBERS, 'Item']);
  const table = requireTable(context, input.TableName);
  const after = normalizeItem(input.Item);
  checkItemKeys(table, after);
  if (itemSize(after) > ITEM_BYTES) throw invalid('Item size has exceeded the maximum allowed size');
  const scope = scopeOf(input, [input.ConditionExpression]);
  const check = compileCondition(input, scope);
  scope.finish();
  return prepared(context, table, after, (before) => {
    check(before);
    return after;
  });
}

export function prepareUpdate(input: UpdateInput, context: Context): PreparedWrite & { readonly update: Update } {
  checkMembers('UpdateItem', input, [...CONDITION_MEMBERS, 'Key', 'UpdateExpression']);
  const table = requireTable(context, input.TableName);
  const key = normalizeItem(input.Key);
  checkKey(table, key);
  const scope = scopeOf(input, [input.ConditionExpression, input.UpdateExpression]);
  const check = compileCondition(input, scope);
  const update = input.UpdateExpression === undefined ? [] : parseUpdate(input.UpdateExpression, scope);
  scope.finish();
  for (const [name] of updatedPaths(update)) {
    if (keyNames(table.keys).includes(String(name))) {
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
      );
    }
  }
  const write = prepared(context, table, key, (before) => {
    check(before);
    const after = applyUpdate(before ?? key, update);
    checkItemKeys(table, after);
    if (itemSize(after) > ITEM_BYTES) throw invalid('Item size to update has exceeded the maximum allowed size');
    return after;
  });
  return { ...write, update };
}

export function prepareDelete(input: DeleteInput, context: Context): PreparedWrite {
  checkMembers('DeleteItem', input, [...CONDITION_MEMBERS, 'Key']);
  const { check, table, key } = prepareCheck(input, context);
  return prepared(context, table, key, (before) => {
    check(before);
    return undefined;
  });
}

/** A condition on an item that is not written: of a transaction's ConditionCheck, and of a delete. */
export function prepareCheck(
  input: Conditional & { readonly TableName: string; readonly Key: Item },
  context: Context,
) {
  const table = requireTable(context, input.TableName);
  const key = normalizeItem(input.Key);
  checkKey(table, key);
  const scope = scopeOf(input, [input.ConditionExpression]);
  const check = compileCondition(input, scope);
  scope.finish();
  return { table, key, check, current: () => readItem(context.cloud.store, table, key) };
}

export function putItem(input: PutInput, context: Context) {
  const returned = oneOf(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const { before } = run(preparePut(input, context), context);
  return returned === 'ALL_OLD' ? { Attributes: before } : {};
}

export function deleteItem(input: DeleteInput, context: Context) {
  const returned = oneOf(input.ReturnValues, ['NONE', 'ALL_OLD']);
  const { before } = run(prepareDelete(input, context), context);
  return returned === 'ALL_OLD' ? { Attributes: before } : {};
}

export function updateItem(input: UpdateInput, context: Context) {
  const returned = oneOf(input.ReturnValues, ['NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW']);
  const write = prepareUpdate(input, context);
  const { before, after } = run(write, context);
  const updated = (item: Item | undefined) => {
    const attributes = project(item ?? {}, updatedPaths(write.update));
    return { Attributes: Object.keys(attributes).length === 0 ? undefined : attributes };
  };
  if (returned === 'ALL_OLD') return { Attributes: before };
  if (returned === 'ALL_NEW') return { Attributes: after };
  if (returned === 'UPDATED_OLD') return updated(before);
  return returned === 'UPDATED_NEW' ? updated(after) : {};
}

function prepared(
  context: Context,
  table: Table,
  key: Item,
  change: (before: Item | undefined) => Item | undefined,
): PreparedWrite {
  const { store } = context.cloud;
  return {
    table,
    key,
    apply: () => {
      const before = readItem(store, table, key);
      const after = change(before);
      writeItem(store, table, before, after, context.now);
      return { before, after };
    },
  };
}

function run(write: PreparedWrite, context: Context) {
  return context.cloud.store.transaction(() => write.apply());
}

function oneOf(value: string | undefined, allowed: readonly string[]): string {
  if (value === undefined || allowed.includes(value)) return value ?? 'NONE';
  throw invalid(`Return values set to invalid value: ${value}; allowed are ${allowed.join(', ')}`);
}
