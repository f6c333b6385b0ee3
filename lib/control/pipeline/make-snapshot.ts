import type { Digest } from '#aws/s3-objects.ts';
import { WeftError } from '#mesh/error.ts';
import { type ExchangedTable, exchangeName, snapshotPrefix } from '#mesh/pipeline/exchange.ts';
import { name } from '#mesh/pipeline/fit.ts';
import { type ExportedFile, type ExportManifest, MANIFEST } from '#mesh/product/export-manifest.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import type { PipelineDeps } from './deps.ts';
import { uuidOf } from './run-record.ts';

/** What an exchange needs beside what the pipeline has. */
export interface ExchangeDeps extends PipelineDeps {
  readonly exchangeBucket: string;
  readonly digest: Digest;
  /** Writes an object unless its key is taken. */
  putOnce(key: string, body: string): Promise<boolean>;
}

/**
 * Makes the snapshot of a product for a partner: Athena unloads each table, every file is read back for its SHA-256, and the manifest comes last, so that a folder
 * with one is whole. Done again for the same moment it changes nothing. Answers where it is.
 * @throws `WEFT-PIPELINE-024` for an exchange that the deployed pipeline does not have, `-020` when Athena refuses.
 */
export async function makeSnapshot(named: string, at: string, deps: ExchangeDeps): Promise<string> {
  const exchange = deps.exchange?.find((one) => exchangeName(one) === named);
  const product = deps.products.find((one) => one.name === exchange?.product);
  if (exchange === undefined || product === undefined)
    throw new WeftError('WEFT-PIPELINE-024', `the pipeline has no exchange "${named}"`);
  const { exchangeBucket: bucket } = deps;
  const prefix = snapshotPrefix(exchange, at);
  const there = await deps.keys(bucket, prefix);
  if (there.includes(`${prefix}${MANIFEST}`)) return prefix;
  // Athena writes below an empty folder only; what an attempt that was cut short left there is nobody's.
  for (const key of there) await deps.objects.remove(bucket, key);
  const files: ExportedFile[] = [];
  for (const table of exchange.tables) files.push(...(await unload(table, prefix, at, deps)));
  const manifest: ExportManifest = {
    product: `${product.domain}/${product.name}`,
    version: product.version,
    major: product.major,
    exportedAt: deps.now().toISOString(),
    principal: roleArn(deps.account, domainRoleName(deps.mesh, product.domain, 'pipeline')),
    tables: exchange.tables.map(({ name: table, columns }) => ({ name: table, columns })),
    files,
  };
  await deps.putOnce(`${prefix}${MANIFEST}`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return prefix;
}

async function unload(table: ExchangedTable, prefix: string, at: string, deps: ExchangeDeps): Promise<ExportedFile[]> {
  const { exchangeBucket: bucket, statements } = deps;
  const columns = table.columns.map((column) => name(column.name)).join(', ');
  const target = `${prefix}${table.name}/`;
  const sql = `UNLOAD (SELECT ${columns} FROM ${name(table.database)}.${name(table.name)}) TO 's3://${bucket}/${target}' WITH (format = 'PARQUET')`;
  // Another token at each attempt: Athena would answer one that it knows with what it did then.
  const id = await statements.start(sql, `weft-${uuidOf(target, at, deps.now().toISOString())}`);
  const { state, reason } = await statements.ended(id, () => true);
  if (state !== 'succeeded')
    throw new WeftError('WEFT-PIPELINE-020', `the snapshot of "${table.name}" failed: ${reason}`);
  const files: ExportedFile[] = [];
  for (const key of (await deps.keys(bucket, target)).toSorted()) {
    const { bytes, sha256 } = await deps.digest(bucket, key);
    files.push({ table: table.name, path: key.slice(prefix.length), bytes, sha256 });
  }
  return files;
}
