import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { columnNames } from '../../glue/types.ts';
import { tellFiles } from '../acts.ts';
import { athenaFailure } from '../engine/failure.ts';
import type { Engine } from '../engine/instance.ts';
import { requireForeign } from '../foreign.ts';
import type { Outcome } from '../outcome.ts';
import type { Plan } from '../plan.ts';
import { duckdbType, literal, parseGlueType, quote } from '../relation/glue-type.ts';
import { placeOf } from '../relation/partition.ts';
import type { Run, Runner } from '../runner.ts';
import { QueryFailure } from '../sql/gate.ts';
import type { Properties, Statement } from '../sql/kinds.ts';
import { tokenize } from '../sql/lexer.ts';
import { storageOf } from '../storage.ts';
import { callGlue, requireCreateTable, requireInsert, split, targetOf } from './glue.ts';
import { glueTypeOf, storedAs } from './storage-format.ts';

type Write = Extract<Statement, { kind: 'ctas' | 'insert' | 'unload' }>;

/** Statements that write data: CTAS, INSERT and UNLOAD. */
export async function runWrite(statement: Write, run: Run, runner: Runner): Promise<Outcome> {
  if (statement.kind === 'ctas') return createTableAs(statement, run, runner);
  if (statement.kind === 'unload') return unload(statement, run, runner);
  return insert(statement, run, runner);
}

async function createTableAs(statement: Extract<Write, { kind: 'ctas' }>, run: Run, runner: Runner): Promise<Outcome> {
  const { context } = run;
  const at = split(statement.path, run.database);
  const database = requireCreateTable(context, at.database);
  const empty: Outcome = { columns: [], rows: [], format: 'none', bytes: 0 };
  if (targetOf(context, at) !== undefined) {
    if (statement.ifNotExists) return empty;
    throw new QueryFailure(
      `TABLE_ALREADY_EXISTS: line 1:1: Table 'awsdatacatalog.${at.database}.${at.table}' already exists`,
    );
  }
  const location = folder(statement.properties.external_location) ?? tableLocation(database.LocationUri, run, at.table);
  const kind = String(statement.properties.format ?? 'parquet').toLowerCase();
  const partitions = listOf(statement.properties.partitioned_by);
  const written = await writeQuery(statement.sql, run, runner, {
    location,
    kind,
    partitions,
    delimiter: statement.properties.field_delimiter,
  });
  const columns = written.columns.filter((column) => !partitions.includes(column.name));
  const keys = partitions.map((name) => ({
    Name: name,
    Type: written.columns.find((column) => column.name === name)?.type ?? 'string',
  }));
  const text =
    kind === 'textfile'
      ? { parameters: { 'field.delim': String(statement.properties.field_delimiter ?? '\u0001') } }
      : undefined;
  const storage = storedAs(kind, columns, location, text);
  await callGlue(context, 'CreateTable', {
    DatabaseName: at.database,
    TableInput: {
      Name: at.table,
      TableType: 'EXTERNAL_TABLE',
      Parameters: { EXTERNAL: 'TRUE', classification: kind },
      PartitionKeys: keys,
      StorageDescriptor: storage,
    },
  });
  const inputs = written.partitions.map(({ values, path }) => ({
    Values: values,
    StorageDescriptor: { ...storage, Location: `${location}${path}` },
  }));
  if (inputs.length > 0)
    await callGlue(context, 'BatchCreatePartition', {
      DatabaseName: at.database,
      TableName: at.table,
      PartitionInputList: inputs,
    });
  return { ...empty, bytes: written.bytes, updated: written.rows, written: written.files };
}

async function insert(statement: Extract<Write, { kind: 'insert' }>, run: Run, runner: Runner): Promise<Outcome> {
  const at = split(statement.path, run.database);
  const table = requireInsert(run.context, at);
  const all = columnNames(table);
  const partitions = (table.PartitionKeys ?? []).map((key) => (key.Name ?? '').toLowerCase());
  const named = statement.columns.length === 0 ? all : statement.columns;
  const unknown = named.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw new QueryFailure(`COLUMN_NOT_FOUND: line 1:1: Insert column name does not exist in target table: ${unknown}`);
  const types = new Map(
    [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])].map((column) => [
      (column.Name ?? '').toLowerCase(),
      duckdbType(parseGlueType(column.Type ?? 'string')),
    ]),
  );
  const shape = (text: string) =>
    `SELECT ${all.map((name) => `CAST(${named.includes(name) ? quote(name) : 'NULL'} AS ${types.get(name)}) AS ${quote(name)}`).join(', ')} FROM (${text}) AS q(${named.map(quote).join(', ')})`;
  const library = table.StorageDescriptor?.SerdeInfo?.SerializationLibrary ?? '';
  const kind = /parquet/i.test(library) ? 'parquet' : /json/i.test(library) ? 'json' : 'textfile';
  const location = folder(table.StorageDescriptor?.Location) ?? '';
  const delimiter = table.StorageDescriptor?.SerdeInfo?.Parameters?.['field.delim'];
  const written = await writeQuery(statement.sql, run, runner, { location, kind, partitions, delimiter, shape });
  const inputs = written.partitions.map(({ values, path }) => ({
    Values: values,
    StorageDescriptor: { ...table.StorageDescriptor, Location: `${location}${path}` },
  }));
  // What is projected is registered nowhere.
  if (inputs.length > 0 && table.Parameters?.['projection.enabled'] !== 'true')
    await callGlue(run.context, 'BatchCreatePartition', {
      DatabaseName: at.database,
      TableName: at.table,
      PartitionInputList: inputs,
    });
  return { columns: [], rows: [], format: 'none', bytes: written.bytes, updated: written.rows, written: written.files };
}

async function unload(statement: Extract<Write, { kind: 'unload' }>, run: Run, runner: Runner): Promise<Outcome> {
  const kind = String(statement.properties.format ?? '').toLowerCase();
  if (kind === '') throw new QueryFailure('INVALID_PROPERTY: UNLOAD requires the property format');
  const location = folder(statement.location) ?? '';
  const { bucket, prefix } = placeOf(location);
  if (storageOf(run.context.cloud).keys(bucket, prefix).length > 0)
    throw new QueryFailure(`HIVE_PATH_ALREADY_EXISTS: Target directory for unload '${location}' is not empty`);
  const written = await writeQuery(statement.sql, run, runner, {
    location,
    kind,
    partitions: listOf(statement.properties.partitioned_by),
    delimiter: statement.properties.field_delimiter,
  });
  return { columns: [], rows: [], format: 'none', bytes: written.bytes, updated: written.rows, written: written.files };
}

interface Target {
  readonly location: string;
  readonly kind: string;
  readonly partitions: readonly string[];
  readonly delimiter?: Properties[string] | undefined;
  /** Gives the query's text the columns of a table. */
  readonly shape?: (text: string) => string;
}

/** Writes a query's rows as files below a location, and tells what was written. */
async function writeQuery(sql: string, run: Run, runner: Runner, target: Target) {
  const { bucket, prefix } = placeOf(target.location);
  const { cloud, caller, account } = run.context;
  requireForeign(cloud, caller, account, 'PutObject', bucket, [prefix]);
  const scratch = mkdtempSync(join(tmpdir(), 'weft-athena-'));
  try {
    return await runner.query(sql, run, (engine, plan) => copyOut(engine, plan, sql, run, target, scratch), scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function copyOut(engine: Engine, plan: Plan, sql: string, run: Run, target: Target, scratch: string) {
  const text = target.shape?.(plan.text) ?? plan.text;
  const out = join(scratch, 'out');
  mkdirSync(out);
  try {
    const described = await engine.connection.runAndReadAll(`SELECT * FROM (${text}) LIMIT 0`);
    const types = described.columnTypes();
    const columns = described
      .columnNames()
      .map((name, index) => ({ name: name.toLowerCase(), type: glueTypeOf(String(types[index])) }));
    for (const [index, name] of described.columnNames().entries())
      if (/[()*]/.test(name))
        throw new QueryFailure(`MISSING_COLUMN_NAME: line 1:1: Column name not specified at position ${index + 1}`);
    const format = copyFormat(target);
    const partition =
      target.partitions.length === 0 ? '' : `, PARTITION_BY (${target.partitions.map(quote).join(', ')})`;
    const suffix = target.kind === 'parquet' ? '.parquet' : target.kind === 'json' ? '.json' : '.csv';
    const to = target.partitions.length === 0 ? join(out, `part-0${suffix}`) : out;
    const copied = await engine.connection.runAndReadAll(`COPY (${text}) TO ${literal(to)} (${format}${partition})`);
    const rows = Number(copied.getRows()[0]?.[0] ?? 0);
    return { columns, rows, bytes: plan.bytes, ...(await upload(run, target, out)) };
  } catch (error) {
    throw athenaFailure(error, tokenize(sql));
  }
}

function copyFormat({ kind, delimiter }: Target): string {
  if (kind === 'parquet') return 'FORMAT parquet, COMPRESSION zstd';
  if (kind === 'json') return 'FORMAT json';
  if (kind !== 'textfile') throw new QueryFailure(`NOT_SUPPORTED: weft local does not write ${kind}`);
  return `FORMAT csv, HEADER false, QUOTE '', NULLSTR '\\N', DELIMITER ${literal(String(delimiter ?? '\u0001'))}`;
}

/** Puts the files into S3 under names that belong to the query. */
async function upload(run: Run, { location, partitions }: Target, out: string) {
  const storage = storageOf(run.context.cloud);
  const { bucket, prefix } = placeOf(location);
  const files: string[] = [];
  const folders = new Map<string, string[]>();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = entry.parentPath.slice(out.length + 1);
    const directory = path === '' ? '' : `${path}/`;
    const key = `${prefix}${directory}${run.queryId.replaceAll('-', '')}_${entry.name}`;
    tellFiles(run.context.cloud, run.context.caller, run.context.account, 'PutObject', bucket, [key]);
    storage.put(bucket, key, readFileSync(file));
    files.push(`s3://${bucket}/${key}`);
    if (partitions.length > 0)
      folders.set(
        directory,
        path.split('/').map((part) => decodeURIComponent(part.slice(part.indexOf('=') + 1))),
      );
  }
  return { files, partitions: [...folders].map(([path, values]) => ({ path, values })) };
}

function folder(location: unknown): string | undefined {
  if (typeof location !== 'string' || location === '') return undefined;
  return location.endsWith('/') ? location : `${location}/`;
}

function listOf(value: string | readonly string[] | undefined): string[] {
  return value === undefined
    ? []
    : typeof value === 'string'
      ? [value.toLowerCase()]
      : value.map((one) => one.toLowerCase());
}

/** Where a CTAS without `external_location` goes: below the database's location, else below the query results. */
function tableLocation(databaseLocation: string | undefined, run: Run, table: string): string {
  const base = folder(databaseLocation);
  if (base !== undefined) return `${base}${table}/`;
  if (run.location === undefined)
    throw new QueryFailure(
      'INVALID_TABLE_PROPERTY: external_location is needed: neither the database nor the workgroup has a location',
    );
  return `${folder(run.location)}tables/${run.queryId}/`;
}
