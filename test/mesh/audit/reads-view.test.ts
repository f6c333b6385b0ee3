import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { READS } from '#mesh/audit/views/reads.ts';
import { World } from '../../local/athena/world.ts';

const AT = '2026-03-01T00:00:00.000Z';
const ACCOUNT = '900000000000';
const DATABASE = 'sales__orders__v1';

const strings = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, 'string']));

/** A query that reads a product's table by name, and something else that is no product's. */
function query(id: string, tables: [string, string][], columns: [string, string, string][]): object {
  return {
    ...{
      id,
      account: ACCOUNT,
      principal: 'r',
      session: 's',
      submittedat: AT,
      state: 'SUCCEEDED',
      sql: id,
      scannedbytes: 1,
    },
    tables: tables.map(([databasename, tablename]) => ({ account: ACCOUNT, databasename, tablename })),
    columns: columns.map(([databasename, tablename, columnname]) => ({ databasename, tablename, columnname })),
  };
}

const QUERIES = [
  query('plain', [[DATABASE, 'orders']], [[DATABASE, 'orders', 'a']]),
  query(
    'mixed',
    [
      [DATABASE, 'orders'],
      ['mine', 'v'],
    ],
    [
      [DATABASE, 'orders', 'a'],
      ['mine', 'v', 'b'],
    ],
  ),
  query('by hand', [[DATABASE, 'orders']], [[DATABASE, 'orders', 'added_by_hand']]),
  query('through', [['mine', 'v']], [['mine', 'v', 'b']]),
];

describe('the view of reads, on made rows', () => {
  let world: World;

  const table = (name: string, columns: Readonly<Record<string, string>>, rows: readonly object[]) => ({
    account: 'consumer',
    database: 'audit',
    name,
    format: 'json' as const,
    columns,
    data: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  });

  beforeAll(async () => {
    const about = { databasename: DATABASE, domain: 'sales', product: 'orders', major: 1, validfrom: '2026-01-01' };
    world = await World.create({
      accounts: { consumer: ACCOUNT },
      roles: { 'consumer-admin': 'consumer' },
      databases: [{ account: 'consumer', name: 'audit' }],
      tables: [
        table(
          'queries',
          {
            ...strings('id account principal session submittedat state sql'),
            scannedbytes: 'bigint',
            tables: 'array<struct<account:string,databasename:string,tablename:string>>',
            columns: 'array<struct<databasename:string,tablename:string,columnname:string>>',
          },
          QUERIES,
        ),
        table(
          'data_access',
          strings('at account principal session service queryid databasename tablename day'),
          ['plain', 'mixed', 'through', 'by hand'].map((queryid) => ({
            ...{
              at: AT,
              account: ACCOUNT,
              principal: 'r',
              session: 's',
              service: 'ATHENA',
              queryid,
              day: '2026/03/01',
            },
            ...{ databasename: DATABASE, tablename: 'orders' },
          })),
        ),
        table(
          'product_columns',
          {
            ...strings('databasename domain product tablename columnname validfrom validto'),
            ...{
              major: 'int',
              ispartition: 'boolean',
              isinternal: 'boolean',
              sensitivity: 'int',
              keysensitivity: 'int',
            },
          },
          ['a', 'b', 'c'].map((columnname) => ({
            ...{ ...about, tablename: 'orders', columnname, ispartition: false, isinternal: false },
            ...{ sensitivity: columnname === 'c' ? 1 : 0, keysensitivity: -1 },
          })),
        ),
        table(
          'subscriptions_at',
          {
            ...strings('subscription databasename account principals approved expiresat validfrom validto'),
            ...{ wholeaccount: 'boolean', clearance: 'int' },
          },
          [
            {
              ...about,
              subscription: 'sub',
              account: ACCOUNT,
              principals: '["r"]',
              approved: '{}',
              wholeaccount: false,
              clearance: 0,
            },
          ],
        ),
        table(
          'entitlements_at',
          { ...strings('entitlement databasename account grants validfrom validto'), clearance: 'int' },
          [],
        ),
      ],
      filters: [],
      shares: [],
      grants: [],
    });
  }, 60_000);

  afterAll(() => world.close());

  test.each([
    ['plain', ['a']],
    // Whether `mine.v` is a table or a view over the product nobody can tell from the text.
    ['mixed', ['a', 'b']],
    ['through', ['a', 'b']],
  ])('a query that is %s is told of with every column that it may have read', async (id, columns) => {
    const sql = `SELECT columnname, subscription FROM (${READS.sql}) AS r WHERE queryid = '${id}' ORDER BY columnname`;
    const answer = await world.query('consumer-admin', sql, 'audit');
    expect(answer.reason).toBe('');
    expect(answer.rows).toEqual(columns.map((column) => [column, 'sub']));
  });

  test('a read of a column that the registry never knew is told all the same', async () => {
    const sql = `SELECT columnname, subscription, product FROM (${READS.sql}) AS r WHERE queryid = 'by hand'`;
    const answer = await world.query('consumer-admin', sql, 'audit');
    expect(answer.reason).toBe('');
    expect(answer.rows).toEqual([['*', null, 'orders']]);
  });
});
