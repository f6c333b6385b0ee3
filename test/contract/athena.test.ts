import {
  AthenaClient,
  BatchGetNamedQueryCommand,
  BatchGetPreparedStatementCommand,
  BatchGetQueryExecutionCommand,
  CreateNamedQueryCommand,
  CreatePreparedStatementCommand,
  CreateWorkGroupCommand,
  DeleteNamedQueryCommand,
  DeletePreparedStatementCommand,
  DeleteWorkGroupCommand,
  GetDatabaseCommand,
  GetDataCatalogCommand,
  GetNamedQueryCommand,
  GetPreparedStatementCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  GetWorkGroupCommand,
  ListDatabasesCommand,
  ListDataCatalogsCommand,
  ListNamedQueriesCommand,
  ListPreparedStatementsCommand,
  ListQueryExecutionsCommand,
  ListTableMetadataCommand,
  ListWorkGroupsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
  UpdateNamedQueryCommand,
  UpdatePreparedStatementCommand,
  UpdateWorkGroupCommand,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from '@jest/globals';
import { AthenaService } from '#local/services/athena/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';

const TOKEN = 'a-client-request-token-of-more-than-32-characters';

describeBackends(
  'Athena',
  {
    moto: 'it has no SQL engine and most of these operations answer 500',
    services: (cloud) => [new S3Service(cloud), new GlueService(), new LakeFormationService(), new AthenaService()],
  },
  (backend) => {
    let athena: AthenaClient;
    let bucket: string;

    beforeEach(async () => {
      athena = backend.client(AthenaClient);
      bucket = `results-${backend.account}`;
      await backend.client(S3Client).send(new CreateBucketCommand({ Bucket: bucket }));
    });

    const start = async (sql: string, more: object = {}) => {
      const ResultConfiguration = { OutputLocation: `s3://${bucket}/out/` };
      const started = await athena.send(
        new StartQueryExecutionCommand({ QueryString: sql, ResultConfiguration, ...more }),
      );
      return started.QueryExecutionId ?? '';
    };
    const run = async (sql: string, more: object = {}) => {
      const id = await start(sql, more);
      await backend.cloud.settle();
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      return { id, execution: QueryExecution };
    };

    test('a query goes from queued to succeeded and leaves its result in S3', async () => {
      const id = await start('SELECT 1 AS one, CAST(NULL AS varchar) AS nothing, \'say "hi"\' AS text');
      const early = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      expect(['QUEUED', 'RUNNING']).toContain(early.QueryExecution?.Status?.State);
      expect(early.QueryExecution?.Status?.SubmissionDateTime).toBeInstanceOf(Date);
      await backend.cloud.settle();
      const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      expect(QueryExecution).toMatchObject({
        StatementType: 'DML',
        SubstatementType: 'SELECT',
        Status: { State: 'SUCCEEDED' },
        WorkGroup: 'primary',
      });
      expect(QueryExecution?.ResultConfiguration?.OutputLocation).toBe(`s3://${bucket}/out/${id}.csv`);
      const object = await backend
        .client(S3Client)
        .send(new GetObjectCommand({ Bucket: bucket, Key: `out/${id}.csv` }));
      expect(await object.Body?.transformToString()).toBe('"one","nothing","text"\n"1",,"say ""hi"""\n');
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      expect(ResultSet?.Rows?.[1]?.Data).toEqual([{ VarCharValue: '1' }, {}, { VarCharValue: 'say "hi"' }]);
      expect(
        ResultSet?.ResultSetMetadata?.ColumnInfo?.map(({ Name, Type, Precision }) => [Name, Type, Precision]),
      ).toEqual([
        ['one', 'integer', 10],
        ['nothing', 'varchar', 2147483647],
        ['text', 'varchar', 2147483647],
      ]);
      const { QueryRuntimeStatistics } = await athena.send(
        new GetQueryRuntimeStatisticsCommand({ QueryExecutionId: id }),
      );
      expect(QueryRuntimeStatistics?.Rows?.OutputRows).toBe(1);
    });

    test('pages hold at most 1000 rows, the header on the first one only', async () => {
      const { id } = await run('SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n');
      const sizes: number[] = [];
      const first: (string | undefined)[] = [];
      let NextToken: string | undefined;
      do {
        const page = await athena.send(
          new GetQueryResultsCommand({ QueryExecutionId: id, NextToken, MaxResults: 1000 }),
        );
        sizes.push(page.ResultSet?.Rows?.length ?? 0);
        first.push(page.ResultSet?.Rows?.[0]?.Data?.[0]?.VarCharValue);
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      expect(sizes).toEqual([1000, 1000, 501]);
      expect(first).toEqual(['n', '1000', '2000']);
      await expect(athena.send(new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 1001 }))).rejects.toThrow(
        '1000',
      );
    });

    test('what is no SQL is refused before there is an id, what fails tells why', async () => {
      await expect(start('this is not SQL')).rejects.toMatchObject({
        name: 'InvalidRequestException',
        AthenaErrorCode: 'MALFORMED_QUERY',
      });
      await expect(start('SELECT 1; SELECT 2')).rejects.toThrow('Only one sql statement is allowed');
      await expect(start('SELECT 1', { WorkGroup: 'none' })).rejects.toThrow('WorkGroup none is not found');
      await expect(start('SELECT 1', { ResultConfiguration: {} })).rejects.toThrow('No output location provided');
      await expect(
        start('SELECT 1', { ResultConfiguration: { OutputLocation: 's3://no-such-bucket-x/' } }),
      ).rejects.toThrow('output bucket');
      const { id, execution } = await run('SELECT 1 / 0');
      expect(execution?.Status).toMatchObject({
        State: 'FAILED',
        StateChangeReason: 'DIVISION_BY_ZERO: Division by zero',
        AthenaError: { ErrorCategory: 2 },
      });
      await expect(athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }))).rejects.toThrow(
        'Current state: FAILED',
      );
      await expect(athena.send(new GetQueryExecutionCommand({ QueryExecutionId: 'none' }))).rejects.toThrow(
        'QueryExecution none was not found',
      );
    });

    test('one token is one query', async () => {
      const first = await start('SELECT 1', { ClientRequestToken: TOKEN });
      expect(await start('SELECT 1', { ClientRequestToken: TOKEN })).toBe(first);
      await expect(start('SELECT 2', { ClientRequestToken: TOKEN })).rejects.toThrow(
        'Idempotent parameters do not match',
      );
      await expect(start('SELECT 1', { ClientRequestToken: 'short' })).rejects.toThrow('32');
    });

    test('a query is stopped, listed and looked up in a batch', async () => {
      const sql =
        'SELECT count(*) FROM UNNEST(sequence(1, 100000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 100000)) AS b(y) WHERE x * y % 7 = 3';
      const id = await start(sql);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
      await backend.cloud.settle();
      const { QueryExecutions, UnprocessedQueryExecutionIds } = await athena.send(
        new BatchGetQueryExecutionCommand({ QueryExecutionIds: [id, 'none'] }),
      );
      expect(QueryExecutions?.map((one) => one.Status?.State)).toEqual(['CANCELLED']);
      expect(UnprocessedQueryExecutionIds?.[0]?.QueryExecutionId).toBe('none');
      const { QueryExecutionIds } = await athena.send(new ListQueryExecutionsCommand({}));
      expect(QueryExecutionIds).toEqual([id]);
    });

    test('a workgroup enforces its location and its cutoff', async () => {
      const small = { BytesScannedCutoffPerQuery: 9_999_999 };
      await expect(athena.send(new CreateWorkGroupCommand({ Name: 'w', Configuration: small }))).rejects.toThrow(
        '10000000',
      );
      const Configuration = {
        EnforceWorkGroupConfiguration: true,
        ResultConfiguration: { OutputLocation: `s3://${bucket}/enforced/` },
      };
      await athena.send(new CreateWorkGroupCommand({ Name: 'w', Configuration }));
      await expect(athena.send(new CreateWorkGroupCommand({ Name: 'w' }))).rejects.toThrow('already created');
      const { id, execution } = await run('SELECT 1 AS x', { WorkGroup: 'w' });
      expect(execution?.ResultConfiguration?.OutputLocation).toBe(`s3://${bucket}/enforced/${id}.csv`);
      await athena.send(
        new UpdateWorkGroupCommand({
          WorkGroup: 'w',
          State: 'DISABLED',
          ConfigurationUpdates: { BytesScannedCutoffPerQuery: 10_000_000 },
        }),
      );
      const { WorkGroup } = await athena.send(new GetWorkGroupCommand({ WorkGroup: 'w' }));
      expect(WorkGroup).toMatchObject({
        State: 'DISABLED',
        Configuration: { ...Configuration, BytesScannedCutoffPerQuery: 10_000_000 },
      });
      await expect(start('SELECT 1', { WorkGroup: 'w' })).rejects.toThrow('disabled');
      const { WorkGroups } = await athena.send(new ListWorkGroupsCommand({}));
      expect(WorkGroups?.map((group) => group.Name)).toEqual(['primary', 'w']);
      await athena.send(new DeleteWorkGroupCommand({ WorkGroup: 'w', RecursiveDeleteOption: true }));
      await expect(athena.send(new GetWorkGroupCommand({ WorkGroup: 'w' }))).rejects.toThrow('not found');
      await expect(athena.send(new DeleteWorkGroupCommand({ WorkGroup: 'primary' }))).rejects.toThrow(
        'cannot be deleted',
      );
    });

    test('managed results need no bucket', async () => {
      await athena.send(
        new CreateWorkGroupCommand({
          Name: 'm',
          Configuration: { ManagedQueryResultsConfiguration: { Enabled: true } },
        }),
      );
      const { id, execution } = await run('SELECT 5 AS five', { WorkGroup: 'm', ResultConfiguration: undefined });
      expect(execution?.Status?.State).toBe('SUCCEEDED');
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      expect(ResultSet?.Rows?.[1]?.Data?.[0]?.VarCharValue).toBe('5');
    });

    test('named queries are kept', async () => {
      const { NamedQueryId: id = '' } = await athena.send(
        new CreateNamedQueryCommand({ Name: 'n', Database: 'd', QueryString: 'SELECT 1' }),
      );
      await athena.send(new UpdateNamedQueryCommand({ NamedQueryId: id, Name: 'n2', QueryString: 'SELECT 2' }));
      const { NamedQuery } = await athena.send(new GetNamedQueryCommand({ NamedQueryId: id }));
      expect(NamedQuery).toMatchObject({ Name: 'n2', QueryString: 'SELECT 2', WorkGroup: 'primary' });
      expect((await athena.send(new ListNamedQueriesCommand({}))).NamedQueryIds).toEqual([id]);
      const batch = await athena.send(new BatchGetNamedQueryCommand({ NamedQueryIds: [id, 'none'] }));
      expect([batch.NamedQueries?.length, batch.UnprocessedNamedQueryIds?.length]).toEqual([1, 1]);
      await athena.send(new DeleteNamedQueryCommand({ NamedQueryId: id }));
      await expect(athena.send(new GetNamedQueryCommand({ NamedQueryId: id }))).rejects.toThrow('was not found');
    });

    test('prepared statements run with their parameters', async () => {
      const WorkGroup = 'primary';
      await athena.send(
        new CreatePreparedStatementCommand({ StatementName: 'p', WorkGroup, QueryStatement: 'SELECT ? AS x' }),
      );
      await athena.send(
        new UpdatePreparedStatementCommand({ StatementName: 'p', WorkGroup, QueryStatement: 'SELECT ? + ? AS x' }),
      );
      const { PreparedStatement } = await athena.send(
        new GetPreparedStatementCommand({ StatementName: 'p', WorkGroup }),
      );
      expect(PreparedStatement?.QueryStatement).toBe('SELECT ? + ? AS x');
      const { id } = await run('EXECUTE p USING 1, 2');
      const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
      expect(ResultSet?.Rows?.[1]?.Data?.[0]?.VarCharValue).toBe('3');
      const made = await run('PREPARE q FROM SELECT 7 AS x');
      expect(made.execution).toMatchObject({ StatementType: 'DDL', Status: { State: 'SUCCEEDED' } });
      expect(
        (await athena.send(new ListPreparedStatementsCommand({ WorkGroup }))).PreparedStatements?.map(
          (one) => one.StatementName,
        ),
      ).toEqual(['p', 'q']);
      const batch = await athena.send(
        new BatchGetPreparedStatementCommand({ PreparedStatementNames: ['p', 'none'], WorkGroup }),
      );
      expect([batch.PreparedStatements?.length, batch.UnprocessedPreparedStatementNames?.length]).toEqual([1, 1]);
      await athena.send(new DeletePreparedStatementCommand({ StatementName: 'p', WorkGroup }));
      await expect(
        athena.send(new GetPreparedStatementCommand({ StatementName: 'p', WorkGroup })),
      ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    test('the catalog is told as the caller sees it', async () => {
      const glue = backend.client(GlueClient);
      await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'd' } }));
      const Columns = [{ Name: 'id', Type: 'int' }];
      await glue.send(
        new CreateTableCommand({
          DatabaseName: 'd',
          TableInput: { Name: 't', PartitionKeys: [], StorageDescriptor: { Columns } },
        }),
      );
      const CatalogName = 'AwsDataCatalog';
      expect((await athena.send(new ListDataCatalogsCommand({}))).DataCatalogsSummary?.[0]?.CatalogName).toBe(
        CatalogName,
      );
      expect((await athena.send(new GetDataCatalogCommand({ Name: CatalogName }))).DataCatalog?.Type).toBe('GLUE');
      expect(
        (await athena.send(new ListDatabasesCommand({ CatalogName }))).DatabaseList?.map((one) => one.Name),
      ).toEqual(['d']);
      expect((await athena.send(new GetDatabaseCommand({ CatalogName, DatabaseName: 'd' }))).Database?.Name).toBe('d');
      const { TableMetadata } = await athena.send(
        new GetTableMetadataCommand({ CatalogName, DatabaseName: 'd', TableName: 't' }),
      );
      expect(TableMetadata?.Columns).toMatchObject([{ Name: 'id', Type: 'int' }]);
      const listed = await athena.send(
        new ListTableMetadataCommand({ CatalogName, DatabaseName: 'd', Expression: 't*' }),
      );
      expect(listed.TableMetadataList?.map((one) => one.Name)).toEqual(['t']);
      await expect(athena.send(new GetDatabaseCommand({ CatalogName, DatabaseName: 'none' }))).rejects.toMatchObject({
        name: 'MetadataException',
      });
    });
  },
);
