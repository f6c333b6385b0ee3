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

/** No key is beyond it, and none below. */
const LAST = '\u{10ffff}';
const FIRST = '\u0001';

/** Bytes of a sort key. */
const LONGEST = 1024;

/** What a Query says of a range of the keys in that attribute; undefined when nothing can be in it. */
export function keysWithin(
  partition: { readonly name: string; readonly value: string },
  attribute: string,
  range: Range,
):
  | Pick<QueryCommandInput, 'KeyConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'>
  | undefined {
  const bounds = boundsOf(range);
  const names = { '#partition': partition.name };
  if (bounds === undefined) {
    return {
      KeyConditionExpression: '#partition = :partition',
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: toItem({ ':partition': partition.value }),
    };
  }
  const { low, high } = bounds;
  // DynamoDB refuses such a range, and compares the bytes; nor is there a key that long.
  if (Buffer.byteLength(high) > LONGEST) return undefined;
  if (Buffer.compare(Buffer.from(low), Buffer.from(high)) > 0) return undefined;
  return {
    KeyConditionExpression: '#partition = :partition AND #key BETWEEN :low AND :high',
    ExpressionAttributeNames: { ...names, '#key': attribute },
    ExpressionAttributeValues: toItem({ ':partition': partition.value, ':low': low, ':high': high }),
  };
}

function boundsOf({ prefix = '', from = '', after, newest }: Range): { low: string; high: string } | undefined {
  const lowest = from > prefix ? from : prefix;
  if (newest === true)
    return lowest === '' && after === undefined ? undefined : { low: lowest || FIRST, high: after ?? LAST };
  // The next key that there can be.
  const next = after === undefined ? '' : `${after}\u0000`;
  const low = next > lowest ? next : lowest;
  return low === '' ? undefined : { low, high: `${prefix}${LAST}` };
}
