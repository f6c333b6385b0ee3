import { createHash } from 'node:crypto';
import { toJson } from '../../core/codecs.ts';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { invalid } from './failure.ts';
import { itemKey } from './items.ts';
import { type GetInput, readOne } from './read.ts';
import { type Conditional, checkMembers } from './request.ts';
import { tableArn } from './table.ts';
import type { Item } from './value.ts';
import {
  type DeleteInput,
  type PreparedWrite,
  type PutInput,
  prepareCheck,
  prepareDelete,
  preparePut,
  prepareUpdate,
  type UpdateInput,
} from './write.ts';

interface TransactWriteItem {
  readonly Put?: PutInput;
  readonly Update?: UpdateInput;
  readonly Delete?: DeleteInput;
  readonly ConditionCheck?: Conditional & { readonly TableName: string; readonly Key: Item };
}

export interface TransactWriteInput {
  readonly TransactItems: readonly TransactWriteItem[];
  readonly ClientRequestToken?: string;
}

export interface TransactGetInput {
  readonly TransactItems: readonly { readonly Get: GetInput }[];
}

interface Reason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: Item;
}

const MOST_ITEMS = 100;
const TOKEN_MILLISECONDS = 10 * 60_000;

/** All of the writes, or none and the reason for each. @throws AwsError `TransactionCanceledException`. */
export function transactWrite(input: TransactWriteInput, context: Context) {
  checkMembers('TransactWriteItems', input, ['TransactItems', 'ClientRequestToken']);
  checkCount(input.TransactItems.length);
  const { store } = context.cloud;
  return store.transaction(() => {
    if (input.ClientRequestToken !== undefined && isRepeat(input, context)) return {};
    const writes = input.TransactItems.map((entry) => prepareEntry(entry, context));
    refuseDoubles(writes.map(({ table, key }) => `${tableArn(table)} ${itemKey(table, key)}`));
    const reasons: Reason[] = writes.map((write) => attempt(write));
    if (reasons.every(({ Code }) => Code === 'None')) return {};
    const codes = reasons.map(({ Code }) => Code).join(', ');
    throw new AwsError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
      400,
      { CancellationReasons: reasons },
    );
  });
}

export function transactGet(input: TransactGetInput, context: Context) {
  checkMembers('TransactGetItems', input, ['TransactItems']);
  checkCount(input.TransactItems.length);
  const Responses = input.TransactItems.map(({ Get }) => {
    const Item = readOne(Get, context);
    return Item === undefined ? {} : { Item };
  });
  return { Responses };
}

function prepareEntry(entry: TransactWriteItem, context: Context): Omit<PreparedWrite, 'apply'> & { apply(): void } {
  const given = Object.values(entry).filter((operation) => operation !== undefined);
  if (given.length !== 1) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (entry.Put !== undefined) return preparePut(entry.Put, context);
  if (entry.Delete !== undefined) return prepareDelete(entry.Delete, context);
  if (entry.Update !== undefined) return prepareUpdate(entry.Update, context);
  const conditionCheck = entry.ConditionCheck;
  if (conditionCheck?.ConditionExpression === undefined) {
    throw invalid('The ConditionExpression of a ConditionCheck must be specified');
  }
  const { table, key, check, current } = prepareCheck(conditionCheck, context);
  return { table, key, apply: () => check(current()) };
}

function attempt(write: { apply(): void }): Reason {
  try {
    write.apply();
    return { Code: 'None' };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === 'ConditionalCheckFailedException') {
      const Item = error.members.Item as Item | undefined;
      return { Code: 'ConditionalCheckFailed', Message: error.message, Item };
    }
    if (error.code === 'ValidationException') return { Code: 'ValidationError', Message: error.message };
    throw error;
  }
}

/** The same token with the same request within ten minutes is the same transaction. */
function isRepeat(input: TransactWriteInput, context: Context): boolean {
  const namespace = `dynamodb/${context.account}/${context.region}/token`;
  const token = input.ClientRequestToken ?? '';
  const hash = createHash('sha256').update(toJson(input.TransactItems)).digest('hex');
  const known = context.cloud.store.get<{ hash: string; at: number }>(namespace, token);
  if (known !== undefined && context.now - known.at < TOKEN_MILLISECONDS) {
    if (known.hash === hash) return true;
    throw new AwsError(
      'IdempotentParameterMismatchException',
      'Request rejected because it was retried with a different payload',
    );
  }
  context.cloud.store.put(namespace, token, { hash, at: context.now });
  return false;
}

function refuseDoubles(keys: readonly string[]): void {
  if (new Set(keys).size < keys.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
}

function checkCount(count: number): void {
  if (count >= 1 && count <= MOST_ITEMS) return;
  throw invalid(
    `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${count < 1 ? 'greater than or equal to 1' : `less than or equal to ${MOST_ITEMS}`}`,
  );
}
