import {
  DeleteItemCommand,
  type DynamoDBClient,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { describeTables, type Item, key, put, TableName } from './tables.ts';

describeTables('queries', (_backend, newTable) => {
  async function filled(): Promise<DynamoDBClient> {
    const db = await newTable();
    const ranks = ['-12', '-1.5', '0', '0.5', '2', '10', '100'];
    for (const [at, rank] of ranks.entries()) {
      await put(db, {
        ...key('a', `V#${at}`),
        type: { S: 'product' },
        rank: { N: rank },
        even: { BOOL: at % 2 === 0 },
        doc: { M: { one: { S: 'x' }, two: { S: 'y' } } },
      });
    }
    await put(db, key('ab', 'V#0'));
    return db;
  }
  const query = (db: DynamoDBClient, input: Partial<QueryCommandInput>) =>
    db.send(new QueryCommand({ TableName, ...input }));
  const sorts = (items: readonly Item[] | undefined) => items?.map(({ sk }) => sk?.S);

  const ranges: [string, Item, (string | undefined)[]][] = [
    ['pk = :p AND sk = :a', { ':a': { S: 'V#2' } }, ['V#2']],
    ['pk = :p AND sk < :a', { ':a': { S: 'V#2' } }, ['V#0', 'V#1']],
    ['pk = :p AND sk <= :a', { ':a': { S: 'V#1' } }, ['V#0', 'V#1']],
    ['pk = :p AND sk > :a', { ':a': { S: 'V#4' } }, ['V#5', 'V#6']],
    ['pk = :p AND sk >= :a', { ':a': { S: 'V#5' } }, ['V#5', 'V#6']],
    ['pk = :p AND sk BETWEEN :a AND :b', { ':a': { S: 'V#1' }, ':b': { S: 'V#3' } }, ['V#1', 'V#2', 'V#3']],
    ['pk = :p AND begins_with(sk, :a)', { ':a': { S: 'V#6' } }, ['V#6']],
    ['pk = :p', {}, ['V#0', 'V#1', 'V#2', 'V#3', 'V#4', 'V#5', 'V#6']],
  ];
  test.each(ranges)('%s', async (KeyConditionExpression, values, expected) => {
    const db = await filled();
    const ExpressionAttributeValues = { ':p': { S: 'a' }, ...values };
    const found = await query(db, { KeyConditionExpression, ExpressionAttributeValues });
    expect(sorts(found.Items)).toEqual(expected);
    const back = await query(db, { KeyConditionExpression, ExpressionAttributeValues, ScanIndexForward: false });
    expect(sorts(back.Items)).toEqual([...expected].reverse());
  });

  test('order numbers by value in an index, and page through it both ways', async () => {
    const db = await filled();
    for (const ScanIndexForward of [true, false]) {
      const seen: (string | undefined)[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await query(db, {
          IndexName: 'by-type',
          KeyConditionExpression: '#t = :t',
          ExpressionAttributeNames: { '#t': 'type' },
          ExpressionAttributeValues: { ':t': { S: 'product' } },
          Limit: 3,
          ScanIndexForward,
          ExclusiveStartKey,
        });
        seen.push(...(page.Items ?? []).map(({ rank }) => rank?.N));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      const ordered = ['-12', '-1.5', '0', '0.5', '2', '10', '100'];
      expect(seen).toEqual(ScanIndexForward ? ordered : ordered.reverse());
    }
  });

  test('filter after reading, project and count', async () => {
    const db = await filled();
    const KeyConditionExpression = 'pk = :p';
    const found = await query(db, {
      KeyConditionExpression,
      FilterExpression: 'even = :t',
      ProjectionExpression: 'sk, doc.one',
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':t': { BOOL: true } },
    });
    expect(found).toMatchObject({ Count: 4, ScannedCount: 7 });
    expect(found.Items?.[0]).toEqual({ sk: { S: 'V#0' }, doc: { M: { one: { S: 'x' } } } });
    const counted = await query(db, {
      KeyConditionExpression,
      ExpressionAttributeValues: { ':p': { S: 'a' } },
      Select: 'COUNT',
    });
    expect(counted.Count).toBe(7);
    expect(counted.Items).toBeUndefined();
  });

  test('that miss the partition key are refused', async () => {
    const db = await filled();
    await expect(
      query(db, { KeyConditionExpression: 'sk = :a', ExpressionAttributeValues: { ':a': { S: 'x' } } }),
    ).rejects.toMatchObject({ message: 'Query condition missed key schema element: pk' });
  });

  test('by scan read everything, in pages', async () => {
    const db = await filled();
    const first = await db.send(new ScanCommand({ TableName, Limit: 5 }));
    const rest = await db.send(new ScanCommand({ TableName, ExclusiveStartKey: first.LastEvaluatedKey }));
    expect([first.Count, rest.Count]).toEqual([5, 3]);
    expect(rest.LastEvaluatedKey).toBeUndefined();
  });

  test('leave an index that lost its item', async () => {
    const db = await filled();
    await db.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a', 'V#0'),
        UpdateExpression: 'REMOVE #t',
        ExpressionAttributeNames: { '#t': 'type' },
      }),
    );
    await db.send(new DeleteItemCommand({ TableName, Key: key('a', 'V#1') }));
    const found = await query(db, {
      IndexName: 'by-type',
      KeyConditionExpression: '#t = :t',
      ExpressionAttributeNames: { '#t': 'type' },
      ExpressionAttributeValues: { ':t': { S: 'product' } },
    });
    expect(sorts(found.Items)).toEqual(['V#2', 'V#3', 'V#4', 'V#5', 'V#6']);
  });
});
