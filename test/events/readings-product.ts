import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, GlueClient, type TableInput } from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import type { World } from '#cli/demo/world.ts';
import { waitForProduct } from '#cli/wait.ts';
import type { Row } from '#mesh/access/row-filter-evaluate.ts';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { COLUMNS, relation } from './readings.ts';

export const READINGS = { domain: 'airport-reference', name: 'readings', table: 'readings' } as const;

const LOGICAL: Readonly<Record<string, string>> = {
  string: 'string',
  'varchar(8)': 'string',
  int: 'integer',
  bigint: 'integer',
  'decimal(12,3)': 'number',
  double: 'number',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp',
};

const PRODUCT = `apiVersion: v1.0.0
kind: DataProduct
id: 7c5b1d3c-1a32-4a8c-9f0e-3f3ff1f2c900
name: readings
version: 1.0.0
domain: airport-reference
status: active
description: { purpose: Readings of every type. }
team: { members: [{ username: amir.haddad@airport-reference.example, role: owner }] }
support: [{ channel: airport-reference, url: "mailto:airport-reference@aviation.example" }]
outputPorts:
  - { name: readings, type: query, version: 1.0.0, contractId: readings-contract }
  - { name: readings-events, type: event, version: 1.0.0, contractId: readings-contract }
  - { name: readings-files, type: file, version: 1.0.0, contractId: readings-contract }
`;

function contract(account: string): string {
  const properties = COLUMNS.map(
    ({ name, type, classification }) => `      - name: ${name}
        logicalType: ${LOGICAL[type]}
        physicalType: ${type}
        classification: ${classification}
        description: A ${name}.
`,
  ).join('');
  return `apiVersion: v3.1.0
kind: DataContract
id: readings-contract
name: readings
version: 1.0.0
status: active
domain: airport-reference
dataProduct: readings
description: { purpose: One row for each reading. }
servers:
  - server: lake
    type: glue
    account: "${account}"
    database: airport_reference
    location: s3://aviation-airport-reference-${account}-us-east-1/products/
    format: parquet
schema:
  - name: readings
    physicalName: readings
    physicalType: table
    description: Readings.
    properties:
${properties}`;
}

/** Publishes a product whose one table holds these rows and has all three ports. */
export async function publishReadings(world: World, account: string, rows: readonly Row[]): Promise<void> {
  const product = { file: 'readings.odps.yaml', text: PRODUCT };
  const contracts = [{ file: 'readings.odcs.yaml', text: contract(account) }];
  const checked = parseProduct({ product, contracts }, world.local.topology);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  const [table] = checked.value.tables;
  if (table === undefined) throw new Error('no table');
  const producer = await world.as('airport-reference/producer');
  const { hostname, pathname } = new URL(table.location);
  const s3 = new S3Client({ ...producer.client, forcePathStyle: true });
  const Key = `${pathname.slice(1)}part-0.parquet`;
  await s3.send(new PutObjectCommand({ Bucket: hostname, Key, Body: await parquet(rows) }));
  await new GlueClient(producer.client).send(
    new CreateTableCommand({
      DatabaseName: table.source.database,
      TableInput: toTableInput(checked.value, table) as TableInput,
    }),
  );
  const body = { product: product.text, contracts: { 'readings.odcs.yaml': contracts[0]?.text } };
  const answer = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
  await waitForProduct(producer, answer.product);
}

async function parquet(rows: readonly Row[]): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-readings-'));
  const file = join(folder, 'rows.parquet');
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (SELECT * EXCLUDE (n) FROM ${relation(rows)}) TO '${file}' (FORMAT parquet)`);
    return readFileSync(file);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}
