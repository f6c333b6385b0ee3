import { parseGlueType } from '../contract/glue-type.ts';
import { athenaType } from '../contract/view-query.ts';
import type { ProductColumn, ProductTable } from '../product/product.ts';

/** One way in which a row does not fit its contract. */
export interface Fault {
  /** `<column>:required`, `<column>:type` or `<column>:partition`. */
  readonly code: string;
  /** A condition that is true or false, never null. */
  readonly when: string;
}

/** A name in quotes. */
export function name(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The condition that a row of `q` does not fit the contract. */
export function unfit(table: ProductTable): string {
  const faults = faultsOf(table);
  return faults.length === 0 ? 'FALSE' : faults.map(({ when }) => `(${when})`).join('\n  OR ');
}

/** Every way in which a row of `q` may not fit: a value that is no value of its column's type, one that is missing, or one of which Athena would not find the partition. */
export function faultsOf({ columns, partitionKeys }: ProductTable): Fault[] {
  return [
    ...columns.flatMap((column) => [...missing(column, column.required === true), ...typed(column)]),
    ...partitionKeys.flatMap((key) => [...missing(key, true), ...typed(key), ...outside(key)]),
  ];
}

/** The value of a column of `q` as its type; what is no such value, an empty text included, is null. */
export function typedValue({ name: column, type }: Pick<ProductColumn, 'name' | 'type'>, given = type): string {
  const value = `q.${name(column)}`;
  if (!isPlain(given)) return type === 'string' ? `json_format(CAST(${value} AS json))` : value;
  return isText(type) ? `CAST(${value} AS ${athenaType(type)})` : `TRY_CAST(${value} AS ${athenaType(type)})`;
}

function missing({ name: column, type }: ProductColumn, required: boolean): Fault[] {
  if (!required) return [];
  const value = `q.${name(column)}`;
  return [
    {
      code: `${column}:required`,
      when: isPlain(type) ? `(${value} IS NULL OR ${isEmpty(value)})` : `${value} IS NULL`,
    },
  ];
}

function typed(column: ProductColumn): Fault[] {
  const parsed = parseGlueType(column.type);
  const value = `q.${name(column.name)}`;
  if (parsed?.kind === 'sized') {
    const when = `(${value} IS NOT NULL AND length(CAST(${value} AS varchar)) > ${parsed.length})`;
    return [{ code: `${column.name}:type`, when }];
  }
  if (!isPlain(column.type) || isText(column.type)) return [];
  const when = `(${value} IS NOT NULL AND NOT ${isEmpty(value)} AND ${typedValue(column)} IS NULL)`;
  return [{ code: `${column.name}:type`, when }];
}

/** Rows of a partition outside the projection would be in the table and seen by nobody. */
function outside(key: ProductColumn): Fault[] {
  const condition = outsideOf(key);
  return condition === undefined ? [] : [{ code: `${key.name}:partition`, when: `coalesce(${condition}, FALSE)` }];
}

function outsideOf(key: ProductColumn): string | undefined {
  const { projection } = key;
  const value = typedValue(key);
  const text = (one: string) => `'${one.replaceAll("'", "''")}'`;
  switch (projection?.type) {
    case 'date':
      return key.type === 'date'
        ? `(${value} < DATE ${text(projection.from)} OR ${value} > date_add('day', 1, current_date))`
        : `${value} < ${text(projection.from)}`;
    case 'integer':
      return `(${value} < ${projection.from} OR ${value} > ${projection.to})`;
    case 'enum':
      return `${value} NOT IN (${projection.values.map(text).join(', ')})`;
    default:
      return undefined;
  }
}

function isEmpty(value: string): string {
  return `coalesce(CAST(${value} AS varchar) = '', FALSE)`;
}

/** Neither nested nor bytes: it can be written as text. */
function isPlain(type: string): boolean {
  const kind = parseGlueType(type)?.kind;
  return type !== 'binary' && (kind === 'simple' || kind === 'decimal' || kind === 'sized');
}

function isText(type: string): boolean {
  return type === 'string' || parseGlueType(type)?.kind === 'sized';
}
