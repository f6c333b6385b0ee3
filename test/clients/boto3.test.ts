import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Environment, has, type ServedMesh, serveMesh } from './mesh.ts';

const SCRIPT = new URL('clients.py', import.meta.url).pathname;
const AIRPORTS = 'airport_reference__airports__v1';
const STRIKES = 'wildlife_safety__bird_strikes__v1';
const FLIGHTS_BUCKET = 'aviation-flight-operations-210000000011-us-east-1';
const REFUSED = 'AccessDeniedException';

const python = has('python3', '-c', 'import boto3');
const cli = has('aws', '--version');

describe('clients with nothing but the environment of `weft local env`', () => {
  let mesh: ServedMesh;
  let analyst: Environment;

  beforeAll(async () => {
    if (!python && !cli) return;
    mesh = await serveMesh();
    analyst = await mesh.environment('analytics/analyst');
  }, 180_000);

  afterAll(() => mesh?.close());

  (python ? describe : describe.skip)(python ? 'boto3' : 'boto3 (skipped: python3 with boto3 is not here)', () => {
    const story = async (name: string, environment: Environment) => {
      const { out, err } = await mesh.client('python3', [SCRIPT, name], environment);
      if (out === '') throw new Error(err);
      return (JSON.parse(out) as Record<string, Record<string, unknown>>)[name] ?? {};
    };

    test('Glue shows what is granted, without the columns that are not', async () => {
      const { seen, ...rest } = await story('catalog', analyst);
      expect(seen).toEqual({
        default: {},
        [AIRPORTS]: { airports: ['iata', 'name', 'city', 'state', 'country', 'latitude', 'longitude'] },
        flight_operations__flights__v1: { flights: ['date', 'delay', 'distance', 'origin', 'destination'] },
        [STRIKES]: { bird_strikes: expect.not.arrayContaining([expect.stringMatching(/^cost/)]) },
      });
      expect(rest).toEqual({
        identity: expect.stringMatching(/^arn:aws:sts::210000000014:assumed-role\/aviation-analytics-analyst\//),
        ungranted: REFUSED,
        central: REFUSED,
        create: REFUSED,
        search: ['airports'],
      });
    });

    test('a driver gets types, pages with one header, NULLs, and the same rows as a file', async () => {
      expect(await story('results', analyst)).toEqual({
        statement: ['DML', 'SELECT'],
        submittedIsTime: true,
        pages: [1000, 1000, 1000, 377],
        first: [
          ['iata', 'name', 'latitude', 'nothing'],
          ['00M', 'Thigpen', '31.95376472', null],
        ],
        second: [['BQN', 'Rafael Hernandez', '18.49486111', null]],
        columns: [
          ['iata', 'varchar'],
          ['name', 'varchar'],
          ['latitude', 'double'],
          ['nothing', 'integer'],
        ],
        file: { suffix: true, rows: 3377, length: true, part: ['"iata"', 206] },
        databases: [AIRPORTS, 'default', 'flight_operations__flights__v1', STRIKES],
        tables: ['airports'],
        metadata: expect.arrayContaining([
          ['iata', 'string'],
          ['latitude', 'double'],
        ]),
        ddl: { statement: 'UTILITY', suffix: 'txt', rows: [['airports']] },
        many: 'InvalidRequestException',
        unknown: 'InvalidRequestException',
        parameters: [['Thigpen']],
        batch: ['SUCCEEDED'],
      });
    });

    test('menus, saved queries and statements are there; a table of one’s own is not', async () => {
      expect(await story('dashboard', analyst)).toEqual({
        catalogs: ['AwsDataCatalog'],
        catalog: 'GLUE',
        database: AIRPORTS,
        workgroups: ['primary', 'aviation-analytics', 'aviation-analytics-producer', 'aviation-analytics-quality'],
        enforced: true,
        output: true,
        listed: true,
        rowsOut: 1,
        ctas: { state: 'FAILED', reason: expect.stringContaining('Insufficient Lake Formation permission') },
        prepared: ['one'],
        executed: [['7']],
        named: 'SELECT 1',
        otherWorkgroup: REFUSED,
        ownOutput: 'SUCCEEDED',
      });
    });

    test('rows, columns and files that are withheld stay hidden', async () => {
      const objects = [
        `s3://${FLIGHTS_BUCKET}/products/flights/flights-3m.parquet`,
        's3://aviation-analytics-210000000014-us-east-1/x',
      ];
      const told = await story('withheld', { ...analyst, PRODUCT_OBJECTS: JSON.stringify(objects) });
      expect(told.columns).toEqual(expect.arrayContaining(['origin_state', 'operator']));
      expect(told).toEqual({
        states: [['California'], ['Texas']],
        columns: expect.not.arrayContaining([expect.stringMatching(/^cost/)]),
        cost: { state: 'FAILED', reason: expect.stringMatching(/COLUMN_NOT_FOUND.*cost_total/) },
        costResults: 'InvalidRequestException',
        get: ['AccessDenied', 'AccessDenied'],
        list: ['AccessDenied', 'AccessDenied'],
        copy: 'AccessDenied',
        events: REFUSED,
        registry: REFUSED,
        grants: ['arn:aws:iam::210000000014:role/aviation-analytics-analyst'],
      });
    });

    test('without a subscription there is nothing to see, in AWS’s own codes', async () => {
      const stranger = await mesh.environment('wildlife-safety/analyst');
      const told = await story('stranger', { ...stranger, WORKGROUP: 'aviation-wildlife-safety' });
      expect(told).toEqual({
        databases: ['default'],
        glue: REFUSED,
        central: REFUSED,
        query: { state: 'FAILED', reason: expect.stringContaining(`Required Describe on ${AIRPORTS}`) },
        workgroup: REFUSED,
      });
    });

    test('a producer loads its own bucket and speaks on its own bus, and no other', async () => {
      const told = await story('producer', {
        ...(await mesh.environment('flight-operations/producer')),
        OWN_BUCKET: FLIGHTS_BUCKET,
        OTHER_BUCKET: 'aviation-airport-reference-210000000012-us-east-1',
        OWN_BUS: 'aviation-flight-operations',
      });
      expect(told).toEqual({
        same: true,
        multipart: true,
        listed: ['landing/parts/data.bin'],
        left: 0,
        other: 'AccessDenied',
        head: '403',
        sent: 0,
        asDomain: REFUSED,
        queues: 'AccessDenied',
      });
    });
  });

  (cli ? describe : describe.skip)(cli ? 'the AWS CLI' : 'the AWS CLI (skipped: aws is not here)', () => {
    const aws = (environment: Environment, ...args: string[]) => mesh.client('aws', args, environment);

    test('lists granted tables, and refuses others with AWS’s code', async () => {
      const names = ['--query', 'TableList[].Name', '--output', 'text'];
      const granted = await aws(analyst, 'glue', 'get-tables', '--database-name', AIRPORTS, ...names);
      expect(granted).toMatchObject({ status: 0, out: 'airports\n' });
      const other = await aws(analyst, 'glue', 'get-tables', '--database-name', 'flight_operations', ...names);
      expect(other.status).not.toBe(0);
      expect(other.err).toMatch(/\((AccessDeniedException|EntityNotFoundException)\) when calling the GetTables/);
    });

    test('runs a query and pages through its filtered rows', async () => {
      const sql = `SELECT origin_state, count(*) FROM ${STRIKES}.bird_strikes GROUP BY 1 ORDER BY 1`;
      const text = ['--output', 'text'];
      const start = [
        '--work-group',
        'aviation-analytics',
        '--query-string',
        sql,
        '--query',
        'QueryExecutionId',
        ...text,
      ];
      const id = (await aws(analyst, 'athena', 'start-query-execution', ...start)).out.trim();
      const state = [
        'athena',
        'get-query-execution',
        '--query-execution-id',
        id,
        '--query',
        'QueryExecution.Status.State',
      ];
      let answer = await aws(analyst, ...state, ...text);
      while (/QUEUED|RUNNING/.test(answer.out)) answer = await aws(analyst, ...state, ...text);
      expect(answer.out.trim()).toBe('SUCCEEDED');
      const rows = ['athena', 'get-query-results', '--query-execution-id', id, '--max-items', '2'];
      const page = JSON.parse((await aws(analyst, ...rows)).out) as {
        ResultSet: { Rows: { Data: { VarCharValue: string }[] }[] };
        NextToken: string;
      };
      expect(page.ResultSet.Rows.map(({ Data }) => Data[0]?.VarCharValue)).toEqual(['origin_state', 'California']);
      const next = await aws(analyst, ...rows, '--starting-token', page.NextToken);
      expect(next.out).toContain('Texas');
    }, 60_000);

    test('a producer copies into its own bucket, an analyst reads nothing there', async () => {
      const producer = await mesh.environment('flight-operations/producer');
      const there = `s3://${FLIGHTS_BUCKET}/landing/local.json`;
      expect(await aws(producer, 's3', 'cp', 'local.json', there)).toMatchObject({ status: 0 });
      expect((await aws(producer, 's3', 'ls', there)).out).toContain('local.json');
      expect((await aws(analyst, 's3', 'ls', there)).err).toContain('(AccessDenied) when calling the ListObjectsV2');
      expect((await aws(analyst, 's3', 'cp', there, 'stolen.json')).err).toContain('(403)');
      expect((await aws(analyst, 's3', 'cp', 'local.json', there)).err).toContain(
        '(AccessDenied) when calling the PutObject',
      );
    }, 60_000);

    test('sends an event to the domain’s own bus', async () => {
      const producer = await mesh.environment('flight-operations/producer');
      const entry = 'Source=flights,DetailType=Landed,Detail="{}",EventBusName=aviation-flight-operations';
      const sent = await aws(producer, 'events', 'put-events', '--entries', entry, '--query', 'FailedEntryCount');
      expect(sent).toMatchObject({ status: 0, out: '0\n' });
    });
  });
});
