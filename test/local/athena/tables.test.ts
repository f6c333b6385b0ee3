import { gzipSync } from 'node:zlib';
import { CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jsonCodec } from '#local/core/codecs.ts';
import { double } from '#local/services/athena/engine/format.ts';
import { printRowFilter } from '#local/services/athena/relation/row-filter.ts';
import { fromCsv, toCsv } from '#local/services/athena/results.ts';
import { readWorld, World } from './world.ts';

const columns = new Map([
  ['state', 'VARCHAR'],
  ['speed', 'INTEGER'],
]);

describe('a row filter', () => {
  test.each([
    ["state = 'Texas'", `"state" = 'Texas'`],
    [
      "STATE <> 'O''Hare' AND (speed > -1 OR speed IS NULL)",
      `("state" <> 'O''Hare' AND (("speed" > -1 OR "speed" IS NULL)))`,
    ],
    ["NOT state LIKE 'T%'", `(NOT "state" LIKE 'T%')`],
    ['speed NOT BETWEEN 1 AND 2.5', '"speed" NOT BETWEEN 1 AND 2.5'],
  ])('%s is written anew', (expression, expected) => {
    expect(printRowFilter(expression, columns)).toBe(expected);
  });

  test.each([
    "state = getenv('HOME')",
    'state = speed',
    "state IN (SELECT 'x')",
    "state = 'x'; DROP TABLE t",
    "secret = 'x'",
    'speed = 1 OR',
  ])('%s is not in the grammar', (expression) => {
    expect(() => printRowFilter(expression, columns)).toThrow('invalid row filter');
  });
});

test('a result survives being written and read', () => {
  const rows = [
    ['a', undefined],
    ['say "x", please', 'two\nlines'],
    ['', undefined],
  ];
  expect(fromCsv(toCsv(['one', 'two'], rows))).toEqual([['one', 'two'], ...rows]);
});

test.each([
  [1, '1.0'],
  [0.1, '0.1'],
  [1e7, '1.0E7'],
  [1.5e-5, '1.5E-5'],
  [-0, '-0.0'],
  [Number.NaN, 'NaN'],
])('%p is printed as %s', (value, text) => {
  expect(double(value)).toBe(text);
});

describe('tables of CloudTrail', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(readWorld(new URL('../../cases/enforcement/world.yaml', import.meta.url)));
    const file = (name: string) =>
      gzipSync(
        JSON.stringify({ Records: [{ eventName: name, userIdentity: { arn: 'a' }, additionalEventData: { k: 1 } }] }),
      );
    world.storage.put('consumer-data', 'trail/222222222222/2026/01/02/x', file('GetDataAccess'));
    world.storage.put('consumer-data', 'trail/222222222222/2024/01/02/x', file('TooOld'));
    await world.client(GlueClient, 'consumer-admin').send(
      new CreateTableCommand({
        DatabaseName: 'lab',
        TableInput: {
          Name: 'trail',
          PartitionKeys: [
            { Name: 'account', Type: 'string' },
            { Name: 'day', Type: 'string' },
          ],
          Parameters: {
            'projection.enabled': 'true',
            'projection.account.type': 'injected',
            'projection.day.type': 'date',
            'projection.day.format': 'yyyy/MM/dd',
            'projection.day.range': '2026/01/01,NOW',
            'storage.location.template': `s3://consumer-data/trail/${'$'}{account}/${'$'}{day}/`,
          },
          StorageDescriptor: {
            Columns: [
              { Name: 'eventname', Type: 'string' },
              { Name: 'useridentity', Type: 'struct<arn:string>' },
              { Name: 'additionaleventdata', Type: 'string' },
            ],
            Location: 's3://consumer-data/trail/',
            InputFormat: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
            SerdeInfo: { SerializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
          },
        },
      }),
    );
  });

  afterAll(() => world.close());

  test('are read by projection, one row for each record', async () => {
    const sql =
      "SELECT eventname, useridentity.arn, json_extract_scalar(additionaleventdata, '$.k') AS k, day FROM trail WHERE account = '222222222222'";
    expect(await world.query('engineer', sql, 'lab')).toMatchObject({
      reason: '',
      rows: [['GetDataAccess', 'a', '1', '2026/01/02']],
    });
  });

  test('need an equality on an injected column', async () => {
    const answer = await world.query('engineer', 'SELECT eventname FROM trail', 'lab');
    expect(answer.reason).toContain('CONSTRAINT_VIOLATION');
  });

  test('a read across accounts is recorded for the reader and, without an ARN, for the owner', async () => {
    const events: { account: string; event: Readonly<Record<string, unknown>> }[] = [];
    const trail = {
      signingName: 'cloudtrail',
      codec: jsonCodec('1.1'),
      operations: {},
      record: (account: string, event: Readonly<Record<string, unknown>>) => void events.push({ account, event }),
    };
    world.cloud.register(trail);
    await world.query('scientist', 'SELECT a.iata FROM airports AS a JOIN airports AS b USING (iata)', 'birds');
    expect(events.map(({ account }) => account)).toEqual(['222222222222', '111111111111']);
    expect(events[0]?.event).toMatchObject({
      eventName: 'GetDataAccess',
      additionalEventData: { requesterService: 'ATHENA', lakeFormationPrincipal: world.arn('scientist') },
    });
    expect(events[0]?.event.userIdentity).toMatchObject({ type: 'AssumedRole', invokedBy: 'athena.amazonaws.com' });
    expect(events[1]?.event.userIdentity).toMatchObject({ type: 'AWSAccount', accountId: '222222222222' });
    expect(JSON.stringify(events[1]?.event)).not.toContain('scientist');
  });

  test('each state of an execution is told to the account’s default bus', async () => {
    const told: { account: string; event: { detailType: string; detail: Record<string, unknown> } }[] = [];
    const bus = {
      signingName: 'events',
      codec: jsonCodec('1.1'),
      operations: {},
      emit: (account: string, _: string, event: (typeof told)[number]['event']) => void told.push({ account, event }),
    };
    world.cloud.register(bus);
    await world.query('scientist', 'SELECT iata FROM airports', 'birds');
    await world.query('scientist', 'SELECT nothing FROM airports', 'birds');
    expect(new Set(told.map(({ account }) => account))).toEqual(new Set(['222222222222']));
    const states = told.map(({ event: { detail } }) => [
      detail.previousState,
      detail.currentState,
      detail.sequenceNumber,
    ]);
    const begun = [
      [undefined, 'QUEUED', '1'],
      ['QUEUED', 'RUNNING', '2'],
    ];
    expect(states).toEqual([...begun, ['RUNNING', 'SUCCEEDED', '3'], ...begun, ['RUNNING', 'FAILED', '3']]);
    expect(told[2]?.event).toMatchObject({
      detailType: 'Athena Query State Change',
      detail: { statementType: 'DML', workgroupName: expect.any(String), queryExecutionId: expect.any(String) },
    });
    expect(told.at(-1)?.event.detail.athenaError).toMatchObject({ errorCategory: 2, retryable: false });
  });
});
