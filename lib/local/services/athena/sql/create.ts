import { definitions, readProperties } from './clause.ts';
import type { ColumnDefinition, Path, Properties, Statement } from './kinds.ts';
import type { Reader } from './reader.ts';

/** CREATE DATABASE, VIEW, TABLE AS and EXTERNAL TABLE. */
export function readCreate(reader: Reader): Statement {
  reader.expect('create');
  if (reader.accept('database') || reader.accept('schema')) return database(reader);
  if (reader.accept('external', 'table')) return external(reader);
  const replace = reader.accept('or', 'replace');
  if (replace || reader.peek()?.value === 'view') {
    reader.expect('view');
    const path = reader.path();
    reader.expect('as');
    return { kind: 'createView', path, replace, sql: reader.rest() };
  }
  reader.expect('table');
  const ifNotExists = reader.accept('if', 'not', 'exists');
  const path = reader.path();
  const properties = reader.accept('with') ? readProperties(reader) : {};
  reader.expect('as');
  return { kind: 'ctas', path, ifNotExists, properties: lowerKeys(properties), sql: reader.rest() };
}

function database(reader: Reader): Statement {
  const ifNotExists = reader.accept('if', 'not', 'exists');
  const name = reader.name();
  const comment = reader.accept('comment') ? { comment: reader.string() } : {};
  const location = reader.accept('location') ? { location: reader.string() } : {};
  if (reader.accept('with', 'dbproperties')) reader.parenthesized();
  return { kind: 'createDatabase', name, ifNotExists, ...comment, ...location };
}

function external(reader: Reader): Statement {
  const ifNotExists = reader.accept('if', 'not', 'exists');
  const path: Path = reader.path();
  const columns = definitions(reader.parenthesized());
  const parts: Parts = { partitionKeys: [], serdeProperties: {}, storedAs: 'textfile', location: '', properties: {} };
  while (!reader.done()) clause(reader, parts);
  if (parts.location === '') reader.fail("'LOCATION'");
  return { kind: 'createTable', path, ifNotExists, columns, ...parts };
}

interface Parts {
  partitionKeys: readonly ColumnDefinition[];
  serde?: string;
  serdeProperties: Record<string, string>;
  storedAs: string;
  location: string;
  properties: Record<string, string>;
  comment?: string;
}

function clause(reader: Reader, parts: Parts): void {
  if (reader.accept('comment')) parts.comment = reader.string();
  else if (reader.accept('partitioned', 'by')) parts.partitionKeys = definitions(reader.parenthesized());
  else if (reader.accept('row', 'format', 'serde')) parts.serde = reader.string();
  else if (reader.accept('row', 'format', 'delimited')) delimited(reader, parts);
  else if (reader.accept('with', 'serdeproperties'))
    Object.assign(parts.serdeProperties, texts(readProperties(reader)));
  else if (reader.accept('stored', 'as', 'inputformat')) {
    parts.storedAs = reader.string();
    reader.expect('outputformat');
    reader.string();
  } else if (reader.accept('stored', 'as')) parts.storedAs = reader.name();
  else if (reader.accept('location')) parts.location = reader.string();
  else if (reader.accept('tblproperties')) Object.assign(parts.properties, texts(readProperties(reader)));
  else reader.fail("'LOCATION'");
}

function delimited(reader: Reader, parts: Parts): void {
  parts.serde = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
  for (;;) {
    if (reader.accept('fields', 'terminated', 'by')) parts.serdeProperties['field.delim'] = reader.string();
    else if (reader.accept('escaped', 'by')) parts.serdeProperties['escape.delim'] = reader.string();
    else if (reader.accept('lines', 'terminated', 'by')) parts.serdeProperties['line.delim'] = reader.string();
    else return;
  }
}

function texts(properties: Properties): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, String(value)]));
}

function lowerKeys(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key.toLowerCase(), value]));
}
