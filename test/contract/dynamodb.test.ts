import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactGetItemsCommand,
  type TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from '@jest/globals';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { describeBackends } from './harness.ts';

type Item = Record<string, AttributeValue>;

describeBackends('DynamoDB', { moto: true, services: (cloud) => [new DynamoDbService(cloud)] }, (backend) => {
  const TableName = 'registry';

  async function newTable(stream = false): Promise<DynamoDBClient> {
    const db = backend.client(DynamoDBClient);
    await db.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
          { AttributeName: 'type', AttributeType: 'S' },
          { AttributeName: 'rank', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'by-type',
            KeySchema: [
              { AttributeName: 'type', KeyType: 'HASH' },
              { AttributeName: 'rank', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: stream ? { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } : undefined,
      }),
    );
    return db;
  }

  const put = (db: DynamoDBClient, Item: Item) => db.send(new PutItemCommand({ TableName, Item }));
  const key = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });
  const read = async (db: DynamoDBClient, pk: string, sk: string) =>
    (await db.send(new GetItemCommand({ TableName, Key: key(pk, sk) }))).Item;

  describe('tables', () => {
    test('are made, described, listed and deleted', async () => {
      const db = await newTable(true);
      const { Table } = await db.send(new DescribeTableCommand({ TableName }));
      const arn = `arn:aws:dynamodb:us-east-1:${backend.account}:table/registry`;
      expect(Table).toMatchObject({ TableStatus: 'ACTIVE', TableArn: arn });
      expect(Table?.LatestStreamArn).toMatch(new RegExp(`^${arn}/stream/\\d{4}-`));
      expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ IndexName: 'by-type', IndexStatus: 'ACTIVE' });
      expect((await db.send(new ListTablesCommand({}))).TableNames).toEqual(['registry']);
      await expect(newTable()).rejects.toMatchObject({ name: 'ResourceInUseException' });
      await db.send(new DeleteTableCommand({ TableName }));
      await expect(db.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    test('have point-in-time recovery and time to live switched', async () => {
      const db = await newTable();
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
      await db.send(new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }));
      const backups = await db.send(new DescribeContinuousBackupsCommand({ TableName }));
      expect(backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
        'ENABLED',
      );
      const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
      await db.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
      const ttl = await db.send(new DescribeTimeToLiveCommand({ TableName }));
      expect(ttl.TimeToLiveDescription).toEqual({ AttributeName: 'expires', TimeToLiveStatus: 'ENABLED' });
    });

    test('gain an index over the items they hold', async () => {
      const db = await newTable();
      await put(db, { ...key('a', '1'), owner: { S: 'ops' } });
      await db.send(
        new UpdateTableCommand({
          TableName,
          AttributeDefinitions: [{ AttributeName: 'owner', AttributeType: 'S' }],
          GlobalSecondaryIndexUpdates: [
            {
              Create: {
                IndexName: 'by-owner',
                KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
                Projection: { ProjectionType: 'KEYS_ONLY' },
              },
            },
          ],
        }),
      );
      const found = await db.send(
        new QueryCommand({
          TableName,
          IndexName: 'by-owner',
          KeyConditionExpression: '#o = :o',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: { ':o': { S: 'ops' } },
        }),
      );
      expect(found.Items).toEqual([{ ...key('a', '1'), owner: { S: 'ops' } }]);
    });

    test('of another account cannot be seen by name', async () => {
      await newTable();
      const other = backend.client(DynamoDBClient, backend.newAccount());
      await expect(other.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
    });

    backend.localOnly('moto takes the name out of any ARN', 'refuses a table of another account by ARN', async () => {
      await newTable();
      const other = backend.client(DynamoDBClient, backend.newAccount());
      const arn = `arn:aws:dynamodb:us-east-1:${backend.account}:table/registry`;
      await expect(other.send(new GetItemCommand({ TableName: arn, Key: key('a', '1') }))).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
    });
  });

  describe('conditions', () => {
    const item: Item = {
      ...key('a', '1'),
      n: { N: '5' },
      text: { S: 'flights' },
      list: { L: [{ S: 'x' }, { N: '1' }] },
      map: { M: { deep: { BOOL: true } } },
      tags: { SS: ['red', 'blue'] },
    };
    const cases: [string, Item, boolean][] = [
      ['attribute_exists(pk)', {}, true],
      ['attribute_not_exists(pk)', {}, false],
      ['attribute_not_exists(map.nothing)', {}, true],
      ['n = :n', { ':n': { N: '5.0' } }, true],
      ['n <> :n', { ':n': { N: '5' } }, false],
      ['nothing <> :n', { ':n': { N: '5' } }, true],
      ['n > :n', { ':n': { N: '10' } }, false],
      ['n < :n', { ':n': { N: '10' } }, true],
      ['n BETWEEN :low AND :high', { ':low': { N: '5' }, ':high': { N: '6' } }, true],
      ['n IN (:a, :b)', { ':a': { N: '1' }, ':b': { N: '5' } }, true],
      ['begins_with(#text, :p)', { ':p': { S: 'fli' } }, true],
      ['contains(#text, :p)', { ':p': { S: 'igh' } }, true],
      ['contains(tags, :p)', { ':p': { S: 'red' } }, true],
      ['contains(#list, :p)', { ':p': { N: '1' } }, true],
      ['attribute_type(#map, :t)', { ':t': { S: 'M' } }, true],
      ['size(#text) = :n', { ':n': { N: '7' } }, true],
      ['size(tags) > :n', { ':n': { N: '2' } }, false],
      ['map.deep = :t', { ':t': { BOOL: true } }, true],
      ['#list[1] = :n', { ':n': { N: '1' } }, true],
      ['NOT n = :n AND attribute_exists(pk)', { ':n': { N: '6' } }, true],
      ['n = :a OR n = :b AND nothing = :a', { ':a': { N: '5' }, ':b': { N: '6' } }, true],
      ['(n = :a OR n = :b) AND nothing = :a', { ':a': { N: '5' }, ':b': { N: '6' } }, false],
    ];
    const aliases = (text: string) => {
      const used = ['#text', '#list', '#map'].filter((name) => text.includes(name));
      return used.length === 0 ? undefined : Object.fromEntries(used.map((name) => [name, name.slice(1)]));
    };

    test.each(cases)('%s', async (text, values, holds) => {
      // `text`, `list` and `map` without an alias are reserved words.
      const expression = text
        .replace(/^map\./, '#map.')
        .replace('map.nothing', '#map.nothing')
        .replace('##', '#');
      const db = await newTable();
      await put(db, item);
      const attempt = db.send(
        new PutItemCommand({
          TableName,
          Item: item,
          ConditionExpression: expression,
          ExpressionAttributeNames: aliases(expression),
          ExpressionAttributeValues: Object.keys(values).length > 0 ? values : undefined,
        }),
      );
      if (holds) await attempt;
      else await expect(attempt).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    });

    test('give back the item that failed them when asked', async () => {
      const db = await newTable();
      await put(db, item);
      const attempt = db.send(
        new PutItemCommand({
          TableName,
          Item: key('a', '1'),
          ConditionExpression: 'attribute_not_exists(pk)',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      await expect(attempt).rejects.toMatchObject({
        name: 'ConditionalCheckFailedException',
        Item: { text: { S: 'flights' } },
      });
      expect(await read(db, 'a', '1')).toMatchObject({ n: { N: '5' } });
    });

    const wrong: [string, Partial<UpdateItemCommandInput>, RegExp][] = [
      ['an undefined value', { ConditionExpression: 'n = :nope' }, /is not defined; attribute value: :nope/],
      [
        'an undefined name',
        { ConditionExpression: 'attribute_exists(#nope)' },
        /is not defined; attribute name: #nope/,
      ],
      [
        'an unused value',
        { ConditionExpression: 'attribute_exists(n)', ExpressionAttributeValues: { ':x': { N: '1' } } },
        /unused in expressions: keys: \{:x\}/,
      ],
      [
        'a reserved word',
        { UpdateExpression: 'SET status = :x', ExpressionAttributeValues: { ':x': { N: '1' } } },
        /reserved keyword: status/,
      ],
      ['a syntax error', { ConditionExpression: 'n = = n' }, /Syntax error/],
      [
        'a key in an update',
        { UpdateExpression: 'SET sk = :x', ExpressionAttributeValues: { ':x': { S: '1' } } },
        /Cannot update attribute sk. This attribute is part of the key/,
      ],
      [
        'overlapping paths',
        { UpdateExpression: 'SET a = :x, a.b = :x', ExpressionAttributeValues: { ':x': { N: '1' } } },
        /Two document paths overlap/,
      ],
      [
        'arithmetic on text',
        { UpdateExpression: 'SET n = n + :x', ExpressionAttributeValues: { ':x': { S: '1' } } },
        /incorrect data type|Incorrect operand type/i,
      ],
    ];
    // On these moto answers a page of HTML with status 500.
    const motoFails = ['an undefined value', 'an undefined name', 'a syntax error'];
    for (const [name, input, message] of wrong) {
      const run = async () => {
        const db = await newTable();
        await put(db, item);
        const attempt = db.send(new UpdateItemCommand({ TableName, Key: key('a', '1'), ...input }));
        await expect(attempt).rejects.toMatchObject({
          name: 'ValidationException',
          message: expect.stringMatching(message),
        });
      };
      const title = `with ${name} answer ValidationException`;
      if (motoFails.includes(name)) backend.localOnly('moto fails on it', title, run);
      else test(title, run);
    }
  });

  describe('updates', () => {
    const start: Item = {
      ...key('a', '1'),
      n: { N: '5' },
      items: { L: [{ N: '1' }, { N: '2' }, { N: '3' }] },
      doc: { M: { deep: { S: 'x' } } },
      tags: { SS: ['red', 'blue'] },
    };
    const cases: [string, Item, Item][] = [
      ['SET n = n + :x', { ':x': { N: '0.25' } }, { n: { N: '5.25' } }],
      ['SET n = n - :x', { ':x': { N: '7' } }, { n: { N: '-2' } }],
      ['SET fresh = if_not_exists(fresh, :x)', { ':x': { N: '1' } }, { fresh: { N: '1' } }],
      ['SET n = if_not_exists(n, :x)', { ':x': { N: '1' } }, { n: { N: '5' } }],
      [
        'SET #items = list_append(#items, :x)',
        { ':x': { L: [{ N: '4' }] } },
        { items: { L: [{ N: '1' }, { N: '2' }, { N: '3' }, { N: '4' }] } },
      ],
      [
        'SET #items[1] = :x, doc.deep = :x',
        { ':x': { N: '9' } },
        { items: { L: [{ N: '1' }, { N: '9' }, { N: '3' }] }, doc: { M: { deep: { N: '9' } } } },
      ],
      ['REMOVE doc.deep, #items[0], #items[2]', {}, { doc: { M: {} }, items: { L: [{ N: '2' }] } }],
      ['ADD n :x', { ':x': { N: '2' } }, { n: { N: '7' } }],
      ['ADD counter :x', { ':x': { N: '2' } }, { counter: { N: '2' } }],
      ['DELETE tags :x', { ':x': { SS: ['red'] } }, { tags: { SS: ['blue'] } }],
      ['SET a1 = n, n = :x REMOVE tags', { ':x': { N: '1' } }, { a1: { N: '5' }, n: { N: '1' } }],
    ];
    test.each(cases)('%s', async (UpdateExpression, values, expected) => {
      const expression = UpdateExpression.replaceAll('counter', '#counter').replaceAll(' tags', ' #tags');
      const names = ['#items', '#counter', '#tags'].filter((name) => expression.includes(name));
      const db = await newTable();
      await put(db, start);
      const { Attributes } = await db.send(
        new UpdateItemCommand({
          TableName,
          Key: key('a', '1'),
          UpdateExpression: expression,
          ExpressionAttributeNames:
            names.length > 0 ? Object.fromEntries(names.map((name) => [name, name.slice(1)])) : undefined,
          ExpressionAttributeValues: Object.keys(values).length > 0 ? values : undefined,
          ReturnValues: 'ALL_NEW',
        }),
      );
      expect(Attributes).toMatchObject(expected);
      expect(await read(db, 'a', '1')).toEqual(Attributes);
    });

    test('make an item that is not there, and give back what was asked', async () => {
      const db = await newTable();
      const set = (n: string, ReturnValues: 'UPDATED_NEW' | 'UPDATED_OLD' | 'ALL_OLD') =>
        db.send(
          new UpdateItemCommand({
            TableName,
            Key: key('new', '1'),
            UpdateExpression: 'SET n = :n',
            ExpressionAttributeValues: { ':n': { N: n } },
            ReturnValues,
          }),
        );
      // moto adds the key to what was updated.
      const updated = (await set('1', 'UPDATED_NEW')).Attributes;
      if (backend.name === 'lib/local') expect(updated).toEqual({ n: { N: '1' } });
      else expect(updated).toMatchObject({ n: { N: '1' } });
      expect((await set('2', 'UPDATED_OLD')).Attributes).toEqual({ n: { N: '1' } });
      expect((await set('3', 'ALL_OLD')).Attributes).toEqual({ ...key('new', '1'), n: { N: '2' } });
      const deleted = await db.send(
        new DeleteItemCommand({ TableName, Key: key('new', '1'), ReturnValues: 'ALL_OLD' }),
      );
      expect(deleted.Attributes?.n).toEqual({ N: '3' });
      expect(await read(db, 'new', '1')).toBeUndefined();
    });

    test('of an item beyond 400 KB are refused', async () => {
      const db = await newTable();
      await expect(put(db, { ...key('a', '1'), big: { S: 'x'.repeat(410_000) } })).rejects.toMatchObject({
        name: 'ValidationException',
        message: 'Item size has exceeded the maximum allowed size',
      });
    });

    test('with a key missing, of a wrong type or empty are refused', async () => {
      const db = await newTable();
      await expect(put(db, { pk: { S: 'a' } })).rejects.toMatchObject({
        message: 'One or more parameter values were invalid: Missing the key sk in the item',
      });
      await expect(put(db, { pk: { S: 'a' }, sk: { N: '1' } })).rejects.toMatchObject({
        message: 'One or more parameter values were invalid: Type mismatch for key sk expected: S actual: N',
      });
      await expect(put(db, key('a', ''))).rejects.toMatchObject({ name: 'ValidationException' });
      const half = db.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }));
      // moto has other words for it.
      const message =
        backend.name === 'moto' ? 'Validation Exception' : 'The provided key element does not match the schema';
      await expect(half).rejects.toMatchObject({ name: 'ValidationException', message });
    });
  });

  describe('queries', () => {
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

  describe('batches and transactions', () => {
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

    backend.localOnly('moto has no such limit', 'of more than 25 writes are refused', async () => {
      const db = await newTable();
      const requests = Array.from({ length: 26 }, (_, at) => ({ PutRequest: { Item: key('a', String(at)) } }));
      await expect(
        db.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: requests } })),
      ).rejects.toMatchObject({ name: 'ValidationException' });
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

    backend.localOnly('moto ignores the token', 'with one token run once for ten minutes', async () => {
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
  });

  describe('streams', () => {
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
});
