import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  CreateDataCatalogCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListTableMetadataCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CreateConnectionCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { callerFor } from '#local/core/cloud.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../../servers/postgres.ts';
import { describeWithServers } from '../../servers/require-server.ts';

const ACCOUNT = '111111111111';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const CATALOG = `arn:aws:athena:us-east-1:${ACCOUNT}:datacatalog/crm-source`;
const CONNECTOR = `arn:aws:lambda:us-east-1:${ACCOUNT}:function:athenafederatedcatalog_crm_source`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;

const DATA = `
create type tier as enum ('gold', 'plain');
create table customers (
  id integer primary key, name text not null, balance numeric(12,2), since date, seen timestamptz, active boolean,
  key uuid, tags text[], extra jsonb, tier tier, ratio double precision, code varchar(5), "Odd" text, pause interval, loose numeric
);
insert into customers
  select i, 'customer ' || i, i * 1.25, date '2026-01-01' + i, timestamptz '2026-01-01 10:00:00.123456+02' + i * interval '1 hour', i % 2 = 0,
    '00000000-0000-0000-0000-000000000001', array['a', 'b'], '{"k": 1}', 'gold', 0.5, case when i % 3 = 0 then null else 'c' || i end, 'o', '1 day', 1.5
  from generate_series(1, 100) i;
create table orders (id integer, customer integer, total numeric(10,2));
insert into orders values (1, 1, 10.00), (2, 1, 5.50), (3, 7, 99.90);
create role reader login password 'secret-of-the-reader';
grant usage on schema public to reader;
grant select on customers, orders to reader;
create table hidden (a int);
create schema trap;
create table trap.kept (a int);
create function trap.meddle() returns int language plpgsql as $$ begin insert into trap.kept values (9); return 1; end $$;
create view trap.meddling as select trap.meddle() as a;
grant usage on schema trap to reader;
grant all on trap.meddling, trap.kept to reader;
`;

describeWithServers('a federated catalog', postgresMissing(), () => {
  let postgres: PostgresServer;
  let instance: Instance;
  const folder = mkdtempSync(join(tmpdir(), 'weft-federated-'));

  const client = <C>(type: new (config: never) => C, arn = ROOT): C =>
    new type(instance.cloud.clientConfig(arn) as never);
  const secrets = (operation: string, input: object) => {
    const service = instance.cloud.serviceNamed('secretsmanager');
    if (service === undefined) throw new Error('there is no Secrets Manager');
    const context = instance.cloud.contextFor(callerFor(ROOT, 'test'));
    return instance.cloud.invoke(service, operation, input, context) as Promise<{ ARN: string }>;
  };
  const makeRole = async (RoleName: string, statements: readonly object[]) => {
    const iam = client(IAMClient);
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument }));
  };
  const query = async (QueryString: string, arn = ROOT, context: object = {}) => {
    const athena = client(AthenaClient, arn);
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString,
        QueryExecutionContext: context,
        ResultConfiguration: { OutputLocation: 's3://results/' },
      }),
    );
    await instance.cloud.settle();
    const root = client(AthenaClient);
    const { QueryExecution } = await root.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason: reason = '' } = QueryExecution?.Status ?? {};
    if (State !== 'SUCCEEDED') return { state: State, reason, types: [], rows: [], fetched: 0 };
    const { ResultSet } = await root.send(new GetQueryResultsCommand({ QueryExecutionId }));
    const statistics = await root.send(new GetQueryRuntimeStatisticsCommand({ QueryExecutionId }));
    return {
      state: State,
      reason,
      types: (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Type }) => Type),
      rows: (ResultSet?.Rows ?? []).slice(1).map((row) => (row.Data ?? []).map(({ VarCharValue }) => VarCharValue)),
      fetched: statistics.QueryRuntimeStatistics?.Rows?.InputRows,
    };
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query(DATA);
    instance = await openInstance({ folder, port: 0, live: false });
    await client(S3Client).send(new CreateBucketCommand({ Bucket: 'results' }));
    const { ARN } = await secrets('CreateSecret', {
      Name: 'crm/reader',
      SecretString: JSON.stringify({ username: 'reader', password: 'secret-of-the-reader' }),
    });
    await makeRole('connector', [
      {
        Effect: 'Allow',
        Action: 'glue:GetConnection',
        Resource: `arn:aws:glue:us-east-1:${ACCOUNT}:*`,
      },
      { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: ARN },
    ]);
    await makeRole('blind', [{ Effect: 'Allow', Action: 'glue:GetConnection', Resource: '*' }]);
    const start = { Effect: 'Allow', Action: 'athena:StartQueryExecution', Resource: '*' };
    const catalog = { Effect: 'Allow', Action: 'athena:GetDataCatalog', Resource: CATALOG };
    await makeRole('analyst', [
      start,
      catalog,
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: CONNECTOR },
    ]);
    await makeRole('without-catalog', [start]);
    await makeRole('without-function', [start, catalog]);
    const connect = (Name: string, more: object = {}) =>
      client(GlueClient).send(
        new CreateConnectionCommand({
          ConnectionInput: {
            Name,
            ConnectionType: 'POSTGRESQL',
            ConnectionProperties: {
              HOST: postgres.host,
              PORT: String(postgres.port),
              DATABASE: postgres.database,
              JDBC_PARAMS: 'sslmode=disable',
              ...more,
            } as object,
            AuthenticationConfiguration: { AuthenticationType: 'BASIC', SecretArn: ARN },
            ValidateCredentials: false,
          },
        }),
      );
    await connect('crm');
    await connect('falling-back', { JDBC_PARAMS: 'sslmode=prefer' });
    await connect('with-tls', { JDBC_PARAMS: 'sslmode=require' });
    const register = (Name: string, connection: string, connector: string) =>
      client(AthenaClient).send(
        new CreateDataCatalogCommand({
          Name,
          Type: 'FEDERATED',
          Parameters: {
            'connection-arn': `arn:aws:glue:us-east-1:${ACCOUNT}:connection/${connection}`,
            'lambda-role-arn': role(connector),
          },
        }),
      );
    await register('crm-source', 'crm', 'connector');
    await register('blind', 'crm', 'blind');
    await register('falling-back', 'falling-back', 'connector');
    await register('with-tls', 'with-tls', 'connector');
  }, 60_000);

  afterAll(async () => {
    await instance?.close();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('reads rows as they are now, each type as Athena shows it', async () => {
    const answer = await query(
      `SELECT id, name, balance, since, seen, active, key, tags, extra, tier, ratio, code, odd FROM "crm-source"."public"."customers" WHERE id = 3`,
    );
    expect(answer).toEqual({
      state: 'SUCCEEDED',
      reason: '',
      types: [
        'integer',
        'varchar',
        'decimal',
        'date',
        'timestamp',
        'boolean',
        'varchar',
        'array',
        'varchar',
        'varchar',
        'double',
        'varchar',
        'varchar',
      ],
      rows: [
        [
          '3',
          'customer 3',
          '3.75',
          '2026-01-04',
          '2026-01-01 11:00:00.123',
          'false',
          '00000000-0000-0000-0000-000000000001',
          '[a, b]',
          '{"k": 1}',
          'gold',
          '0.5',
          undefined,
          'o',
        ],
      ],
      fetched: 1,
    });
    await postgres.query('insert into orders values (4, 7, 1.00)');
    expect((await query('SELECT count(*) FROM "crm-source".public.orders')).rows).toEqual([['4']]);
    await postgres.query('delete from orders where id = 4');
  });

  test.each([
    ['no condition', '', 100, 100],
    ['equality of a number', 'WHERE id = 5', 1, 1],
    ['a range of dates', "WHERE since BETWEEN DATE '2026-01-02' AND DATE '2026-01-11'", 10, 10],
    ['a time, to the millisecond', "WHERE seen = TIMESTAMP '2026-01-01 09:00:00.123'", 1, 1],
    ['a list of texts', "WHERE code IN ('c1', 'c2', 'c3')", 2, 2],
    ['another text', "WHERE code <> 'c1' AND id < 5", 2, 2],
    ['what is there', 'WHERE code IS NOT NULL', 67, 67],
    ['the other way round, a decimal', 'WHERE 6.25 >= balance', 5, 5],
    ['a flag', 'WHERE active = true AND id <= 10', 5, 5],
    ['one that is pushed and one that is not', "WHERE id <= 10 AND name LIKE '%1'", 10, 1],
    ['one inside an OR, which is not pushed', 'WHERE id = 1 OR id = 2', 100, 2],
    ['a function, which is not pushed', 'WHERE abs(id) = 1', 100, 1],
    ['absence, which is not pushed', 'WHERE code IS NULL', 100, 33],
  ])('fetches just what %s lets through', async (_, where, fetched, found) => {
    const answer = await query(`SELECT id FROM "crm-source".public.customers ${where}`);
    expect([answer.reason, answer.fetched, answer.rows.length]).toEqual(['', fetched, found]);
  });

  test('joins, with the condition on one side pushed to it alone', async () => {
    const answer = await query(
      `SELECT c.name, coalesce(sum(o.total), 0) AS total FROM "crm-source".public.customers c
       LEFT JOIN "crm-source".public.orders o ON o.customer = c.id WHERE c.id <= 2 GROUP BY 1 ORDER BY 1`,
    );
    expect(answer).toMatchObject({
      rows: [
        ['customer 1', '15.50'],
        ['customer 2', '0.00'],
      ],
      fetched: 5,
    });
  });

  test('does not push a condition to a table that the statement names twice', async () => {
    const customers = '"crm-source".public.customers';
    const answer = await query(`SELECT (SELECT count(*) FROM ${customers}) FROM ${customers} WHERE id = 1`);
    expect(answer).toMatchObject({ rows: [['100']], fetched: 100 });
  });

  test('takes names without catalog in the catalog of the query', async () => {
    const context = { Catalog: 'crm-source', Database: 'public' };
    expect(await query('SELECT total FROM orders WHERE id = 3', ROOT, context)).toMatchObject({ rows: [['99.90']] });
    expect(await query('CREATE TABLE x AS SELECT 1 AS a', ROOT, context)).toMatchObject({ state: 'FAILED' });
  });

  test('lists what the user of the secret may read', async () => {
    const athena = client(AthenaClient);
    const { DataCatalogsSummary } = await athena.send(new ListDataCatalogsCommand({}));
    expect(DataCatalogsSummary?.map(({ CatalogName }) => CatalogName)).toContain('crm-source');
    const at = { CatalogName: 'crm-source', DatabaseName: 'public' };
    const { DatabaseList } = await athena.send(new ListDatabasesCommand(at));
    expect(DatabaseList?.map(({ Name }) => Name)).toEqual(['public', 'trap']);
    const { TableMetadataList } = await athena.send(new ListTableMetadataCommand(at));
    expect(TableMetadataList?.map(({ Name }) => Name)).toEqual(['customers', 'orders']);
    const { TableMetadata } = await athena.send(new GetTableMetadataCommand({ ...at, TableName: 'orders' }));
    expect(TableMetadata?.Columns).toEqual([
      { Name: 'id', Type: 'int' },
      { Name: 'customer', Type: 'int' },
      { Name: 'total', Type: 'decimal(10,2)' },
    ]);
  });

  test('is for those who may know the catalog and invoke its function', async () => {
    const sql = 'SELECT count(*) FROM "crm-source".public.orders';
    expect(await query(sql, role('analyst'))).toMatchObject({ rows: [['3']] });
    expect((await query(sql, role('without-catalog'))).reason).toMatch(
      /not authorized to perform: athena:GetDataCatalog/,
    );
    expect((await query(sql, role('without-function'))).reason).toMatch(
      /not authorized to perform: lambda:InvokeFunction/,
    );
  });

  test('fails in the function when its role may not read the secret', async () => {
    const { reason } = await query('SELECT count(*) FROM blind.public.orders');
    expect(reason).toMatch(
      /^GENERIC_USER_ERROR: Encountered an exception from your LambdaFunction\[.*secretsmanager:GetSecretValue/,
    );
  });

  test.each([
    [
      'a catalog that is not there',
      'SELECT 1 FROM nowhere.public.orders',
      /^CATALOG_NOT_FOUND: line 1:\d+: Catalog 'nowhere' not found/,
    ],
    ['a schema that is not there', 'SELECT 1 FROM "crm-source".x.orders', /^SCHEMA_NOT_FOUND/],
    ['a table that is not there', 'SELECT 1 FROM "crm-source".public.x', /^TABLE_NOT_FOUND: .*'crm-source.public.x'/],
    ['a table that the user may not read', 'SELECT 1 FROM "crm-source".public.hidden', /^TABLE_NOT_FOUND/],
    ['a column that is not there', 'SELECT gone FROM "crm-source".public.orders', /^COLUMN_NOT_FOUND: .*'gone'/],
    [
      'the relation behind the relation',
      'SELECT c0 FROM "crm-source".public."orders$rows", "crm-source".public.orders',
      /^TABLE_NOT_FOUND/,
    ],
    [
      'a type that is not read',
      'SELECT pause FROM "crm-source".public.customers',
      /^NOT_SUPPORTED: .*interval of public.customers.pause/,
    ],
    [
      'a number without precision',
      'SELECT loose FROM "crm-source".public.customers',
      /^NOT_SUPPORTED: .*numeric without precision/,
    ],
    [
      'a connection that may fall back to no TLS',
      'SELECT 1 FROM "falling-back".public.orders',
      /sslmode=prefer may fall back/,
    ],
    ['a server without TLS where it is required', 'SELECT 1 FROM "with-tls".public.orders', /does not support SSL/],
    ['a catalog of the engine', 'SELECT 1 FROM memory.main.x', /CATALOG_NOT_FOUND|NOT_SUPPORTED/],
  ])('refuses %s', async (_, sql, reason) => {
    const answer = await query(sql);
    expect(answer.state).toBe('FAILED');
    expect(answer.reason).toMatch(reason);
    expect(answer.reason).not.toContain('secret-of-the-reader');
  });

  test('writes nothing: not even where the user could', async () => {
    const { reason } = await query('SELECT a FROM "crm-source".trap.meddling');
    expect(reason).toMatch(/cannot execute INSERT in a read-only transaction/);
    expect(await postgres.query('select count(*)::int as n from trap.kept')).toEqual([{ n: 0 }]);
  });
});
