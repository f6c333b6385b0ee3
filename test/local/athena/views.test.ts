import { createHmac } from 'node:crypto';
import {
  CreateConnectionCommand,
  CreateTableCommand,
  GetTableCommand,
  GlueClient,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  RevokePermissionsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World, type WorldData } from './world.ts';

const OWNER = '111111111111';
const CONSUMER = '222222222222';
const DEFINER = `arn:aws:iam::${OWNER}:role/definer`;
const KEY = 'a1'.repeat(32);
const PEOPLE = [
  { id: 1, name: 'Ann', phone: '+31611112222', state: 'Texas', salary: 1000 },
  { id: 2, name: 'Bob', phone: '+31633334444', state: 'Ohio', salary: 2000 },
  { id: 3, name: 'Cid', phone: '112', state: 'Texas', salary: 3000 },
];
const DATA: WorldData = {
  accounts: { owner: OWNER, consumer: CONSUMER },
  roles: {
    'owner-admin': 'owner',
    'consumer-admin': 'consumer',
    clear: 'consumer',
    masked: 'consumer',
    part: 'consumer',
    denied: 'consumer',
  },
  databases: [
    { account: 'owner', name: 'hr', location: 's3://owner-data/hr/' },
    { account: 'owner', name: 'keys', location: 's3://owner-data/keys/' },
    { account: 'consumer', name: 'hr', link: { account: 'owner', database: 'hr' } },
  ],
  tables: [
    {
      account: 'owner',
      database: 'hr',
      name: 'people',
      columns: { id: 'int', name: 'string', phone: 'string', state: 'string', salary: 'bigint' },
      data: ['id,name,phone,state,salary', ...PEOPLE.map((one) => Object.values(one).join()), ''].join('\n'),
    },
    {
      account: 'owner',
      database: 'hr',
      name: 'yearly',
      columns: { id: 'int', pay: 'bigint' },
      partitionKeys: { year: 'string' },
      parts: { 'year=2001': 'id,pay\n1,10\n', 'year=2002': 'id,pay\n1,20\n2,30\n' },
    },
    {
      account: 'owner',
      database: 'keys',
      name: 'mask_key',
      format: 'json',
      columns: { mask_key: 'string' },
      data: JSON.stringify({ mask_key: KEY }),
    },
  ],
  filters: [],
  shares: [],
  grants: [],
};

const TEXT = `SELECT base.id AS "id",
  lower(to_hex(hmac_sha256(to_utf8(CAST(base."name" AS varchar)), to_utf8(secret."mask_key")))) AS "person",
  CASE WHEN length(base.phone) >= 8 THEN concat('****', substr(base.phone, length(base.phone) - 3)) WHEN base.phone IS NOT NULL THEN '****' END AS "phone",
  CAST(NULL AS bigint) AS "salary",
  base.state AS "region"
FROM "hr"."people" base CROSS JOIN "keys"."mask_key" secret`;

function view(
  changes: Partial<TableInput['ViewDefinition']> = {},
  columns = 'id person phone salary region',
): TableInput {
  const types: Record<string, string> = { id: 'int', salary: 'bigint' };
  return {
    Name: 'people_masked',
    TableType: 'VIRTUAL_VIEW',
    StorageDescriptor: { Columns: columns.split(' ').map((Name) => ({ Name, Type: types[Name] ?? 'string' })) },
    ViewDefinition: {
      Definer: DEFINER,
      IsProtected: true,
      SubObjects: ['hr/people', 'keys/mask_key'].map((path) => `arn:aws:glue:us-east-1:${OWNER}:table/${path}`),
      Representations: [
        { Dialect: 'ATHENA', DialectVersion: '3', ViewOriginalText: TEXT, ValidationConnection: 'views' },
      ],
      ...changes,
    },
  };
}

describe('views of the Data Catalog', () => {
  let world: World;
  let glue: GlueClient;

  const grant = (by: string, to: string, resource: object, option: boolean, permissions: ('SELECT' | 'DESCRIBE')[]) =>
    world.client(LakeFormationClient, by).send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: to },
        Resource: resource,
        Permissions: permissions,
        PermissionsWithGrantOption: option ? permissions : [],
      }),
    );
  const table = (Name: string, DatabaseName = 'hr') => ({ Table: { CatalogId: OWNER, DatabaseName, Name } });
  const share = async (role: string, name: string, columns?: string[]) => {
    const of =
      columns === undefined
        ? table(name)
        : { TableWithColumns: { CatalogId: OWNER, DatabaseName: 'hr', Name: name, ColumnNames: columns } };
    await grant('owner-admin', CONSUMER, of, true, ['SELECT']);
    await grant('consumer-admin', world.arn(role), of, false, ['SELECT']);
  };

  beforeAll(async () => {
    world = await World.create(DATA);
    glue = world.client(GlueClient, 'owner-admin');
    await glue.send(
      new CreateConnectionCommand({
        ConnectionInput: {
          Name: 'views',
          ConnectionType: 'VIEW_VALIDATION_ATHENA' as never,
          ConnectionProperties: { WORKGROUP_NAME: 'primary' },
        },
      }),
    );
    await expect(glue.send(new CreateTableCommand({ DatabaseName: 'hr', TableInput: view() }))).rejects.toThrow(
      /Select with grant option on people for the definer/,
    );
    await grant('owner-admin', DEFINER, table('people'), true, ['SELECT']);
    await grant('owner-admin', DEFINER, table('mask_key', 'keys'), true, ['SELECT']);
    await glue.send(new CreateTableCommand({ DatabaseName: 'hr', TableInput: view() }));
    for (const role of ['clear', 'masked', 'part', 'denied']) {
      const link = { Database: { CatalogId: CONSUMER, Name: 'hr' } };
      await grant('consumer-admin', world.arn(role), link, false, ['DESCRIBE']);
    }
    await share('clear', 'people');
    await share('masked', 'people_masked');
    await share('part', 'people_masked', ['id', 'phone']);
  });

  afterAll(() => world.close());

  const ask = (role: string, sql: string) => world.query(role, sql, 'hr');
  const hash = (value: string) => createHmac('sha256', KEY).update(value).digest('hex');

  test('the definer reads for who may read the view; who may not is refused', async () => {
    const sql = 'SELECT * FROM people_masked ORDER BY id';
    expect(await ask('masked', sql)).toMatchObject({
      columns: ['id', 'person', 'phone', 'salary', 'region'],
      rows: [
        ['1', hash('Ann'), '****2222', null, 'Texas'],
        ['2', hash('Bob'), '****4444', null, 'Ohio'],
        ['3', hash('Cid'), '****', null, 'Texas'],
      ],
    });
    expect(await ask('part', sql)).toMatchObject({ columns: ['id', 'phone'] });
    expect(await ask('clear', sql)).toMatchObject({ state: 'FAILED', rows: [] });
    expect(await ask('denied', sql)).toMatchObject({ state: 'FAILED', rows: [] });
    expect(await ask('clear', 'SELECT phone FROM people ORDER BY id LIMIT 1')).toMatchObject({
      rows: [['+31611112222']],
    });
  });

  test.each([
    ['the base table', 'SELECT * FROM people'],
    ['the base table beside the view', 'SELECT p.phone FROM people_masked v JOIN people p ON p.id = v.id'],
    ['the base table after the view', 'WITH v AS (SELECT * FROM people_masked) SELECT * FROM v, hr.people'],
    ['the key', 'SELECT * FROM keys.mask_key'],
    ['the key after the view', 'SELECT * FROM people_masked, keys.mask_key'],
    ['the engine’s name of the base table', 'SELECT * FROM people_masked, "definer$0$hr".people'],
    ['an alias of the view’s text', 'SELECT base.phone FROM people_masked'],
    ['the name in the view’s text', 'SELECT name FROM people_masked'],
    ['the salary’s filter by the base', 'SELECT * FROM people_masked WHERE people.salary > 1'],
    ['the path of the file', 'SELECT "$path" FROM people_masked'],
    ['a column that is not granted', 'SELECT person FROM people_masked', 'part'],
    ['a subquery on the base', 'SELECT (SELECT max(salary) FROM people) FROM people_masked'],
  ])('nobody gets at %s', async (_what, sql, role = 'masked') => {
    const { state, reason, rows } = await ask(role, sql);
    expect({ failed: state !== 'SUCCEEDED', rows }).toEqual({ failed: true, rows: [] });
    expect(reason).not.toMatch(/Ann|\+316|a1a1|1000/);
  });

  test.each([
    ['an equality', "SELECT count(*) FROM people_masked WHERE phone = '+31611112222'", '0'],
    ['LIKE', "SELECT count(*) FROM people_masked WHERE phone LIKE '%611112222%'", '0'],
    ['an order', 'SELECT count(*) FROM people_masked WHERE salary > 0', '0'],
    ['a plain hash', "SELECT count(*) FROM people_masked WHERE person = lower(to_hex(sha256(to_utf8('Ann'))))", '0'],
    ['groups', 'SELECT count(DISTINCT salary) FROM people_masked', '0'],
  ])('a predicate does not find the clear value by %s', async (_what, sql, count) => {
    expect(await ask('masked', sql)).toMatchObject({ rows: [[count]] });
  });

  test('an error does not quote what is masked', async () => {
    const { reason } = await ask('masked', 'SELECT CAST(phone AS integer) FROM people_masked');
    expect(reason).toMatch(/INVALID_CAST_ARGUMENT/);
    expect(reason).not.toMatch(/\d{4}/);
  });

  test('no query of the masked role answers a clear value', async () => {
    const column = fc.constantFrom(
      'id',
      'person',
      'phone',
      'salary',
      'region',
      'name',
      'base.phone',
      'people.phone',
      '*',
    );
    const call = fc.constantFrom('%', 'max(%)', 'min(%)', 'upper(CAST(% AS varchar))', 'array_agg(%)', 'count(%)');
    const from = fc.constantFrom(
      'people_masked',
      'hr.people_masked v',
      'people_masked JOIN people USING (id)',
      '(SELECT * FROM people_masked) base',
      'people_masked a CROSS JOIN people_masked b',
      'people',
    );
    const where = fc.constantFrom('', "WHERE phone LIKE '+316%'", 'WHERE salary > 1500', 'GROUP BY id', 'ORDER BY 1');
    const secret = /\+316|Ann|Bob|Cid|"112"|1000|2000|3000|a1a1/;
    await fc.assert(
      fc.asyncProperty(column, call, from, where, async (what, shape, source, rest) => {
        const sql = `SELECT ${shape.replace('%', what)} FROM ${source} ${rest}`;
        const { rows, reason } = await ask('masked', sql);
        expect(`${JSON.stringify(rows)} ${reason}`).not.toMatch(secret);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('the catalog tells of the view and not of its base', async () => {
    const tables = await ask(
      'masked',
      "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'hr'",
    );
    expect(tables.rows).toEqual([['people_masked', 'VIEW']]);
    const columns = await ask('part', "SELECT column_name FROM information_schema.columns WHERE table_schema = 'hr'");
    expect(columns.rows.flat()).toEqual(['id', 'phone']);
    const described = await ask('masked', 'DESCRIBE people_masked');
    expect(described.rows.map(([line]) => line?.split('\t')[0]?.trim())).toEqual([
      'id',
      'person',
      'phone',
      'salary',
      'region',
    ]);
    const text = (await ask('masked', 'SHOW CREATE VIEW people_masked')).rows.flat().join('\n');
    expect(text).toMatch(/^CREATE PROTECTED MULTI DIALECT VIEW hr.people_masked/);
    expect(text).not.toContain(KEY);
    const { Table } = await world
      .client(GlueClient, 'masked')
      .send(new GetTableCommand({ DatabaseName: 'hr', Name: 'people_masked' }));
    expect(Table).toMatchObject({ IsMultiDialectView: true, ViewDefinition: { Definer: DEFINER, IsProtected: true } });
    expect((await ask('masked', 'EXPLAIN SELECT * FROM people_masked')).rows.flat().join()).not.toMatch(
      /hr:people\b|mask_key/,
    );
  });

  test('the view dies with what its definer may read', async () => {
    const lake = world.client(LakeFormationClient, 'owner-admin');
    const Principal = { DataLakePrincipalIdentifier: DEFINER };
    const SELECT = ['SELECT' as const];
    await lake.send(
      new RevokePermissionsCommand({
        Principal,
        Resource: table('mask_key', 'keys'),
        Permissions: SELECT,
        PermissionsWithGrantOption: SELECT,
      }),
    );
    expect(await ask('masked', 'SELECT region FROM people_masked')).toMatchObject({ state: 'FAILED', rows: [] });
    await grant('owner-admin', DEFINER, table('mask_key', 'keys'), true, ['SELECT']);
    expect(await ask('masked', 'SELECT count(*) FROM people_masked')).toMatchObject({ rows: [['3']] });
  });

  test('a partition key of the table is a column of its view', async () => {
    await grant('owner-admin', DEFINER, table('yearly'), true, ['SELECT']);
    const text = 'SELECT base."id" AS "id", base."year" AS "since" FROM "hr"."yearly" base';
    const definition = {
      SubObjects: [`arn:aws:glue:us-east-1:${OWNER}:table/hr/yearly`],
      Representations: [{ Dialect: 'ATHENA' as const, ViewOriginalText: text, ValidationConnection: 'views' }],
    };
    const TableInput = { ...view(definition, 'id since'), Name: 'yearly_masked' };
    await glue.send(new CreateTableCommand({ DatabaseName: 'hr', TableInput }));
    await share('denied', 'yearly_masked');
    const sql = "SELECT since, count(*) FROM yearly_masked WHERE since > '2000' GROUP BY 1 ORDER BY 1";
    expect((await ask('denied', sql)).rows).toEqual([
      ['2001', '1'],
      ['2002', '2'],
    ]);
    expect(await ask('denied', 'SELECT pay FROM yearly_masked')).toMatchObject({ rows: [] });
  });

  test('a filter on a view is refused', async () => {
    const TableData = {
      TableCatalogId: OWNER,
      DatabaseName: 'hr',
      TableName: 'people_masked',
      Name: 'texas',
      ColumnNames: ['id'],
      RowFilter: { FilterExpression: "region = 'Texas'" },
    };
    await expect(
      world.client(LakeFormationClient, 'owner-admin').send(new CreateDataCellsFilterCommand({ TableData })),
    ).rejects.toThrow(/not supported on views/);
  });

  test.each([
    ['a definer that is no role', { Definer: `arn:aws:iam::${OWNER}:user/someone` }, /must be an IAM role/],
    ['no table', { SubObjects: [] }, /1 to 10 tables/],
    ['a view of a view', { SubObjects: [`arn:aws:glue:us-east-1:${OWNER}:table/hr/people_masked`] }, /another view/],
    ['another account', { SubObjects: [`arn:aws:glue:us-east-1:${CONSUMER}:table/hr/people`] }, /another account/],
    ['no text', { Representations: [] }, /at least one representation/],
    ['a dialect that is not modelled', { Representations: [{ Dialect: 'SPARK' as const }] }, /does not implement/],
    ['a materialized view', { IsManaged: true }, /does not implement/],
    [
      'no connection',
      { Representations: [{ Dialect: 'ATHENA' as const, ViewOriginalText: TEXT }] },
      /ValidationConnection/,
    ],
  ])('Glue refuses %s', async (_what, changes, words) => {
    const TableInput = { ...view(changes), Name: 'other' };
    await expect(glue.send(new CreateTableCommand({ DatabaseName: 'hr', TableInput }))).rejects.toThrow(words);
  });

  test('a text that does not run is told in the status, and the view keeps its former text', async () => {
    const broken = (ViewOriginalText: string) => ({
      Representations: [{ Dialect: 'ATHENA' as const, ViewOriginalText, ValidationConnection: 'views' }],
    });
    const text = 'SELECT nothing FROM "hr"."people" base';
    const update = { DatabaseName: 'hr', ViewUpdateAction: 'REPLACE' as const, Force: true };
    await glue.send(new UpdateTableCommand({ ...update, TableInput: view(broken(text)) }));
    const read = async (Name: string) => (await glue.send(new GetTableCommand({ DatabaseName: 'hr', Name }))).Table;
    expect((await read('people_masked'))?.Status).toMatchObject({ State: 'FAILED', Action: 'UPDATE' });
    expect(await ask('masked', 'SELECT count(*) FROM people_masked')).toMatchObject({ rows: [['3']] });
    await glue.send(
      new CreateTableCommand({ DatabaseName: 'hr', TableInput: { ...view(broken(text)), Name: 'never_there' } }),
    );
    expect(await read('never_there')).toMatchObject({ Status: { State: 'FAILED', Action: 'CREATE' } });
    await glue.send(new UpdateTableCommand({ ...update, TableInput: view() }));
    expect((await read('people_masked'))?.Status?.State).toBe('SUCCESS');
    await expect(glue.send(new UpdateTableCommand({ DatabaseName: 'hr', TableInput: view() }))).rejects.toThrow(
      /ViewUpdateAction/,
    );
  });
});
