import type { GlueTable } from '../../glue/types.ts';
import { head } from './csv.ts';
import { duckdbType, type GlueType, literal, parseGlueType, quote } from './glue-type.ts';
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
    const at = `json_extract(j, ${literal(path(spelling, column.name))})`;
    return `${value(at, parseGlueType(column.glueType), spelling)} AS ${quote(column.name)}`;
  });
  // Compression is told from the content: objects keep no file suffix on this machine.
  const options = `maximum_object_size = 268435456, compression = ${literal(isGzip(files[0]) ? 'gzip' : 'auto')}${withPath ? ', filename = true' : ''}`;
  const read = `read_json_objects([${files.map(literal).join(', ')}], format = ${trail ? "'unstructured'" : "'newline_delimited'"}, ${options})`;
  const more = withPath ? ', filename' : '';
  const records = trail
    ? `SELECT unnest(json_extract(json, '$.Records[*]')) AS j${more} FROM ${read}`
    : `SELECT json AS j${more} FROM ${read}`;
  return `SELECT ${shown.join(', ')}${more} FROM (${records})`;
}

function isGzip(file: string | undefined): boolean {
  return file?.endsWith('.gz') === true;
}

function path(spelling: ReadonlyMap<string, string>, name: string): string {
  return `$."${(spelling.get(name) ?? name).replaceAll('"', '\\"')}"`;
}

/** The JSON at `at` as a value of the declared type; text of an object is its JSON, as Athena gives it. */
function value(at: string, type: GlueType, spelling: ReadonlyMap<string, string>): string {
  if (type.kind === 'struct') {
    const fields = type.fields.map(
      (field) =>
        `${quote(field.name)}: ${value(`json_extract(${at}, ${literal(path(spelling, field.name))})`, field.type, spelling)}`,
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

/** Lower-case key to the key as the files write it. */
function spellings(files: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of files.slice(0, 20)) {
    for (const match of head(file).matchAll(/"((?:[^"\\]|\\.)+)"\s*:/g)) {
      const key = match[1] ?? '';
      if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), key);
    }
  }
  return found;
}
