import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { toItem } from './attribute-value.ts';

/** Which part of an ordered list of keys is read. A place is a key, which need not be there any more: whatever a place says, nothing before or behind the range is read. */
export interface Range {
  /** Keys that begin so only. */
  readonly prefix?: string;
  /** The lowest key. */
  readonly from?: string;
  /** Goes on behind this place. */
  readonly after?: string;
  /** Records in one read, at most. */
  readonly limit?: number;
  /** The highest key first; goes with `from`, and not with `prefix`. */
  readonly newest?: boolean;
}

/** Behind every key that begins so: names and ids are of ASCII. */
const LAST = '\uffff';

/** Bytes of a sort key. */
const LONGEST = 1024;

type KeyCondition = Pick<
  QueryCommandInput,
  'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>;

/** What a Query says of a range of the keys in that attribute, the place that it goes on behind included; undefined when nothing can be in it. */
export function keysWithin(
  partition: { readonly name: string; readonly value: string },
  attribute: string,
  range: Range,
): KeyCondition | undefined {
  const { low, high } = boundsOf(range);
  // DynamoDB refuses such a range, and compares the bytes; nor is there a key that long.
  if (low !== undefined && high !== undefined && Buffer.compare(Buffer.from(low), Buffer.from(high)) > 0)
    return undefined;
  if (Buffer.byteLength(high ?? '') > LONGEST) return undefined;
  const within = withinOf(low, high);
  return {
    KeyConditionExpression: `#partition = :partition${within}`,
    ExpressionAttributeNames: { '#partition': partition.name, ...(within === '' ? {} : { '#key': attribute }) },
    ExpressionAttributeValues: toItem({
      ':partition': partition.value,
      ...(low === undefined ? {} : { ':low': low }),
      ...(high === undefined ? {} : { ':high': high }),
    }),
  };
}

function withinOf(low: string | undefined, high: string | undefined): string {
  if (low === undefined) return high === undefined ? '' : ' AND #key <= :high';
  return high === undefined ? ' AND #key >= :low' : ' AND #key BETWEEN :low AND :high';
}

function boundsOf({ prefix = '', from = '', after, newest }: Range): { low?: string; high?: string } {
  const [low = ''] = [prefix, from, newest === true ? '' : (after ?? '')].toSorted().toReversed();
  const high = newest === true ? after : prefix === '' ? undefined : `${prefix}${LAST}`;
  return { ...(low === '' ? {} : { low }), ...(high === undefined ? {} : { high }) };
}
