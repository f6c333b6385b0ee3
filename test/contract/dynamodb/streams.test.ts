import {
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import type { Backend } from '../harness.ts';
import { jsonClient } from '../json-client.ts';
import { describeTables, key, put, TableName } from './tables.ts';

interface Change {
  readonly eventName: string;
  readonly dynamodb: { readonly StreamViewType: string };
}

const streamOf = async (db: DynamoDBClient) =>
  (await db.send(new DescribeTableCommand({ TableName }))).Table?.LatestStreamArn ?? '';

/** What a stream holds: event source mappings of the local cloud read it by a method, others by the API. */
async function changes(backend: Backend, StreamArn: string): Promise<readonly Change[]> {
  if (backend.name === 'lib/local') {
    return backend.cloud.service(DynamoDbService).streamRecords(StreamArn, undefined, 100);
  }
  const { send } = backend.client(jsonClient('dynamodb', 'DynamoDBStreams_20120810'));
  const told = (await send('DescribeStream', { StreamArn })) as {
    StreamDescription: { Shards: { ShardId: string }[] };
  };
  const ShardId = told.StreamDescription.Shards[0]?.ShardId;
  const from = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
  const { ShardIterator } = (await send('GetShardIterator', from)) as { ShardIterator: string };
  return ((await send('GetRecords', { ShardIterator })) as { Records: Change[] }).Records;
}

describeTables('streams', (backend, newTable) => {
  test('record each change once, in commit order, with what it was and is', async () => {
    const db = await newTable(true);
    await put(db, { ...key('a', '1'), n: { N: '1' } });
    await put(db, { ...key('a', '1'), n: { N: '2' } });
    await db
      .send(new PutItemCommand({ TableName, Item: key('a', '1'), ConditionExpression: 'attribute_not_exists(pk)' }))
      .catch(() => {});
    await db.send(new DeleteItemCommand({ TableName, Key: key('a', '1') }));
    const records = await changes(backend, await streamOf(db));
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]?.dynamodb).toMatchObject({
      Keys: key('a', '1'),
      OldImage: { n: { N: '1' } },
      NewImage: { n: { N: '2' } },
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
  });

  backend.differs('dynamodb-stream-no-change', 'record nothing where nothing changed', async () => {
    const db = await newTable(true);
    for (const n of ['1', '1.0']) await put(db, { ...key('a', '1'), n: { N: n } });
    expect((await changes(backend, await streamOf(db))).map(({ eventName }) => eventName)).toEqual(['INSERT']);
  });

  test('keep nothing of a transaction that was cancelled', async () => {
    const db = await newTable(true);
    await put(db, key('a', '1'));
    await db
      .send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName, Item: key('b', '1') } },
            { Put: { TableName, Item: key('a', '1'), ConditionExpression: 'attribute_not_exists(pk)' } },
          ],
        }),
      )
      .catch(() => {});
    expect(await changes(backend, await streamOf(db))).toHaveLength(1);
  });

  backend.localOnly('clock', 'keep their records for a day, and are read on from one of them', async () => {
    const db = await newTable(true);
    for (const n of ['1', '2', '3']) await put(db, { ...key('a', '1'), n: { N: n } });
    const arn = await streamOf(db);
    const service = backend.cloud.service(DynamoDbService);
    const records = service.streamRecords(arn, undefined, 100);
    const after = service.streamRecords(arn, records[0]?.dynamodb.SequenceNumber, 1);
    expect(after.map(({ eventID }) => eventID)).toEqual([records[1]?.eventID]);
    backend.advance(23 * 3_600_000);
    expect(service.streamRecords(arn, undefined, 100)).toHaveLength(3);
    backend.advance(2 * 3_600_000);
    expect(service.streamRecords(arn, undefined, 100)).toEqual([]);
  });
});
