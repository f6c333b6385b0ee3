import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  CreateDataCellsFilterCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { Cloud, callerFor } from '../lib/local/core/cloud.ts';
import { Engine } from '../lib/local/services/athena/engine/instance.ts';
import { ParquetSchemas } from '../lib/local/services/athena/engine/parquet-schema.ts';
import { Planner } from '../lib/local/services/athena/plan.ts';
import { runSelect } from '../lib/local/services/athena/select.ts';
import { GlueService } from '../lib/local/services/glue/service.ts';
import { LakeFormationService } from '../lib/local/services/lake-formation/service.ts';
import { S3Service } from '../lib/local/services/s3/service.ts';
import { atMost, type BenchResult, figure, quantile } from './result.ts';

const ACCOUNT = '111111111111';
const ADMIN = `arn:aws:iam::${ACCOUNT}:role/admin`;
const WHOLE = `arn:aws:iam::${ACCOUNT}:role/whole`;
const NARROW = `arn:aws:iam::${ACCOUNT}:role/narrow`;
const FLIGHTS = fileURLToPath(new URL('../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
const FILTER = "origin IN ('ORD', 'ATL', 'DFW', 'LAX')";
const ROUNDS = 21;
const WARM_UP = 2;
/** Statements that differ, to time enforcement without its caches. */
const TEXTS = 100;

const SQL = `SELECT origin, destination, count(*) AS flights, avg(delay) AS mean, approx_percentile(delay, 0.9) AS late, sum(distance) AS miles
FROM flights GROUP BY origin, destination ORDER BY flights DESC, origin, destination LIMIT 20`;
const RAW = SQL.replace('approx_percentile', 'approx_quantile');

/**
 * Governed queries over three million flights against the same SQL on bare DuckDB, and what enforcement itself costs. Both sides have an engine of their own for each
 * query, started before, with the same settings; they take turns, so that the machine's other work hits both alike, and what is compared is each pair.
 */
export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const cloud = new Cloud({ folder });
  const s3 = new S3Service(cloud);
  for (const service of [new GlueService(), new LakeFormationService(), s3]) cloud.register(service);
  const planner = new Planner(new ParquetSchemas());
  try {
    await setUp(cloud);
    await planner.warm();
    const path = s3.localPath('bench-data', 'flights/part-0.parquet');
    const sides: Readonly<Record<Side, () => Promise<Timing>>> = {
      raw: () => bare(path, RAW),
      whole: () => governed(planner, cloud, WHOLE, SQL),
      rawRows: () => bare(path, RAW.replace('GROUP BY', `WHERE ${FILTER} GROUP BY`)),
      narrow: () => governed(planner, cloud, NARROW, SQL),
    };
    const rounds: Readonly<Record<Side, Timing>>[] = [];
    for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
      const one: Partial<Record<Side, Timing>> = {};
      const order: readonly Side[] = ['raw', 'whole', 'rawRows', 'narrow'];
      for (const side of round % 2 === 0 ? order : order.toReversed()) one[side] = await sides[side]();
      if (round >= WARM_UP) rounds.push(one as Record<Side, Timing>);
    }
    const median = (side: Side) => quantile(totals(rounds, side), 0.5);
    const ratio = (side: Side, to: Side) =>
      quantile(
        rounds.map((round) => round[side].total / round[to].total),
        0.5,
      );
    const seen = rounds.flatMap(({ whole, narrow }) => [whole.plan, narrow.plan]);
    const fresh = await enforcement(planner, cloud);
    return [
      figure('bare DuckDB, 3 M rows, median', median('raw'), 'ms'),
      figure('governed, every row, median', median('whole'), 'ms'),
      atMost('governed, every row / bare, median of pairs', ratio('whole', 'raw'), 1.15, 'ratio'),
      figure('bare DuckDB with the filter in WHERE, median', median('rawRows'), 'ms'),
      figure('governed with a row filter, median', median('narrow'), 'ms'),
      atMost('governed with a row filter / bare, every row', ratio('narrow', 'raw'), 1.15, 'ratio'),
      atMost('governed with a row filter / bare with WHERE', ratio('narrow', 'rawRows'), 1.15, 'ratio'),
      figure('enforcement beside the big queries, median', quantile(seen, 0.5), 'ms'),
      figure('enforcement beside the big queries, p95', quantile(seen, 0.95), 'ms'),
      figure('enforcement, a text not seen before, median', quantile(fresh, 0.5), 'ms'),
      atMost('enforcement, a text not seen before, p95', quantile(fresh, 0.95), 10, 'ms'),
    ];
  } finally {
    await planner.close();
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Side = 'raw' | 'whole' | 'rawRows' | 'narrow';

interface Timing {
  readonly total: number;
  /** Parsing, both gates, resolving, making the relations and locking; 0 on bare DuckDB. */
  readonly plan: number;
}

function totals(rounds: readonly Readonly<Record<Side, Timing>>[], side: Side): number[] {
  return rounds.map((round) => round[side].total);
}

/** The time from SQL to rows in a fresh engine that has a view of the file, and nothing withheld or locked. */
async function bare(path: string, sql: string): Promise<Timing> {
  const engine = await Engine.start();
  await engine.connection.run(`CREATE VIEW flights AS SELECT * FROM read_parquet('${path}')`);
  await quiet();
  const start = performance.now();
  const reader = await engine.connection.runAndReadAll(sql);
  reader.getRows();
  const total = performance.now() - start;
  await engine.close();
  return { total, plan: 0 };
}

/** The time from SQL to printed rows in a fresh engine, enforcement included. */
async function governed(planner: Planner, cloud: Cloud, role: string, sql: string): Promise<Timing> {
  const engine = await Engine.start();
  await quiet();
  const start = performance.now();
  const plan = await planner.plan({ cloud, caller: callerFor(role, 'bench'), database: 'bench' }, engine, sql);
  const planned = performance.now() - start;
  await runSelect(engine, plan, sql);
  const total = performance.now() - start;
  await engine.close();
  return { total, plan: planned };
}

/** What enforcement takes with nothing else to do, each time for a text that no cache knows. */
async function enforcement(planner: Planner, cloud: Cloud): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < TEXTS; round += 1) {
    const engine = await Engine.start();
    await quiet();
    const caller = callerFor(round % 2 === 0 ? WHOLE : NARROW, 'bench');
    const start = performance.now();
    await planner.plan({ cloud, caller, database: 'bench' }, engine, SQL.replace('LIMIT 20', `LIMIT ${1000 + round}`));
    samples.push(performance.now() - start);
    await engine.close();
  }
  return samples;
}

/** Lets what the engine before left behind (threads that end, memory given back) be done. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

async function setUp(cloud: Cloud): Promise<void> {
  const lakeFormation = new LakeFormationClient(cloud.clientConfig(ADMIN));
  const root = new LakeFormationClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`));
  await root.send(
    new PutDataLakeSettingsCommand({
      DataLakeSettings: {
        DataLakeAdmins: [{ DataLakePrincipalIdentifier: ADMIN }],
        CreateDatabaseDefaultPermissions: [],
        CreateTableDefaultPermissions: [],
      },
    }),
  );
  await new S3Client(cloud.clientConfig(ADMIN)).send(new CreateBucketCommand({ Bucket: 'bench-data' }));
  cloud.service(S3Service).put('bench-data', 'flights/part-0.parquet', readFileSync(FLIGHTS));
  const glue = new GlueClient(cloud.clientConfig(ADMIN));
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'bench' } }));
  const types = { date: 'timestamp', delay: 'bigint', distance: 'bigint', origin: 'string', destination: 'string' };
  await glue.send(
    new CreateTableCommand({
      DatabaseName: 'bench',
      TableInput: {
        Name: 'flights',
        PartitionKeys: [],
        StorageDescriptor: {
          Columns: Object.entries(types).map(([Name, Type]) => ({ Name, Type })),
          Location: 's3://bench-data/flights/',
          SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
        },
      },
    }),
  );
  const at = { TableCatalogId: ACCOUNT, DatabaseName: 'bench', TableName: 'flights', Name: 'four' };
  const ColumnNames = ['delay', 'distance', 'origin', 'destination'];
  await lakeFormation.send(
    new CreateDataCellsFilterCommand({ TableData: { ...at, ColumnNames, RowFilter: { FilterExpression: FILTER } } }),
  );
  await lakeFormation.send(
    new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: WHOLE },
      Resource: { Table: { DatabaseName: 'bench', Name: 'flights' } },
      Permissions: ['SELECT'],
    }),
  );
  await lakeFormation.send(
    new GrantPermissionsCommand({
      Principal: { DataLakePrincipalIdentifier: NARROW },
      Resource: { DataCellsFilter: at },
      Permissions: ['SELECT'],
    }),
  );
}
