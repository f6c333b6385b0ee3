import { readFileSync } from 'node:fs';
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { describeTables, type Item, key, put, read, TableName } from './tables.ts';

type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** Expressions in the forms that one page of the Developer Guide has. */
interface Page {
  readonly source: string;
  readonly kind: 'condition' | 'update' | 'projection' | 'filter' | 'key';
  readonly item: Readonly<Record<string, Plain>>;
  readonly cases: readonly Case[];
}

interface Case {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, Plain>>;
  /** Whether a condition or filter lets the item through. */
  readonly holds?: boolean;
  /** Attributes after an update; `undefined` as text for one that is gone. */
  readonly after?: Readonly<Record<string, Plain>>;
  /** The whole answer of a projection. */
  readonly found?: Readonly<Record<string, Plain>>;
  /** A part of the message of the ValidationException. */
  readonly refused?: string;
  /** The row of `differences.yaml` for what moto does otherwise. */
  readonly differs?: string;
}

const FILE = new URL('../../cases/dynamodb-expressions/documented.yaml', import.meta.url);
const PAGES = parse(readFileSync(FILE, 'utf8')) as readonly Page[];

function attribute(value: Plain): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: (value as readonly Plain[]).map(attribute) };
  const { set, numbers } = value as { set?: string[]; numbers?: number[] };
  if (set !== undefined) return { SS: set };
  if (numbers !== undefined) return { NS: numbers.map(String) };
  return { M: item(value as Readonly<Record<string, Plain>>) };
}

function item(members: Readonly<Record<string, Plain>>): Item {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, attribute(value)]));
}

/** The members of sets in order, as sets have none. */
function inOrder(members: Item | undefined): Item {
  return Object.fromEntries(
    Object.entries(members ?? {}).map(([name, value]) => {
      if (value.SS !== undefined) return [name, { SS: value.SS.toSorted() }];
      return value.NS === undefined ? [name, value] : [name, { NS: value.NS.toSorted() }];
    }),
  );
}

function named<V>(sign: string, members: Readonly<Record<string, V>> | undefined): Record<string, V> | undefined {
  return members && Object.fromEntries(Object.entries(members).map(([name, value]) => [`${sign}${name}`, value]));
}

describeTables('expressions as AWS documents them', (backend, newTable) => {
  const KEY = key('a', '1');
  let db: DynamoDBClient;

  // One table for all: every case puts its item anew.
  beforeAll(async () => {
    db = await newTable();
  });

  async function check(page: Page, { expression, names, values, holds, after, found }: Case) {
    await put(db, { ...KEY, ...item(page.item) });
    const aliases = {
      ExpressionAttributeNames: named('#', names),
      ExpressionAttributeValues: named(':', values && item(values)),
    };
    if (page.kind === 'condition') {
      const attempt = await db
        .send(new PutItemCommand({ TableName, Item: KEY, ConditionExpression: expression, ...aliases }))
        .catch((error: Error) => {
          if (error.name !== 'ConditionalCheckFailedException') throw error;
        });
      expect(attempt !== undefined).toBe(holds);
    } else if (page.kind === 'update') {
      await db.send(new UpdateItemCommand({ TableName, Key: KEY, UpdateExpression: expression, ...aliases }));
      const wanted = Object.entries(after ?? {});
      const actual = inOrder(await read(db, 'a', '1'));
      for (const [name, value] of wanted) {
        expect([name, actual[name]]).toEqual([name, value === 'undefined' ? undefined : attribute(value)]);
      }
    } else if (page.kind === 'projection') {
      const { ExpressionAttributeNames } = aliases;
      const asked = { TableName, Key: KEY, ProjectionExpression: expression, ExpressionAttributeNames };
      expect((await db.send(new GetItemCommand(asked))).Item).toEqual(item(found ?? {}));
    } else {
      expect(await query(page.kind, expression, aliases)).toBe(holds);
    }
  }

  async function query(kind: 'filter' | 'key', expression: string, aliases: object) {
    const { ExpressionAttributeValues = {} } = aliases as { ExpressionAttributeValues?: Item };
    const input =
      kind === 'key'
        ? { KeyConditionExpression: expression }
        : {
            KeyConditionExpression: 'pk = :partition',
            FilterExpression: expression,
            ExpressionAttributeValues: { ...ExpressionAttributeValues, ':partition': { S: 'a' } },
          };
    return (await db.send(new QueryCommand({ TableName, ...aliases, ...input }))).Count === 1;
  }

  for (const page of PAGES) {
    describe(`${page.source.replace(/^.*\/(.*)\.html$/, '$1')}: ${page.kind}`, () => {
      for (const [at, one] of page.cases.entries()) {
        const run = async () => {
          if (one.refused === undefined) return check(page, one);
          await expect(check(page, one)).rejects.toMatchObject({
            name: 'ValidationException',
            message: expect.stringContaining(one.refused),
          });
        };
        const title = `${at + 1}: ${one.expression} (${one.refused ?? one.holds ?? 'answers'})`;
        if (one.differs === undefined) test(title, run);
        else backend.differs(one.differs, title, run);
      }
    });
  }
});
