import { DeleteItemCommand, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { describeTables, type Item, key, put, read, TableName } from './tables.ts';

describeTables('updates', (backend, newTable) => {
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
    expect((await set('1', 'UPDATED_NEW')).Attributes).toMatchObject({ n: { N: '1' } });
    expect((await set('2', 'UPDATED_OLD')).Attributes).toEqual({ n: { N: '1' } });
    expect((await set('3', 'ALL_OLD')).Attributes).toEqual({ ...key('new', '1'), n: { N: '2' } });
    const deleted = await db.send(new DeleteItemCommand({ TableName, Key: key('new', '1'), ReturnValues: 'ALL_OLD' }));
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
    await expect(half).rejects.toMatchObject({ name: 'ValidationException' });
  });

  backend.differs('dynamodb-half-a-key', 'with half a key are refused in AWS words', async () => {
    const db = await newTable();
    await expect(db.send(new GetItemCommand({ TableName, Key: { pk: { S: 'a' } } }))).rejects.toMatchObject({
      message: 'The provided key element does not match the schema',
    });
  });

  backend.differs('dynamodb-updated-new', 'answer what was updated, without the key of a new item', async () => {
    const db = await newTable();
    const { Attributes } = await db.send(
      new UpdateItemCommand({
        TableName,
        Key: key('new', '1'),
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(Attributes).toEqual({ n: { N: '1' } });
  });
});
