import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { fromItem, toItem } from './attribute-value.ts';
import { isNamed, type Patience, persist } from './retry.ts';

/** Where the key stands. Its type is that of the pointers, which every version of the relay passes over and no list shows. */
const PLACE = { pk: 'CURSOR-KEY', sk: 'KEY' };
const TYPE = 'source';

/**
 * The key by which places in lists are sealed: 32 random bytes in the registry's table, made by whoever needs it first and kept by each environment. Who reads
 * that table knows more than what it hides.
 */
export function createCursorKey(client: DynamoDBClient, table: string, patience: Patience): () => Promise<Uint8Array> {
  let known: Promise<Uint8Array> | undefined;
  const read = async (): Promise<Uint8Array | undefined> => {
    const command = new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk = :sk',
      ExpressionAttributeValues: toItem({ ':pk': PLACE.pk, ':sk': PLACE.sk }),
      ConsistentRead: true,
    });
    const [item] = (await persist(() => client.send(command), patience)).Items ?? [];
    return item === undefined ? undefined : Buffer.from(String(fromItem(item).key), 'base64');
  };
  const make = async (): Promise<Uint8Array> => {
    const key = randomBytes(32);
    const command = new PutItemCommand({
      TableName: table,
      Item: toItem({ ...PLACE, type: TYPE, key: key.toString('base64') }),
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    try {
      await persist(() => client.send(command), patience);
      return key;
    } catch (error) {
      const theirs = isNamed(error, 'ConditionalCheckFailedException') ? await read() : undefined;
      if (theirs === undefined) throw error;
      return theirs;
    }
  };
  return () => {
    known ??= read()
      .then((key) => key ?? make())
      .catch((error: unknown) => {
        known = undefined;
        throw error;
      });
    return known;
  };
}
