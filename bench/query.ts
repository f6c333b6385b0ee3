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
import { DuckDBInstance } from '@duckdb/node-api';
import { Cloud, callerFor } from '../lib/local/core/cloud.ts';
import { EnginePool } from '../lib/local/services/athena/engine/instance.ts';
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
const ROUNDS = 15;

const SQL = `SELECT origin, destination, count(*) AS flights, avg(delay) AS mean, approx_percentile(delay, 0.9) AS late, sum(distance) AS miles
FROM flights GROUP BY origin, destination ORDER BY flights DESC, origin, destination LIMIT 20`;
const RAW = SQL.replace('approx_percentile', 'approx_quantile');

/** Governed queries over three million flights against the same SQL on bare DuckDB, and what enforcement itself costs. */
export async function run(): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const cloud = new Cloud({ folder });
  const s3 = new S3Service(cloud);
  for (const service of [new GlueService(), new LakeFormationService(), s3]) cloud.register(service);
  try {
    await setUp(cloud);
    const path = s3.localPath('bench-data', 'flights/part-0.parquet');
    const raw = await bare(path);
    const whole = await governed(cloud, WHOLE);
    const narrow = await governed(cloud, NARROW);
    // Interleaved, so that the machine's other work hits all alike.
    const times = { raw: [] as number[], whole: [] as number[], rawRows: [] as number[], narrow: [] as number[] };
    const overhead: number[] = [];
    for (let round = 0; round < ROUNDS + 3; round += 1) {
      const one = {
        raw: await raw(RAW),
        whole: await whole(SQL),
        rawRows: await raw(RAW.replace('GROUP BY', `WHERE ${FILTER} GROUP BY`)),
        narrow: await narrow(SQL),
      };
      if (round < 3) continue;
      times.raw.push(one.raw.total);
      times.whole.push(one.whole.total);
      times.rawRows.push(one.rawRows.total);
      times.narrow.push(one.narrow.total);
      overhead.push(one.whole.plan, one.narrow.plan);
    }
    const median = (samples: readonly number[]) => quantile(samples, 0.5);
    return [
      figure('bare DuckDB, 3 M rows, median', median(times.raw), 'ms'),
      figure('governed, every row, median', median(times.whole), 'ms'),
      atMost('governed, every row / bare', median(times.whole) / median(times.raw), 1.15, 'ratio'),
      figure('bare DuckDB with the filter in WHERE, median', median(times.rawRows), 'ms'),
      figure('governed with a row filter, median', median(times.narrow), 'ms'),
      atMost('governed with a row filter / bare, every row', median(times.narrow) / median(times.raw), 1.15, 'ratio'),
      atMost(
        'governed with a row filter / bare with WHERE',
        median(times.narrow) / median(times.rawRows),
        1.15,
        'ratio',
      ),
      atMost('enforcement of one query, p95', quantile(overhead, 0.95), 10, 'ms'),
    ];
  } finally {
    await cloud.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Timing {
  readonly total: number;
  /** Parsing, both gates, resolving, making the relations and locking; 0 on bare DuckDB. */
  readonly plan: number;
}

async function bare(path: string) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`CREATE VIEW flights AS SELECT * FROM read_parquet('${path}')`);
  return async (sql: string): Promise<Timing> => {
    const start = performance.now();
    const reader = await connection.runAndReadAll(sql);
    reader.getRows();
    return { total: performance.now() - start, plan: 0 };
  };
}

async function governed(cloud: Cloud, role: string) {
  const planner = new Planner(new ParquetSchemas());
  const pool = new EnginePool();
  const caller = callerFor(role, 'bench');
  return async (sql: string): Promise<Timing> => {
    const engine = await pool.take();
    const start = performance.now();
    const plan = await planner.plan({ cloud, caller, database: 'bench' }, engine, sql);
    const planned = performance.now() - start;
    await runSelect(engine, plan, sql);
    const total = performance.now() - start;
    await engine.close();
    pool.refill();
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { total, plan: planned };
  };
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
