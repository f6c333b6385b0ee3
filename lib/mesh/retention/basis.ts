import type { ProductTable } from '../product/product.ts';

/** By what the age of a table's data is told: the dates of its partitions, when each object was written, or not at all. */
export type Basis =
  | { readonly kind: 'partition'; readonly keys: readonly DateKey[] }
  | { readonly kind: 'object' }
  | { readonly kind: 'none'; readonly reason: string };

/** A partition key and the part of a date that it holds. */
export interface DateKey {
  readonly name: string;
  /** Its place among the partition keys. */
  readonly index: number;
  readonly part: 'date' | 'year' | 'month' | 'day';
}

type Table = Pick<ProductTable, 'name' | 'partitionKeys' | 'columns' | 'format' | 'view'>;

const NAMED_DATE = /(?:^|_)(?:date|dt|day|ds)$/;
const PARTS = ['year', 'month', 'day'] as const;

/**
 * By what a table ages. A contract may name the column (`element` of its slaProperty `retention`); without one the partition key that is a date
 * counts, else `year`, `month` and `day`, else a key that is called like a date, else the time at which each object was written.
 */
export function basisOf(table: Table, element?: string): Basis {
  if (table.format === 'iceberg') {
    return none(
      'its files belong to snapshots of Apache Iceberg: deleting one breaks the table, its own expiry has to do it',
    );
  }
  if (element !== undefined) return named(table, element);
  const keys = table.partitionKeys.map((key, index) => ({ ...key, index }));
  const dated = keys.find(({ type }) => /^(date|timestamp)/.test(type));
  if (dated !== undefined) return partition([{ name: dated.name, index: dated.index, part: 'date' }]);
  const year = keys.find(({ name }) => name === 'year');
  if (year !== undefined) return partition(partsOf(keys));
  const called = keys.find(({ name }) => NAMED_DATE.test(name));
  if (called !== undefined) return partition([{ name: called.name, index: called.index, part: 'date' }]);
  return { kind: 'object' };
}

function named(table: Table, element: string): Basis {
  const column = element.toLowerCase();
  const index = table.partitionKeys.findIndex(({ name }) => name === column);
  if (index >= 0) {
    const part = PARTS.find((name) => name === column);
    if (part === undefined || part === 'day') return partition([{ name: column, index, part: 'date' }]);
    return partition(partsOf(table.partitionKeys.map((key, place) => ({ ...key, index: place }))));
  }
  if (table.columns.some(({ name }) => name === column)) {
    return none(
      `\`${column}\` is no partition key: rows of different ages share a file, and no file can go for some of them`,
    );
  }
  return none(`the contract counts by \`${column}\`, which the table does not have`);
}

/** `year`, then `month`, then `day`, as far as each follows. */
function partsOf(keys: readonly { readonly name: string; readonly index: number }[]): DateKey[] {
  const found: DateKey[] = [];
  for (const part of PARTS) {
    const key = keys.find(({ name }) => name === part);
    if (key === undefined) break;
    found.push({ name: key.name, index: key.index, part });
  }
  return found;
}

function partition(keys: readonly DateKey[]): Basis {
  return { kind: 'partition', keys };
}

function none(reason: string): Basis {
  return { kind: 'none', reason };
}

/** The end of the time that a partition's values stand for, as ISO 8601; undefined for values that are no date. */
export function endOfPartition(values: readonly string[], keys: readonly DateKey[]): string | undefined {
  const text = keys.map(({ index }) => values[index] ?? '');
  const [first = ''] = text;
  return keys[0]?.part === 'year' ? endOfParts(text) : endOfDate(first);
}

function endOfParts(text: readonly string[]): string | undefined {
  if (!text.every((part) => /^\d{1,4}$/.test(part))) return undefined;
  const [year = 0, month, day] = text.map(Number);
  return endOf(year, month, day);
}

function endOfDate(text: string): string | undefined {
  const match =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ]\d\d(?::?\d\d){0,2}(?:\.\d+)?Z?)?)?)?$/.exec(text) ??
    /^(\d{4})(\d\d)(\d\d)?$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month, day] = match.slice(1).map((part) => (part === undefined ? undefined : Number(part)));
  return endOf(year, month, day);
}

function endOf(year: number, month: number | undefined, day: number | undefined): string | undefined {
  if (year < 1000 || year > 9999) return undefined;
  if (month === undefined) return new Date(Date.UTC(year + 1, 0, 1)).toISOString();
  if (month < 1 || month > 12) return undefined;
  if (day === undefined) return new Date(Date.UTC(year, month, 1)).toISOString();
  const start = new Date(Date.UTC(year, month - 1, day));
  // 31 April would be 1 May: then the value is no date.
  return start.getUTCMonth() === month - 1 && day > 0
    ? new Date(Date.UTC(year, month - 1, day + 1)).toISOString()
    : undefined;
}
