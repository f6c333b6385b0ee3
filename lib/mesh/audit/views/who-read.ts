import { literal } from '../../sql/literal.ts';
import type { Period } from '../period.ts';

/** What is asked of the reads of one product. */
export interface WhoRead extends Period {
  readonly domain: string;
  readonly product: string;
  readonly column?: string;
  readonly table?: string;
  /** The ARN of a role. */
  readonly principal?: string;
}

export const WHO_READ_COLUMNS = [
  'at',
  'account',
  'principal',
  'session',
  'service',
  'domain',
  'product',
  'major',
  'tablename',
  'columnname',
  'subscription',
  'queryid',
  'sql',
  'scannedbytes',
  'state',
] as const;

/** Asks `reads`, oldest first. */
export function whoReadSql(asked: WhoRead): string {
  const { domain, product, column, table, principal, from, until } = asked;
  const conditions = [
    `domain = ${literal(domain)}`,
    `product = ${literal(product)}`,
    ...(table === undefined ? [] : [`tablename = ${literal(table.toLowerCase())}`]),
    // `*` is any column: where nothing is known of the table, nobody may be left out.
    ...(column === undefined ? [] : [`columnname IN (${literal(column.toLowerCase())}, '*')`]),
    ...(principal === undefined ? [] : [`principal = ${literal(principal)}`]),
    ...(from === undefined ? [] : [`"at" >= ${literal(from)}`]),
    ...(until === undefined ? [] : [`"at" < ${literal(until)}`]),
  ];
  const columns = WHO_READ_COLUMNS.map((name) => (name === 'at' ? '"at"' : name));
  return `SELECT ${columns.join(', ')} FROM reads WHERE ${conditions.join(' AND ')} ORDER BY "at", principal, queryid, tablename, columnname`;
}

/** The condition on the days of the trail that a period is in; with the one before it, for a query that began there. */
export function daysOf({ from, until }: Period): string {
  const first = from === undefined ? '' : ` AND day >= ${literal(folderOf(from, -1))}`;
  const last = until === undefined ? '' : ` AND day <= ${literal(folderOf(until, 1))}`;
  return `${first}${last}`;
}

/** The columns and tables that the registry ever knew of a product, each with since when. */
export function knownColumnsSql({ domain, product }: Pick<WhoRead, 'domain' | 'product'>): string {
  return `SELECT tablename, columnname, min(validfrom) FROM product_columns WHERE domain = ${literal(domain)} AND product = ${literal(product)} GROUP BY tablename, columnname ORDER BY tablename, columnname`;
}

/** The folder of the day so many days later: an event is delivered into that of its own day, or of the next one when it was about to end. */
function folderOf(at: string, later: number): string {
  return new Date(Date.parse(at) + later * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
}
