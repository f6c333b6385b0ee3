import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AthenaClient, GetQueryExecutionCommand, GetWorkGroupCommand } from '@aws-sdk/client-athena';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { userError, WeftError } from '#mesh/error.ts';
import { type ExportedFile, type ExportManifest, MANIFEST } from '#mesh/product/export-manifest.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { EXPORTS } from '#mesh/retention/copies.ts';
import { databaseName } from '#mesh/topology/names.ts';
import { query, workgroupOf } from './athena.ts';
import type { Connection } from './connection.ts';

/**
 * Writes a snapshot of what the caller may see of a product into a folder: Parquet files and a manifest with their checksums. Athena unloads it as
 * the caller, so the file port shows just the columns and rows that the query port does.
 */
export async function exportProduct(
  connection: Connection,
  product: ProductRecord,
  folder: string,
): Promise<ExportManifest> {
  const database = databaseName(product.domain, product.name, product.major);
  const root = await resultsRoot(connection);
  const tables: { name: string; columns: { name: string; type: string }[] }[] = [];
  const files: ExportedFile[] = [];
  for (const name of await tablesSeen(connection, product, database)) {
    const { columns } = await query(connection, `SELECT * FROM ${database}.${name} LIMIT 0`);
    // Below the product's database, so that the copy is found when what it holds has to go.
    const target = `${root}${EXPORTS}${database}/${randomUUID()}/`;
    const { id } = await query(
      connection,
      `UNLOAD (SELECT * FROM ${database}.${name}) TO '${target}' WITH (format = 'PARQUET')`,
    );
    mkdirSync(join(folder, name), { recursive: true });
    for (const address of await unloaded(connection, id))
      files.push(await fetchFile(connection, address, name, folder));
    tables.push({ name, columns: columns.map((column) => ({ name: column.name, type: column.type })) });
  }
  const manifest: ExportManifest = {
    product: productId(product),
    version: product.version,
    major: product.major,
    exportedAt: new Date().toISOString(),
    principal: connection.principal,
    tables,
    files,
  };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** The tables of a product that the caller sees; all that can be subscribed to when it sees none, so that Athena says why. */
async function tablesSeen(connection: Connection, product: ProductRecord, database: string): Promise<string[]> {
  const open = product.tables.filter(({ internal }) => internal !== true).map(({ name }) => name);
  if (open.length === 1) return open;
  const sql = `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}'`;
  const { rows } = await query(connection, sql);
  const seen = new Set(rows.map(([name]) => name));
  const visible = open.filter((name) => seen.has(name));
  return visible.length === 0 ? open : visible;
}

/**
 * What of a snapshot is not as its manifest says: one sentence for each file; empty when all is well.
 * @throws WeftError `WEFT-EXPORT-005` when the manifest is not one
 */
export function verifyExport(folder: string): string[] {
  return filesOf(join(folder, MANIFEST)).flatMap((file) => {
    let data: Buffer;
    try {
      data = readFileSync(join(folder, file.path));
    } catch {
      return [`${file.path} is missing`];
    }
    if (data.length !== file.bytes) return [`${file.path} has ${data.length} bytes, not ${file.bytes}`];
    return sha256(data) === file.sha256 ? [] : [`${file.path} is not what was exported: its SHA-256 differs`];
  });
}

/** The files that a manifest names. */
function filesOf(path: string): readonly ExportedFile[] {
  try {
    const files = (JSON.parse(readFileSync(path, 'utf8')) as Partial<ExportManifest> | null)?.files;
    if (Array.isArray(files) && files.every(isExportedFile)) return files;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw userError('WEFT-EXPORT-005', `${path} is not the manifest of an export`, {
    hint: 'export again, or get the manifest again from whom the files came',
  });
}

function isExportedFile(entry: unknown): entry is ExportedFile {
  const file = entry as Partial<ExportedFile> | null;
  return typeof file?.path === 'string' && typeof file.bytes === 'number' && typeof file.sha256 === 'string';
}

/** The `s3://…/` below which the caller's workgroup writes. */
async function resultsRoot(connection: Connection): Promise<string> {
  const answer = await new AthenaClient(connection.client).send(
    new GetWorkGroupCommand({ WorkGroup: workgroupOf(connection) }),
  );
  const location = answer.WorkGroup?.Configuration?.ResultConfiguration?.OutputLocation;
  if (location === undefined) {
    throw userError('WEFT-EXPORT-001', `workgroup ${workgroupOf(connection)} has no result location of its own`, {
      hint: 'files are unloaded below it: give the workgroup one',
    });
  }
  return location.endsWith('/') ? location : `${location}/`;
}

/** The addresses of the files that a query unloaded, from the manifest that Athena writes. */
async function unloaded(connection: Connection, id: string): Promise<string[]> {
  const { QueryExecution: execution } = await new AthenaClient(connection.client).send(
    new GetQueryExecutionCommand({ QueryExecutionId: id }),
  );
  const manifest = execution?.Statistics?.DataManifestLocation;
  if (manifest === undefined)
    throw new WeftError('WEFT-EXPORT-002', `query ${id} left no manifest of what it unloaded`);
  return (await read(connection, manifest))
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

async function fetchFile(
  connection: Connection,
  address: string,
  table: string,
  folder: string,
): Promise<ExportedFile> {
  const data = await read(connection, address);
  const name = basename(address);
  const path = join(table, name.endsWith('.parquet') ? name : `${name}.parquet`);
  writeFileSync(join(folder, path), data);
  return { table, path, bytes: data.length, sha256: sha256(data) };
}

async function read(connection: Connection, address: string): Promise<Buffer> {
  const { hostname, pathname } = new URL(address);
  const s3 = new S3Client({ ...connection.client, forcePathStyle: connection.client.endpoint !== undefined });
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: hostname, Key: decodeURIComponent(pathname.slice(1)) }),
  );
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
