import {
  DeleteItemCommand,
  DescribeTableCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect } from '@jest/globals';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { describeTables, key, put, TableName } from './tables.ts';

describeTables('streams', (backend, newTable) => {
  const reason = 'records are read through a method of the service';
  backend.localOnly(reason, 'record each change once, in commit order, and nothing for no change', async () => {
    const db = await newTable(true);
    await put(db, { ...key('a', '1'), n: { N: '1' } });
    await put(db, { ...key('a', '1'), n: { N: '1.0' } });
    await put(db, { ...key('a', '1'), n: { N: '2' } });
    await db
      .send(new PutItemCommand({ TableName, Item: key('a', '1'), ConditionExpression: 'attribute_not_exists(pk)' }))
      .catch(() => {});
    await db.send(new DeleteItemCommand({ TableName, Key: key('a', '1') }));
    const arn = (await db.send(new DescribeTableCommand({ TableName }))).Table?.LatestStreamArn ?? '';
    const service = backend.cloud.service(DynamoDbService);
    const records = service.streamRecords(arn, undefined, 100);
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    expect(records[1]?.dynamodb).toMatchObject({
      Keys: key('a', '1'),
      OldImage: { n: { N: '1' } },
      NewImage: { n: { N: '2' } },
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    });
    const after = service.streamRecords(arn, records[0]?.dynamodb.SequenceNumber, 1);
    expect(after.map(({ eventID }) => eventID)).toEqual([records[1]?.eventID]);
    backend.advance(23 * 3_600_000);
    expect(service.streamRecords(arn, undefined, 100)).toHaveLength(3);
    backend.advance(2 * 3_600_000);
    expect(service.streamRecords(arn, undefined, 100)).toEqual([]);
  });

  backend.localOnly(reason, 'keep nothing of a transaction that was cancelled', async () => {
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
    const arn = (await db.send(new DescribeTableCommand({ TableName }))).Table?.LatestStreamArn ?? '';
    expect(backend.cloud.service(DynamoDbService).streamRecords(arn, undefined, 10)).toHaveLength(1);
  });
});
