import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  TransactGetItemsCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { describeTables, key, put, read, TableName } from './tables.ts';

describeTables('batches and transactions', (backend, newTable) => {
  test('write and read many items', async () => {
    const db = await newTable();
    const requests = Array.from({ length: 25 }, (_, at) => ({
      PutRequest: { Item: { ...key('a', String(at)), n: { N: String(at) } } },
    }));
    const written = await db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }));
    expect(written.UnprocessedItems).toEqual({});
    const Keys = [key('a', '3'), key('a', '4'), key('a', 'none')];
    const got = await db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
    expect(got.Responses?.[TableName]?.map(({ n }) => n?.N).sort()).toEqual(['3', '4']);
  });

  backend.differs('dynamodb-batch-write-limit', 'of more than 25 writes are refused', async () => {
    const db = await newTable();
    const requests = Array.from({ length: 26 }, (_, at) => ({ PutRequest: { Item: key('a', String(at)) } }));
    await expect(db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } }))).rejects.toMatchObject(
      { name: 'ValidationException' },
    );
  });

  test('take effect whole or not at all, with a reason for each item', async () => {
    const db = await newTable();
    await put(db, { ...key('a', '1'), n: { N: '1' } });
    const attempt = db.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: key('b', '1') } },
          {
            Update: {
              TableName,
              Key: key('a', '1'),
              UpdateExpression: 'SET n = :two',
              ConditionExpression: 'n = :two',
              ExpressionAttributeValues: { ':two': { N: '2' } },
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ],
      }),
    );
    const failure = (await attempt.catch((error: unknown) => error)) as TransactionCanceledException;
    expect(failure.name).toBe('TransactionCanceledException');
    expect(failure.message).toContain('[None, ConditionalCheckFailed]');
    expect(failure.CancellationReasons?.map(({ Code }) => Code)).toEqual(['None', 'ConditionalCheckFailed']);
    expect(failure.CancellationReasons?.[1]?.Item?.n).toEqual({ N: '1' });
    expect(await read(db, 'b', '1')).toBeUndefined();
  });

  test('check, write and delete together, and read together', async () => {
    const db = await newTable();
    await put(db, { ...key('a', '1'), n: { N: '1' } });
    await put(db, key('a', '2'));
    await db.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { ConditionCheck: { TableName, Key: key('a', '1'), ConditionExpression: 'attribute_exists(pk)' } },
          { Delete: { TableName, Key: key('a', '2') } },
          { Put: { TableName, Item: key('a', '3'), ConditionExpression: 'attribute_not_exists(pk)' } },
        ],
      }),
    );
    const got = await db.send(
      new TransactGetItemsCommand({
        TransactItems: ['1', '2', '3'].map((sk) => ({ Get: { TableName, Key: key('a', sk) } })),
      }),
    );
    expect(got.Responses?.map(({ Item }) => Item?.sk?.S)).toEqual(['1', undefined, '3']);
  });

  test('refuse two operations on one item', async () => {
    const db = await newTable();
    await expect(
      db.send(
        new TransactWriteItemsCommand({
          TransactItems: [{ Put: { TableName, Item: key('a', '1') } }, { Delete: { TableName, Key: key('a', '1') } }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('dynamodb-transaction-token', 'with one token run once for ten minutes', async () => {
    const db = await newTable();
    const bump = (by: string) =>
      db.send(
        new TransactWriteItemsCommand({
          ClientRequestToken: 'token',
          TransactItems: [
            {
              Update: {
                TableName,
                Key: key('a', '1'),
                UpdateExpression: 'ADD n :n',
                ExpressionAttributeValues: { ':n': { N: by } },
              },
            },
          ],
        }),
      );
    await bump('1');
    await bump('1');
    expect((await read(db, 'a', '1'))?.n).toEqual({ N: '1' });
    await expect(bump('2')).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    backend.advance(11 * 60_000);
    await bump('1');
    expect((await read(db, 'a', '1'))?.n).toEqual({ N: '2' });
  });

  test('give back the keys beyond 16 MB', async () => {
    const db = await newTable();
    const Keys = Array.from({ length: 45 }, (_, at) => key('big', String(at)));
    for (const item of Keys) await put(db, { ...item, text: { S: 'x'.repeat(390_000) } });
    const got = await db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
    const read = got.Responses?.[TableName]?.length ?? 0;
    const left = got.UnprocessedKeys?.[TableName]?.Keys?.length ?? 0;
    expect(read + left).toBe(45);
    expect(left).toBeGreaterThan(0);
    expect(read * 390_000).toBeLessThanOrEqual(16 * 1024 * 1024);
  });

  backend.differs('dynamodb-batch-write-twice', 'write no item twice', async () => {
    const db = await newTable();
    const twice = [1, 2].map((n) => ({ PutRequest: { Item: { ...key('a', '1'), n: { N: String(n) } } } }));
    await expect(db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: twice } }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  const Keys = Array.from({ length: 101 }, (_, at) => key('a', String(at)));

  test('read a hundred items at most', async () => {
    const db = await newTable();
    await expect(db.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  test('of more than a hundred operations are refused', async () => {
    const db = await newTable();
    const TransactItems = Keys.map((Key) => ({ Get: { TableName, Key } }));
    await expect(db.send(new TransactGetItemsCommand({ TransactItems }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const writes = Keys.map((Key) => ({ Delete: { TableName, Key } }));
    await expect(db.send(new TransactWriteItemsCommand({ TransactItems: writes }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });
});
