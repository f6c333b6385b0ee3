import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readDomainRepository } from '#constructs/domain-repository.ts';
import { Cloud } from '#local/core/cloud.ts';
import { AthenaService } from '#local/services/athena/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { landingColumns, landingTable } from '#mesh/pipeline/landing.ts';
import { countStatement } from '#mesh/pipeline/statements.ts';
import { repositoryOf } from './repository.ts';

const ROOT = 'arn:aws:iam::210000000011:root';
const folder = mkdtempSync(join(tmpdir(), 'weft-stream-sql-'));
const repository = repositoryOf('event-stream');
const { pipeline, products, sql } = readDomainRepository(repository);
const table = products[0]?.tables[0];
let cloud: Cloud;

const client = <C>(type: new (config: never) => C): C => new type(cloud.clientConfig(ROOT) as never);

async function ask(QueryString: string): Promise<(string | undefined)[][]> {
  const athena = client(AthenaClient);
  const ResultConfiguration = { OutputLocation: 's3://results/' };
  const { QueryExecutionId } = await athena.send(new StartQueryExecutionCommand({ QueryString, ResultConfiguration }));
  await cloud.settle();
  const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
  expect(QueryExecution?.Status?.StateChangeReason).toBeUndefined();
  const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  return (ResultSet?.Rows ?? []).slice(1).map(({ Data = [] }) => Data.map(({ VarCharValue }) => VarCharValue));
}

beforeAll(async () => {
  cloud = new Cloud({ folder });
  for (const service of [new S3Service(cloud), new GlueService(), new LakeFormationService(), new AthenaService()]) {
    cloud.register(service);
  }
  for (const Bucket of ['results', 'landing', 'products'])
    await client(S3Client).send(new CreateBucketCommand({ Bucket }));
  const glue = client(GlueClient);
  for (const Name of ['sales', 'sales_landing'])
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name } }));
  const [landing] = pipeline.landing;
  if (landing === undefined || table === undefined) throw new Error('the template has no stream');
  const TableInput = landingTable(landing, landingColumns(landing, pipeline, products) ?? [], 'landing');
  await glue.send(new CreateTableCommand({ DatabaseName: 'sales_landing', TableInput: TableInput as never }));
  const Columns = [...table.columns, ...table.partitionKeys].map(({ name, type }) => ({ Name: name, Type: type }));
  const SerializationLibrary = 'org.openx.data.jsonserde.JsonSerDe';
  const StorageDescriptor = { Columns, Location: 's3://products/scans/', SerdeInfo: { SerializationLibrary } };
  await glue.send(new CreateTableCommand({ DatabaseName: 'sales', TableInput: { Name: 'scans', StorageDescriptor } }));
});

afterAll(async () => {
  await cloud.close();
  for (const path of [folder, repository]) rmSync(path, { recursive: true, force: true });
});

test("the template's SQL takes each scan once, from this file and those before", async () => {
  if (table === undefined) throw new Error('the template has no table');
  const scans = readFileSync(join(repository, 'sample/scans.jsonl'), 'utf8').trim().split('\n');
  const event = (id: string, rows: readonly string[]) =>
    `{"event_id":"${id}","event_time":"2026-11-03T10:00:00Z","rows":[${rows.join(',')}]}`;
  const [first = '', second = '', third = ''] = scans;
  const Body = [event('a', [first, second]), event('b', [second, third]), event('c', [third])].join('\n');
  await client(S3Client).send(new PutObjectCommand({ Bucket: 'landing', Key: 'scans/2026-11-03/one.json', Body }));
  const known = JSON.stringify((JSON.parse(first) as { after: object }).after);
  await client(S3Client).send(new PutObjectCommand({ Bucket: 'products', Key: 'scans/before.json', Body: known }));
  const files = ['s3://landing/scans/2026-11-03/one.json'];
  const step = { sql: sql['scans.sql'] ?? '', files, table, database: 'sales', mark: 'one' };
  expect(await ask(countStatement(step))).toEqual([['2', '0']]);
  const text = step.sql.replace(':files', files.map((file) => `'${file}'`).join());
  // Nothing says in which order rows come.
  expect((await ask(text)).map(([id, , place]) => [id, place]).toSorted()).toEqual([
    ['s-2', 'Hannover'],
    ['s-3', 'Bremen'],
  ]);
});
