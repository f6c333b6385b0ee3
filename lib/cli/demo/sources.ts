import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  GetTableCommand,
  GlueClient,
  type TableInput,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { WeftError } from '#mesh/error.ts';
import { readProductFolder } from '../product-folder.ts';
import type { World } from './world.ts';

const PRODUCTS = resolve(import.meta.dirname, '../../../examples/aviation/products');
const DATA = join(dirname(fileURLToPath(import.meta.resolve('vega-datasets'))), '../data');

/** One product of the aviation mesh and the file of real data behind it. */
export interface Source {
  readonly product: string;
  readonly domain: string;
  readonly folder: string;
  readonly file: string;
}

export const SOURCES: readonly Source[] = [
  { product: 'flights', domain: 'flight-operations', folder: join(PRODUCTS, 'flights'), file: 'flights-3m.parquet' },
  { product: 'airports', domain: 'airport-reference', folder: join(PRODUCTS, 'airports'), file: 'airports.csv' },
  {
    product: 'bird-strikes',
    domain: 'wildlife-safety',
    folder: join(PRODUCTS, 'bird-strikes'),
    file: 'birdstrikes.csv',
  },
];

export function sourceOf(product: string): Source {
  const source = SOURCES.find((entry) => entry.product === product);
  if (source === undefined) throw new WeftError('WEFT-DEMO-001', `the demo has no product ${product}`);
  return source;
}

/** What a producer does before Weft comes in: data into the domain's bucket, a table into the domain's own Glue catalog. Gives the bytes. */
export async function enrol(world: World, source: Source): Promise<number> {
  const { client } = await world.as(`${source.domain}/producer`);
  const checked = parseProduct(readProductFolder(source.folder, PRODUCTS), world.local.topology);
  if (!checked.ok)
    throw new WeftError('WEFT-DEMO-002', `the contract of ${source.product} is not valid`, {
      problems: checked.problems,
    });
  const table = checked.value.tables[0];
  if (table === undefined) throw new WeftError('WEFT-DEMO-002', `the contract of ${source.product} has no table`);
  const data = readFileSync(join(DATA, source.file));
  const { hostname: bucket, pathname } = new URL(table.location);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${pathname.slice(1)}${source.file}`, Body: data }));
  await new GlueClient(client).send(
    new CreateTableCommand({
      DatabaseName: table.source.database,
      TableInput: toTableInput(checked.value, table) as TableInput,
    }),
  );
  return data.length;
}

/** Changes a domain's own table as its producer would: read, change, write. */
export async function alterSource(
  world: World,
  source: Source,
  database: string,
  change: (input: TableInput) => TableInput,
): Promise<void> {
  const { client } = await world.as(`${source.domain}/producer`);
  const glue = new GlueClient(client);
  const { Table: table } = await glue.send(
    new GetTableCommand({ DatabaseName: database, Name: source.product.replaceAll('-', '_') }),
  );
  if (table?.Name === undefined) throw new WeftError('WEFT-DEMO-003', `${database} has no table of ${source.product}`);
  const { Name, StorageDescriptor, PartitionKeys, Parameters, TableType } = table;
  await glue.send(
    new UpdateTableCommand({
      DatabaseName: database,
      TableInput: change({ Name, StorageDescriptor, PartitionKeys, Parameters, TableType }),
    }),
  );
}
