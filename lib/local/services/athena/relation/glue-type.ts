import { QueryFailure } from '../sql/gate.ts';

/** A Glue (Hive) column type, parsed. */
export type GlueType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly of: GlueType }
  | { readonly kind: 'map'; readonly key: GlueType; readonly value: GlueType }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: GlueType }[] };

const DUCKDB: Readonly<Record<string, string>> = {
  string: 'VARCHAR',
  varchar: 'VARCHAR',
  char: 'VARCHAR',
  tinyint: 'TINYINT',
  smallint: 'SMALLINT',
  int: 'INTEGER',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  float: 'FLOAT',
  double: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
  binary: 'BLOB',
};

/** @throws QueryFailure for a type that Athena does not know. */
export function parseGlueType(text: string): GlueType {
  const source = text.trim().toLowerCase();
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    const match = new RegExp(pattern.source, 'y');
    match.lastIndex = at;
    const found = match.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const need = (pattern: RegExp): string => {
    const found = take(pattern);
    if (found === undefined)
      throw new QueryFailure(`HIVE_METASTORE_ERROR: Error: type expected at the position ${at} of '${text}'`);
    return found;
  };
  const type = (): GlueType => {
    const name = need(/[a-z]+/);
    if (name === 'array') return { kind: 'array', of: inside(type) };
    if (name === 'map') return inside(entry);
    if (name === 'struct') return { kind: 'struct', fields: inside(fields) };
    if (name === 'decimal') {
      const size = take(/\(\s*\d+\s*(?:,\s*\d+\s*)?\)/) ?? '(10,0)';
      const [precision = 10, scale = 0] = (size.match(/\d+/g) ?? []).map(Number);
      return { kind: 'decimal', precision, scale };
    }
    take(/\(\s*\d+\s*\)/);
    if (!(name in DUCKDB))
      throw new QueryFailure(`HIVE_METASTORE_ERROR: Error: type expected at the position 0 of '${text}'`);
    return { kind: 'simple', name };
  };
  const inside = <T>(read: () => T): T => {
    need(/\s*<\s*/);
    const result = read();
    need(/\s*>/);
    return result;
  };
  const entry = (): GlueType => {
    const key = type();
    need(/,\s*/);
    return { kind: 'map', key, value: type() };
  };
  const fields = () => {
    const list: { name: string; type: GlueType }[] = [];
    do {
      const name = need(/\s*[^:<>,]+/).trim();
      need(/:\s*/);
      list.push({ name, type: type() });
    } while (take(/\s*,/) !== undefined);
    return list;
  };
  const parsed = type();
  if (at < source.length)
    throw new QueryFailure(`HIVE_METASTORE_ERROR: Error: type expected at the position ${at} of '${text}'`);
  return parsed;
}

/** The type in DuckDB's words. */
export function duckdbType(type: GlueType): string {
  if (type.kind === 'simple') return DUCKDB[type.name] ?? 'VARCHAR';
  if (type.kind === 'decimal') return `DECIMAL(${type.precision},${type.scale})`;
  if (type.kind === 'array') return `${duckdbType(type.of)}[]`;
  if (type.kind === 'map') return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`;
  return `STRUCT(${type.fields.map((field) => `${quote(field.name)} ${duckdbType(field.type)}`).join(', ')})`;
}

/** A name in double quotes. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text in single quotes. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
