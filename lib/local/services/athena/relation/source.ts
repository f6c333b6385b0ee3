import { statSync } from 'node:fs';
import type { GlueTable } from '../../glue/types.ts';
import { QueryFailure } from '../sql/gate.ts';
import { csvSelect } from './csv.ts';
import { duckdbType, literal, parseGlueType, quote } from './glue-type.ts';
import { jsonSelect } from './json.ts';
import type { FileGroup } from './partition.ts';

/** A declared column. */
export interface SourceColumn {
  readonly name: string;
  readonly glueType: string;
  readonly type: string;
}

/** Tells the columns of Parquet files: lower-case name to (name as written, type). */
export type ParquetSchema = (paths: readonly string[]) => Promise<ReadonlyMap<string, { name: string; type: string }>>;

/** A table's files as one relation of DuckDB, before anything is withheld. */
export interface Source {
  /** A SELECT with every declared column and partition key. */
  readonly select: string;
  readonly columns: readonly SourceColumn[];
  readonly paths: readonly string[];
  /** Bytes of the files read. */
  readonly bytes: number;
}

/** How the files of a table are read, by its SerDe. */
export async function buildSource(
  table: GlueTable,
  groups: readonly FileGroup[],
  localPath: (key: string) => string,
  schema: ParquetSchema,
  withPath: boolean,
): Promise<Source> {
  const columns = (table.StorageDescriptor?.Columns ?? []).map(toColumn);
  const keys = (table.PartitionKeys ?? []).map(toColumn);
  const parts: string[] = [];
  const paths: string[] = [];
  for (const group of groups) {
    if (group.keys.length === 0) continue;
    const files = group.keys.map(localPath);
    paths.push(...files);
    const body = await bodyOf(table, columns, files, schema, withPath);
    const extra = keys.map((key) => `${partitionValue(group.values[key.name] ?? null, key)} AS ${quote(key.name)}`);
    const path = withPath ? [pathColumn(table, group.keys, files)] : [];
    const added = [...extra, ...path];
    if (added.length === 0) parts.push(body);
    else {
      const shown = columns.map((column) => quote(column.name));
      parts.push(`SELECT ${[...shown, ...added].join(', ')} FROM (${body})`);
    }
  }
  const all = [...columns, ...keys];
  const empty = `SELECT ${[...all.map((column) => `CAST(NULL AS ${column.type}) AS ${quote(column.name)}`), ...(withPath ? [`CAST(NULL AS VARCHAR) AS "$path"`] : [])].join(', ')} WHERE FALSE`;
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  return { select: parts.length === 0 ? empty : parts.join(' UNION ALL '), columns: all, paths, bytes };
}

function toColumn(column: { Name?: string | undefined; Type?: string | undefined }): SourceColumn {
  const glueType = column.Type ?? 'string';
  return { name: (column.Name ?? '').toLowerCase(), glueType, type: duckdbType(parseGlueType(glueType)) };
}

function partitionValue(value: string | null, key: SourceColumn): string {
  return value === null ? `CAST(NULL AS ${key.type})` : `CAST(${literal(value)} AS ${key.type})`;
}

function pathColumn(table: GlueTable, keys: readonly string[], files: readonly string[]): string {
  const bucket = /^s3[an]?:\/\/([^/]+)/.exec(table.StorageDescriptor?.Location ?? '')?.[1] ?? '';
  const cases = files.map((file, index) => `WHEN ${literal(file)} THEN ${literal(`s3://${bucket}/${keys[index]}`)}`);
  return `CASE filename ${cases.join(' ')} END AS "$path"`;
}

async function bodyOf(
  table: GlueTable,
  columns: readonly SourceColumn[],
  files: readonly string[],
  schema: ParquetSchema,
  withPath: boolean,
): Promise<string> {
  const serde = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary ?? '';
  const input = table.StorageDescriptor?.InputFormat ?? '';
  if (/parquet/i.test(serde) || /parquet/i.test(input)) return parquetSelect(columns, files, schema, withPath);
  if (/json/i.test(serde) || /cloudtrail/i.test(serde)) return jsonSelect(table, columns, files, withPath);
  if (/OpenCSVSerde|LazySimpleSerDe/i.test(serde)) return csvSelect(table, columns, files, withPath);
  throw new QueryFailure(
    `NOT_SUPPORTED: weft local does not read the SerDe '${serde}' of ${table.DatabaseName}.${table.Name}`,
  );
}

async function parquetSelect(
  columns: readonly SourceColumn[],
  files: readonly string[],
  schema: ParquetSchema,
  withPath: boolean,
): Promise<string> {
  const known = await schema(files);
  const shown = columns.map((column) => {
    const found = known.get(column.name);
    if (found === undefined) return `CAST(NULL AS ${column.type}) AS ${quote(column.name)}`;
    if (found.type === column.type)
      return found.name === column.name ? quote(column.name) : `${quote(found.name)} AS ${quote(column.name)}`;
    return `CAST(${quote(found.name)} AS ${column.type}) AS ${quote(column.name)}`;
  });
  const options = `${files.length > 1 ? ', union_by_name = true' : ''}, hive_partitioning = false${withPath ? ', filename = true' : ''}`;
  const path = withPath ? ', filename' : '';
  return `SELECT ${shown.join(', ')}${path} FROM read_parquet([${files.map(literal).join(', ')}]${options})`;
}
