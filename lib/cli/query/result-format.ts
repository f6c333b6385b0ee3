import { writeFileSync } from 'node:fs';
import type { QueryResult } from '#aws/athena.ts';
import { userError } from '#mesh/error.ts';
import { writeParquetTable } from '../parquet.ts';
import { renderTable } from '../table.ts';

const FORMATS = ['table', 'csv', 'json', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

/** @throws WeftError `WEFT-CLI-017` when there is no such format. */
export function formatNamed(name: string): Format {
  const format = FORMATS.find((one) => one === name);
  if (format === undefined)
    throw userError('WEFT-CLI-017', `no format ${JSON.stringify(name)}`, { hint: FORMATS.join(', ') });
  return format;
}

/**
 * The format of a file, by its suffix.
 * @throws WeftError `WEFT-CLI-121` when it has none that is known.
 */
export function formatOfFile(path: string): Exclude<Format, 'table'> {
  const suffix = /\.(csv|json|parquet)$/i.exec(path)?.[1]?.toLowerCase();
  if (suffix === 'csv' || suffix === 'json' || suffix === 'parquet') return suffix;
  throw userError('WEFT-CLI-121', `nothing is known about the format of ${path}`, {
    hint: 'end its name with .csv, .json or .parquet',
  });
}

const NUMBER = /^(tinyint|smallint|integer|int|bigint|double|float|real|decimal)/;

/** A result as text; Parquet is none, and goes to a file. */
export function renderResult(
  { columns, rows }: QueryResult,
  format: Exclude<Format, 'parquet'>,
  width: number,
): string {
  if (format === 'csv') return [columns.map(({ name }) => name), ...rows].map((row) => `${csvLine(row)}\n`).join('');
  if (format === 'json') return `${JSON.stringify(objects({ columns, rows }))}\n`;
  const shown = columns.map(({ name, type }, index) => ({
    title: name,
    value: (row: readonly (string | null)[]) => row[index] ?? '',
    right: NUMBER.test(type),
  }));
  return renderTable(rows, shown, width);
}

/** Writes a result into a file, in the format of its suffix. */
export async function writeResult(path: string, result: QueryResult): Promise<void> {
  const format = formatOfFile(path);
  if (format !== 'parquet') writeFileSync(path, renderResult(result, format, Number.POSITIVE_INFINITY));
  else {
    const columns = result.columns.map(({ name, type }, index) => ({
      name,
      type: parquetType(type, result.rows, index),
    }));
    await writeParquetTable(path, columns, result.rows);
  }
}

/** One object for each row, numbers and truth values as such; a whole number that JSON would round stays text. */
function objects({ columns, rows }: Pick<QueryResult, 'columns' | 'rows'>): Record<string, unknown>[] {
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name, type }, index) => [name, jsonValue(row[index] ?? null, type)])),
  );
}

function jsonValue(value: string | null, type: string): unknown {
  if (value === null) return null;
  if (type === 'boolean') return value === 'true';
  if (!NUMBER.test(type)) return value;
  const number = Number(value);
  // NaN and the infinities are no JSON.
  if (!Number.isFinite(number)) return value;
  const exact = /^(double|float|real)/.test(type) || Number.isSafeInteger(number) || /\./.test(value);
  return exact ? number : value;
}

/** Athena's types as DuckDB has them; what is nested is written as Athena prints it. */
function parquetType(type: string, rows: QueryResult['rows'], index: number): string {
  if (type.startsWith('decimal')) {
    const scale = Math.max(0, ...rows.map((row) => /\.(\d+)$/.exec(row[index] ?? '')?.[1]?.length ?? 0));
    return `DECIMAL(38, ${Math.min(38, scale)})`;
  }
  return PARQUET_TYPES[type] ?? 'VARCHAR';
}

const PARQUET_TYPES: Readonly<Record<string, string>> = {
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  int: 'INTEGER',
  bigint: 'BIGINT',
  double: 'DOUBLE',
  float: 'FLOAT',
  real: 'FLOAT',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

function csvLine(row: readonly (string | null)[]): string {
  return row
    .map((value) => (value === null ? '' : /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
    .join(',');
}

/** `12.3 MB`: what a query scanned, in the units that Athena counts by. */
export function bytesText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
