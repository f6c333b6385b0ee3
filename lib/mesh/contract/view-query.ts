import type { ProductTable, ShownColumn } from '../product/product.ts';
import { type GlueType, parseGlueType } from './glue-type.ts';

/** The only column of a table with a key that hashes. */
export const KEY_COLUMN = 'mask_key';

/** Where a view reads: full names, so that the text means the same to everybody. */
export interface ViewPlace {
  /** Database of the base table. */
  readonly database: string;
  /** Table with the key; needed only where something is hashed. */
  readonly key: { readonly database: string; readonly table: string };
}

/** True when the view hashes a column, and so needs a key. */
export function isHashing(table: ProductTable): boolean {
  return table.columns.some(({ shows }) => shows?.mask === 'hash');
}

/**
 * The text of a view in Athena's SQL. Names are quoted and come from a checked contract; the key is joined and not written into the text, so
 * who may read the definition learns nothing.
 */
export function viewQuery(table: ProductTable, place: ViewPlace): string {
  const columns = table.columns.map(({ name, type, shows }) => {
    const shown = shows ?? { column: name, mask: 'clear' as const };
    return `  ${expression(shown, type)} AS ${quote(name)}`;
  });
  const base = `${quote(place.database)}.${quote(table.view?.table ?? '')} base`;
  const key = isHashing(table) ? [`CROSS JOIN ${quote(place.key.database)}.${quote(place.key.table)} secret`] : [];
  return ['SELECT', columns.join(',\n'), `FROM ${base}`, ...key].join('\n');
}

function expression({ column, mask, keep = 0 }: ShownColumn, type: string): string {
  const value = `base.${quote(column)}`;
  switch (mask) {
    case 'clear':
      return value;
    case 'null':
      return `CAST(NULL AS ${athenaType(type)})`;
    case 'partial':
      // Never more than half: of a short text nothing is shown.
      return `CASE WHEN length(${value}) >= ${2 * keep} THEN concat('****', substr(${value}, length(${value}) - ${keep - 1})) WHEN ${value} IS NOT NULL THEN '****' END`;
    case 'hash':
      return `lower(to_hex(hmac_sha256(to_utf8(CAST(${value} AS varchar)), to_utf8(secret.${quote(KEY_COLUMN)}))))`;
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A type of Glue's in Athena's words, e.g. `row("a" integer)` for `struct<a:int>`; text for what is no type of Glue's. */
export function athenaType(type: string): string {
  const parsed = parseGlueType(type);
  return parsed === undefined ? 'varchar' : printed(parsed);
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'varchar',
  int: 'integer',
  float: 'real',
  binary: 'varbinary',
};

function printed(type: GlueType): string {
  switch (type.kind) {
    case 'simple':
      return WORDS[type.name] ?? type.name;
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'sized':
      return `${type.name}(${type.length})`;
    case 'array':
      return `array(${printed(type.element)})`;
    case 'map':
      return `map(${printed(type.key)}, ${printed(type.value)})`;
    case 'struct':
      return `row(${type.fields.map((field) => `${quote(field.name)} ${printed(field.type)}`).join(', ')})`;
  }
}
