import type { GlueTable } from '../../glue/types.ts';
import { literal, quote } from './glue-type.ts';
import { head, isGzip } from './head.ts';
import type { SourceColumn } from './source.ts';

/** Text tables: fields go to columns by position, `\N` is NULL for LazySimpleSerDe, and what does not fit its type is NULL. */
export function csvSelect(
  table: GlueTable,
  columns: readonly SourceColumn[],
  files: readonly string[],
  withPath: boolean,
): string {
  const descriptor = table.StorageDescriptor;
  const parameters = { ...table.Parameters, ...descriptor?.Parameters, ...descriptor?.SerdeInfo?.Parameters };
  const open = /OpenCSV/i.test(descriptor?.SerdeInfo?.SerializationLibrary ?? '');
  const delimiter = character(
    parameters.separatorChar ??
      parameters['field.delim'] ??
      parameters['serialization.format'] ??
      (open ? ',' : '\u0001'),
  );
  const quoteChar = open ? character(parameters.quoteChar ?? '"') : '';
  const escapeChar = open ? character(parameters.escapeChar ?? '\\') : '';
  const skip = Number(parameters['skip.header.line.count'] ?? '0');
  const width = Math.max(columns.length, fieldsIn(files[0], delimiter, quoteChar));
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  const options = [
    'header = false',
    `compression = ${literal(files[0] !== undefined && isGzip(files[0]) ? 'gzip' : 'none')}`,
    'auto_detect = false',
    `skip = ${skip}`,
    `delim = ${literal(delimiter)}`,
    `quote = ${literal(quoteChar)}`,
    // Both a doubled quote and the escape character occur; DuckDB takes one, and the doubled quote is what writers use.
    `escape = ${literal(quoteChar === '' ? '' : escapeChar === '' || escapeChar === '\\' ? quoteChar : escapeChar)}`,
    "nullstr = '\\N'",
    'null_padding = true',
    'strict_mode = false',
    `columns = {${names.map((name) => `${name}: 'VARCHAR'`).join(', ')}}`,
    ...(withPath ? ['filename = true'] : []),
  ];
  const shown = columns.map((column, index) => `${convert(`c${index}`, column)} AS ${quote(column.name)}`);
  const path = withPath ? ', filename' : '';
  return `SELECT ${shown.join(', ')}${path} FROM read_csv([${files.map(literal).join(', ')}], ${options.join(', ')})`;
}

function convert(field: string, column: SourceColumn): string {
  return column.type === 'VARCHAR' ? field : `TRY_CAST(nullif(trim(${field}), '') AS ${column.type})`;
}

function character(text: string): string {
  if (/^\d+$/.test(text) && text.length <= 3 && text !== '') return String.fromCharCode(Number(text));
  return text === '\\t' ? '\t' : text;
}

/** Fields of the first line: a file may have more than the table declares. */
function fieldsIn(path: string | undefined, delimiter: string, quoteChar: string): number {
  if (path === undefined) return 0;
  const line = head(path).split(/\r?\n/, 1)[0] ?? '';
  let fields = 1;
  let quoted = false;
  for (const letter of line) {
    if (quoteChar !== '' && letter === quoteChar) quoted = !quoted;
    else if (letter === delimiter && !quoted) fields += 1;
  }
  return fields;
}
