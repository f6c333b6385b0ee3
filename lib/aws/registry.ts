import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { type AlertRecord, ruleOfAlert } from '#mesh/audit/alert.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { userError, WeftError } from '#mesh/error.ts';
import type { LineageRecord } from '#mesh/lineage/record.ts';
import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { AttemptRecord, RegistryRecord } from '#mesh/registry.ts';
import { inTodaysFormat, WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import type { DomainRecord } from '#mesh/subscription/stop.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { fromItem, toItem } from './attribute-value.ts';
import {
  alertKey,
  DOMAINS,
  ENTITLEMENTS,
  keyOf,
  lineagePartition,
  type ProductKey,
  productPartition,
  type RegistryKey,
  sortOf,
  sourceKey,
} from './registry-keys.ts';
import { keysWithin, type Range } from './registry-range.ts';
import { isNamed, type Patience, persist } from './retry.ts';

export type { ProductKey } from './registry-keys.ts';

/** One major version with everything that hangs on it: what one Query reads. */
export interface VersionState {
  readonly product: ProductRecord;
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly shares: readonly ShareRecord[];
}

/** A record to write, and the revision that it replaces: undefined when it must not exist yet. */
export interface RecordWrite {
  readonly record:
    | ProductRecord
    | SubscriptionRecord
    | ShareRecord
    | EntitlementRecord
    | DomainRecord
    | FeedbackRecord
    | LineageRecord
    | AlertRecord;
  readonly replaces: number | undefined;
}

/** A source table that a product follows: at most one product may. */
export interface SourceClaim {
  readonly account: string;
  readonly database: string;
  readonly table: string;
  readonly product: { readonly domain: string; readonly name: string };
  /** True gives the table free again. */
  readonly release?: boolean;
}

/** The records of one read. */
export interface Page<T> {
  readonly records: readonly T[];
  /** The place behind which the next page begins; absent on the last. */
  readonly next?: string;
}

/** A record of a product's own partition. */
export type ProductPart = ProductRecord | SubscriptionRecord | ShareRecord;

/** The one source of truth: desired state and status of every product, subscription and share. */
export interface Registry {
  /** One version, read consistently; undefined when it was never published. */
  version(key: ProductKey): Promise<VersionState | undefined>;
  /** Every version of a product, lowest major first. */
  versions(product: { readonly domain: string; readonly name: string }): Promise<VersionState[]>;
  /** Writes all or nothing, but for claims beyond what one transaction holds. @throws WEFT-REGISTRY-001 changed meanwhile, -002 source table taken, -003 a record is too big. */
  write(writes: readonly RecordWrite[], claims?: readonly SourceClaim[]): Promise<void>;
  /** Every standing entitlement, those that ended included, read consistently. */
  entitlements(): Promise<EntitlementRecord[]>;
  /** Every domain that was ever suspended as a whole, read consistently. */
  domains(): Promise<DomainRecord[]>;
  /** One alert, read consistently; undefined when nobody raised it. */
  alert(id: string): Promise<AlertRecord | undefined>;
  /** What the tables of a version were last made of, by each job that writes one, read consistently. */
  lineage(key: ProductKey): Promise<LineageRecord[]>;
  /** Keeps a refused command for the trail. */
  attempt(record: AttemptRecord): Promise<void>;
  /** The product that follows a source table. */
  follower(account: string, database: string, table: string): Promise<{ domain: string; name: string } | undefined>;
  /** One page of the records of a type in index order; a place is what `sortOf` gives. */
  page<T extends Paged>(type: T, range?: Range): Promise<Page<Extract<RegistryRecord, { type: T }>>>;
  /** One page of all that hangs on a product, read consistently; a place is the `sk` that `keyOf` gives. */
  productPage(product: { readonly domain: string; readonly name: string }, range?: Range): Promise<Page<ProductPart>>;
  /** One page of the standing entitlements by id, read consistently. */
  entitlementPage(range?: Range): Promise<Page<EntitlementRecord>>;
}

/** The types of records that are listed from the index. */
export type Paged = 'product' | 'subscription' | 'share' | 'feedback' | 'lineage' | 'alert';

/** DynamoDB takes 400 KB for an item; the rest is room for status and keys. */
const ITEM_LIMIT = 350 * 1024;

/** Items that DynamoDB takes in one transaction. */
const TRANSACTION_LIMIT = 100;

/**
 * The transactions of one write: one, unless there are more claims than it holds. Then new claims go first and released ones last, so that the records
 * are never without a claim; a claim whose records were not written after all stays with its product, which takes it again when it is published again.
 */
function transactions(
  writes: readonly RecordWrite[],
  claims: readonly SourceClaim[],
): [readonly RecordWrite[], readonly SourceClaim[]][] {
  if (writes.length + claims.length <= TRANSACTION_LIMIT) return [[writes, claims]];
  const taken = claims.filter((claim) => claim.release !== true);
  const released = claims.filter((claim) => claim.release === true);
  const chunks = (list: readonly SourceClaim[]): [readonly RecordWrite[], readonly SourceClaim[]][] =>
    Array.from({ length: Math.ceil(list.length / TRANSACTION_LIMIT) }, (_, index) => [
      [],
      list.slice(index * TRANSACTION_LIMIT, (index + 1) * TRANSACTION_LIMIT),
    ]);
  return [...chunks(taken), [writes, []], ...chunks(released)];
}

export function createRegistry(client: DynamoDBClient, table: string, patience: Patience): Registry {
  const query = async (input: Omit<QueryCommandInput, 'TableName'>): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let from: Record<string, AttributeValue> | undefined;
    do {
      const command = new QueryCommand({ TableName: table, ...input, ExclusiveStartKey: from });
      const answer = await persist(() => client.send(command), patience);
      items.push(...(answer.Items ?? []).map(fromItem));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return items;
  };
  const transact = async (writes: readonly RecordWrite[], claims: readonly SourceClaim[]): Promise<void> => {
    const TransactItems = [
      ...writes.map((write) => ({ Put: putOf(table, write) })),
      ...claims.map((claim) => claimOf(table, claim)),
    ];
    // One token for all tries: a transaction that was applied although its answer was lost is not refused as a conflict with itself.
    const command = new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: randomUUID() });
    try {
      await persist(
        () => client.send(command),
        patience,
        (error) => isTransactionConflict(error) || isThrottled(error),
      );
    } catch (error) {
      throw refusal(error, writes, claims);
    }
  };
  const readPage = async <T>(
    partition: { readonly name: string; readonly value: string },
    { attribute, ...how }: { attribute: 'sk' | 'sort' } & Pick<QueryCommandInput, 'IndexName' | 'ConsistentRead'>,
    { limit = 100, ...range }: Range,
  ): Promise<Page<T>> => {
    const keys = keysWithin(partition, attribute, range);
    if (keys === undefined) return { records: [] };
    const ScanIndexForward = range.newest !== true;
    // A range begins with the place that it goes on behind, which is one more to read.
    const Limit = range.after === undefined ? limit : limit + 1;
    const command = new QueryCommand({ TableName: table, ...how, ...keys, ScanIndexForward, Limit });
    const answer = await persist(() => client.send(command), patience);
    const items = (answer.Items ?? []).map(fromItem).filter((item) => item[attribute] !== range.after);
    const last = answer.LastEvaluatedKey;
    return {
      records: items.map((item) => toRecord(item) as T),
      ...(last === undefined ? {} : { next: String(fromItem(last)[attribute]) }),
    };
  };
  return {
    async version(key) {
      const items = await query({
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
        // '$' follows '#': V#1 and V#1#… are in, V#10 is not.
        ExpressionAttributeValues: toItem({
          ':pk': productPartition(key),
          ':low': `V#${key.major}`,
          ':high': `V#${key.major}$`,
        }),
        ConsistentRead: true,
      });
      return toVersions(items)[0];
    },
    async versions(product) {
      const items = await query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': productPartition(product) }),
        ConsistentRead: true,
      });
      return toVersions(items);
    },
    async domains() {
      const items = await query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': DOMAINS }),
        ConsistentRead: true,
      });
      return items.map((item) => toRecord(item) as DomainRecord);
    },
    async entitlements() {
      const items = await query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: toItem({ ':pk': ENTITLEMENTS }),
        ConsistentRead: true,
      });
      return items.map((item) => toRecord(item) as EntitlementRecord);
    },
    async alert(id) {
      const { pk, sk } = alertKey({ rule: ruleOfAlert(id) ?? '', id });
      const [item] = await query({
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': sk }),
        ConsistentRead: true,
      });
      return item === undefined ? undefined : (toRecord(item) as AlertRecord);
    },
    async lineage(key) {
      const items = await query({
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :version)',
        ExpressionAttributeValues: toItem({ ':pk': lineagePartition(key), ':version': `V#${key.major}#` }),
        ConsistentRead: true,
      });
      return items.map((item) => toRecord(item) as LineageRecord);
    },
    async write(writes, claims = []) {
      for (const [some, of] of transactions(writes, claims)) await transact(some, of);
    },
    async attempt(record) {
      const Item = toItem({ ...record, ...keyOf(record), sort: sortOf(record), format: WRITTEN_FORMAT });
      await persist(() => client.send(new PutItemCommand({ TableName: table, Item })), patience);
    },
    async follower(account, database, name) {
      const { pk, sk } = sourceKey(account, database, name);
      const [pointer] = await query({
        KeyConditionExpression: 'pk = :pk AND sk = :sk',
        ExpressionAttributeValues: toItem({ ':pk': pk, ':sk': sk }),
        ConsistentRead: true,
      });
      const [domain, product] = String(pointer?.product ?? '').split('/');
      return domain === undefined || product === undefined ? undefined : { domain, name: product };
    },
    page: (type, range = {}) =>
      readPage({ name: 'type', value: type }, { attribute: 'sort', IndexName: 'by-type' }, range),
    productPage: (product, range = {}) => readPage({ name: 'pk', value: productPartition(product) }, OWN, range),
    entitlementPage: (range = {}) => readPage({ name: 'pk', value: ENTITLEMENTS }, OWN, range),
  };
}

/** A partition's own order. */
const OWN = { attribute: 'sk', ConsistentRead: true } as const;

/** DynamoDB ends a page at one megabyte; a lower number of records would only make more calls of the same bytes. */
const WHOLE_PAGE = 1_000;

/** Every record of a type, page after page. */
export async function* everyRecord<T extends Paged>(
  registry: Pick<Registry, 'page'>,
  type: T,
  prefix?: string,
): AsyncGenerator<Extract<RegistryRecord, { type: T }>> {
  let after: string | undefined;
  do {
    const page = await registry.page(type, { prefix, after, limit: WHOLE_PAGE });
    yield* page.records;
    after = page.next;
  } while (after !== undefined);
}

/** Items that are part of a record, or lead to one, and tell no story of their own. */
const POINTERS = new Set(['source', 'policy-head', 'policy-files']);

/** The record in a DynamoDB image, or undefined when the item is not a record (a source pointer). */
export function recordOfImage(image: Readonly<Record<string, AttributeValue>> | undefined): RegistryRecord | undefined {
  if (image === undefined) return undefined;
  const item = fromItem(image);
  return POINTERS.has(String(item.type)) ? undefined : toRecord(item);
}

function toRecord(item: Record<string, unknown>): RegistryRecord {
  const { pk: _pk, sk: _sk, sort: _sort, ...record } = inTodaysFormat(item);
  return record as unknown as RegistryRecord;
}

function toVersions(items: readonly Record<string, unknown>[]): VersionState[] {
  const records = items.map(toRecord);
  return records
    .filter((record) => record.type === 'product')
    .sort((a, b) => a.major - b.major)
    .map((product) => ({
      product,
      subscriptions: records.filter((record) => record.type === 'subscription' && record.major === product.major),
      shares: records.filter((record) => record.type === 'share' && record.intent.major === product.major),
    })) as VersionState[];
}

function putOf(table: string, { record, replaces }: RecordWrite) {
  const item = { ...record, ...keyOf(record), sort: sortOf(record), format: WRITTEN_FORMAT };
  const size = Buffer.byteLength(JSON.stringify(item));
  if (size > ITEM_LIMIT) {
    throw userError(
      'WEFT-REGISTRY-003',
      `${record.type} ${sortOf(record)} takes ${Math.ceil(size / 1024)} KB in the registry, at most ${ITEM_LIMIT / 1024} KB are allowed`,
      { hint: 'split the product into several, or shorten its descriptions' },
    );
  }
  return {
    TableName: table,
    Item: toItem(item),
    ...(replaces === undefined
      ? { ConditionExpression: 'attribute_not_exists(pk)' }
      : {
          ConditionExpression: '#revision = :revision',
          ExpressionAttributeNames: { '#revision': 'revision' },
          ExpressionAttributeValues: toItem({ ':revision': replaces }),
        }),
  };
}

function claimOf(table: string, claim: SourceClaim) {
  const key: RegistryKey = sourceKey(claim.account, claim.database, claim.table);
  const product = `${claim.product.domain}/${claim.product.name}`;
  const condition = {
    TableName: table,
    ConditionExpression: 'attribute_not_exists(pk) OR #product = :product',
    ExpressionAttributeNames: { '#product': 'product' },
    ExpressionAttributeValues: toItem({ ':product': product }),
  };
  return claim.release === true
    ? { Delete: { ...condition, Key: toItem(key) } }
    : { Put: { ...condition, Item: toItem({ ...key, type: 'source', product }) } };
}

function isThrottled(error: unknown): boolean {
  return isNamed(
    error,
    'ThrottlingException',
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'InternalServerError',
    'TransactionInProgressException',
    'TimeoutError',
  );
}

/** Another transaction holds an item at this moment: nothing was judged, so it can be tried again. */
function isTransactionConflict(error: unknown): boolean {
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  return (
    codes.every((code) => code !== 'ConditionalCheckFailed') &&
    codes.some((code) => code === 'TransactionConflict' || code === 'ThrottlingError')
  );
}

function refusal(error: unknown, writes: readonly RecordWrite[], claims: readonly SourceClaim[]): unknown {
  if (!(error instanceof TransactionCanceledException)) return error;
  const index = (error.CancellationReasons ?? []).findIndex((reason) => reason.Code === 'ConditionalCheckFailed');
  if (index < 0) return error;
  const claim = claims[index - writes.length];
  if (claim !== undefined) {
    return userError(
      'WEFT-REGISTRY-002',
      `source table \`${claim.database}.${claim.table}\` of account ${claim.account} already belongs to another product`,
      {
        cause: error,
        hint: 'a table backs one product only: name another table in the contract, or retire the other product',
      },
    );
  }
  const record = writes[index]?.record;
  const name = record === undefined ? 'record' : `${record.type} ${sortOf(record)}`;
  return new WeftError('WEFT-REGISTRY-001', `${name} was changed by somebody else meanwhile`, {
    source: 'user',
    cause: error,
    hint: 'look at it again and repeat the command',
  });
}
