import { randomUUID } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { BreakerState } from '#mesh/breaker.ts';
import { fromItem, toItem } from './attribute-value.ts';
import type { JsonCall } from './json-call.ts';
import { isNamed } from './retry.ts';

/** What a breaker stands before: a database that a pipeline reads, or the bus of a consumer. */
export type BreakerKind = 'source' | 'consumer';

/** A breaker as it was read, and the tag that the next write over it names. */
export interface KeptBreaker {
  readonly name: string;
  readonly state: BreakerState;
  readonly tag: string;
}

/** The breakers of one kind of a domain: each is an item of its account's table, and of a closed one that did not fail of late there is none. */
export interface BreakerStore {
  all(): Promise<KeptBreaker[]>;
  /** Read consistently; undefined where nothing is kept. */
  read(name: string): Promise<KeptBreaker | undefined>;
  /** Writes `state`, or removes what is there. False when somebody wrote since `replaces` was read; undefined: nothing was there. */
  write(name: string, state: BreakerState | undefined, replaces: string | undefined): Promise<boolean>;
}

type Item = Readonly<Record<string, AttributeValue>>;

/** One of which nobody has heard for so long is forgotten, in seconds: its consumer or source is gone. */
const KEPT = 90 * 24 * 3600;

/** @param call DynamoDB's JSON protocol, which is of version 1.0 */
export function createBreakerStore(
  call: JsonCall,
  TableName: string,
  kind: BreakerKind,
  now: () => Date,
): BreakerStore {
  const keyOf = (name: string) => toItem({ kind, name });
  return {
    async all() {
      const found: KeptBreaker[] = [];
      let ExclusiveStartKey: unknown;
      do {
        const page = (await call('Query', {
          TableName,
          KeyConditionExpression: '#kind = :kind',
          ExpressionAttributeNames: { '#kind': 'kind' },
          ExpressionAttributeValues: { ':kind': { S: kind } },
          ExclusiveStartKey,
        })) as { Items?: readonly Item[]; LastEvaluatedKey?: unknown };
        found.push(...(page.Items ?? []).map(keptOf));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return found;
    },
    async read(name) {
      const answer = await call('GetItem', { TableName, Key: keyOf(name), ConsistentRead: true });
      const { Item } = answer as { Item?: Item };
      return Item === undefined ? undefined : keptOf(Item);
    },
    async write(name, state, replaces) {
      const condition =
        replaces === undefined
          ? { ConditionExpression: 'attribute_not_exists(#tag)', ExpressionAttributeNames: { '#tag': 'tag' } }
          : {
              ConditionExpression: '#tag = :tag',
              ExpressionAttributeNames: { '#tag': 'tag' },
              ExpressionAttributeValues: { ':tag': { S: replaces } },
            };
      // A new tag for each write: one that is removed and made again is another one.
      const Item = toItem({ kind, name, tag: randomUUID(), expires: Math.ceil(now().getTime() / 1000) + KEPT, state });
      try {
        if (state === undefined) await call('DeleteItem', { TableName, Key: keyOf(name), ...condition });
        else await call('PutItem', { TableName, Item, ...condition });
        return true;
      } catch (error) {
        if (isNamed(error, 'ConditionalCheckFailedException')) return false;
        throw error;
      }
    },
  };
}

function keptOf(item: Item): KeptBreaker {
  return fromItem(item) as unknown as KeptBreaker;
}
