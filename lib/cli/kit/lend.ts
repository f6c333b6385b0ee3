import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  CreateTableCommand,
  EntityNotFoundException,
  GetTableCommand,
  GlueClient,
  type TableInput,
} from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Connection } from '../connection.ts';
import { publishBody, readProductFolder } from '../product-folder.ts';
import { waitForProduct } from '../wait.ts';

/** A mesh as one of several principals. */
export type Meet = (principal: string) => Promise<Connection>;

/**
 * Does on a local mesh what another domain does on the real one: puts the data that lies beside its contracts (`<table>.csv`, `.json`, `.parquet`) into its bucket, makes the table
 * in its catalog, and publishes the product.
 * @throws WeftError `WEFT-TEMPLATE-015` when the contracts are not valid or a table has no data.
 */
export async function lendProduct(meet: Meet, folder: string, cwd: string, topology: Topology): Promise<ProductRecord> {
  const files = readProductFolder(folder, cwd);
  const checked = parseProduct(files, topology);
  if (!checked.ok) {
    throw userError('WEFT-TEMPLATE-015', `the contracts of ${folder} are not valid`, { problems: checked.problems });
  }
  const producer = await meet(`${checked.value.domain}/producer`);
  for (const table of checked.value.tables) {
    if (table.view !== undefined) continue;
    await putData(producer, table, dataFile(resolve(cwd, folder), table));
    await makeTable(producer, table.source.database, toTableInput(checked.value, table) as TableInput);
  }
  const request = { method: 'POST', path: '/products', body: publishBody(files) } as const;
  const { product } = await producer.api<{ product: ProductRecord }>(request);
  return waitForProduct(producer, product);
}

function dataFile(folder: string, { name }: ProductTable): string {
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}.`) && !entry.endsWith('.yaml'));
  if (file !== undefined) return join(folder, file);
  throw userError('WEFT-TEMPLATE-015', `${folder} has no data of the table ${name}`, {
    hint: `put a file ${name}.csv, .json or .parquet beside its contract`,
  });
}

async function putData({ client }: Connection, { location, name }: ProductTable, file: string): Promise<void> {
  const { hostname: Bucket, pathname } = new URL(location);
  const s3 = new S3Client({ ...client, forcePathStyle: client.endpoint !== undefined });
  const Key = `${pathname.slice(1)}${name}${/\.[^.]+$/.exec(file)?.[0] ?? ''}`;
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: readFileSync(file) }));
}

async function makeTable({ client }: Connection, DatabaseName: string, TableInput: TableInput): Promise<void> {
  const glue = new GlueClient(client);
  try {
    await glue.send(new GetTableCommand({ DatabaseName, Name: TableInput.Name }));
  } catch (error) {
    if (!(error instanceof EntityNotFoundException)) throw error;
    await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
  }
}
