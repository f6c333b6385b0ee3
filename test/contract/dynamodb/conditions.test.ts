import { PutItemCommand, UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { describeTables, type Item, key, put, read, TableName } from './tables.ts';

describeTables('conditions', (backend, newTable) => {
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

  const wrong: [string, Partial<UpdateItemCommandInput>, RegExp, string?][] = [
    [
      'an undefined value',
      { ConditionExpression: 'n = :nope' },
      /is not defined; attribute value: :nope/,
      'dynamodb-undefined-value',
    ],
    [
      'an undefined name',
      { ConditionExpression: 'attribute_exists(#nope)' },
      /is not defined; attribute name: #nope/,
      'dynamodb-undefined-name',
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
    ['a syntax error', { ConditionExpression: 'n = = n' }, /Syntax error/, 'dynamodb-syntax-error'],
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
  for (const [name, input, message, difference] of wrong) {
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
    if (difference === undefined) test(title, run);
    else backend.differs(difference, title, run);
  }
});
