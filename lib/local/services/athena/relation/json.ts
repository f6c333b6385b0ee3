import { statSync } from 'node:fs';
import type { GlueTable } from '../../glue/types.ts';
import { duckdbType, type GlueType, literal, parseGlueType, quote } from './glue-type.ts';
import { head, isGzip } from './head.ts';
import type { SourceColumn } from './source.ts';

/**
 * JSON tables, one object a line, or CloudTrail's files with their one `Records` array. Glue's names are lower-case and the keys in the files
 * are not: each name is matched to the spelling found in the first part of the files.
 */
export function jsonSelect(
  table: GlueTable,
  columns: readonly SourceColumn[],
  files: readonly string[],
  withPath: boolean,
): string {
  const trail = /cloudtrail/i.test(
    `${table.StorageDescriptor?.InputFormat} ${table.StorageDescriptor?.SerdeInfo?.SerializationLibrary}`,
  );
  const spelling = spellings(files);
  const shown = columns.map((column) => {
    const at = member('j', column.name, spelling);
    return `${value(at, parseGlueType(column.glueType), spelling)} AS ${quote(column.name)}`;
  });
  // Compression is told from the content: objects keep no file suffix on this machine.
  const options = `maximum_object_size = ${trail ? largestObject(files) : 16_777_216}, compression = ${literal(files[0] !== undefined && isGzip(files[0]) ? 'gzip' : 'auto_detect')}${withPath ? ', filename = true' : ''}`;
  const read = `read_json_objects([${files.map(literal).join(', ')}], format = ${trail ? "'unstructured'" : "'newline_delimited'"}, ${options})`;
  const more = withPath ? ', filename' : '';
  const records = trail
    ? `SELECT unnest(json_extract(json, '$.Records[*]')) AS j${more} FROM ${read}`
    : `SELECT json AS j${more} FROM ${read}`;
  return `SELECT ${shown.join(', ')}${more} FROM (${records})`;
}

/** A trail's file is one object: no larger than the file, or than what gzip makes of one. */
function largestObject(files: readonly string[]): number {
  const bytes = Math.max(...files.map((file) => statSync(file).size * (isGzip(file) ? 40 : 1)));
  return Math.min(268_435_456, Math.max(1_048_576, bytes));
}

/** The member of that name, by any spelling that the files have. */
function member(at: string, name: string, spelling: Spellings): string {
  const paths = (spelling.get(name) ?? [name]).map((key) => `json_extract(${at}, ${literal(`$."${key}"`)})`);
  return paths.length === 1 ? (paths[0] ?? '') : `coalesce(${paths.join(', ')})`;
}

/** The JSON at `at` as a value of the declared type; text of an object is its JSON, as Athena gives it. */
function value(at: string, type: GlueType, spelling: Spellings): string {
  if (type.kind === 'struct') {
    const fields = type.fields.map(
      (field) => `${quote(field.name)}: ${value(member(at, field.name, spelling), field.type, spelling)}`,
    );
    return `CASE WHEN ${at} IS NULL OR json_type(${at}) = 'NULL' THEN NULL ELSE {${fields.join(', ')}} END`;
  }
  if (type.kind === 'array') {
    return `list_transform(json_extract(${at}, '$[*]'), lambda e: ${value('e', type.of, spelling)})`;
  }
  if (type.kind === 'map') return `TRY_CAST(${at} AS ${duckdbType(type)})`;
  const text = `json_extract_string(${at}, '$')`;
  const duckdb = duckdbType(type);
  if (duckdb === 'VARCHAR') return text;
  if (duckdb === 'TIMESTAMP') return `TRY_CAST(TRY_CAST(${text} AS TIMESTAMP) AS TIMESTAMP)`;
  return `TRY_CAST(${text} AS ${duckdb})`;
}

/** Lower-case key to the keys as the files write it. */
type Spellings = ReadonlyMap<string, readonly string[]>;

function spellings(files: readonly string[]): Spellings {
  const found = new Map<string, string[]>();
  for (const file of files.slice(0, 20)) {
    for (const match of head(file).matchAll(/"([^"\\]+)"\s*:/g)) {
      const key = match[1] ?? '';
      const known = found.get(key.toLowerCase()) ?? [];
      if (!known.includes(key)) found.set(key.toLowerCase(), [...known, key]);
    }
  }
  return found;
}
