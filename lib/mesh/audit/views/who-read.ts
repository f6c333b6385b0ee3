import type { Period } from '../period.ts';
import { literal } from './view.ts';

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

/** The one query that answers who read what of a product, oldest first. The days, which are folders, keep Athena from reading others. */
export function whoReadSql(database: string, asked: WhoRead): string {
  const { domain, product, column, table, principal, from, until } = asked;
  const conditions = [
    `domain = ${literal(domain)}`,
    `product = ${literal(product)}`,
    ...(table === undefined ? [] : [`tablename = ${literal(table.toLowerCase())}`]),
    ...(column === undefined ? [] : [`columnname = ${literal(column.toLowerCase())}`]),
    ...(principal === undefined ? [] : [`principal = ${literal(principal)}`]),
    ...(from === undefined ? [] : [`"at" >= ${literal(from)}`, `day >= ${literal(folderOf(from))}`]),
    ...(until === undefined ? [] : [`"at" < ${literal(until)}`, `day <= ${literal(folderOf(until, 1))}`]),
  ];
  const columns = WHO_READ_COLUMNS.map((name) => (name === 'at' ? '"at"' : name));
  return `SELECT ${columns.join(', ')} FROM ${database}.reads WHERE ${conditions.join(' AND ')} ORDER BY "at", principal, queryid, tablename, columnname`;
}

/** The columns and tables that the registry ever knew of a product. */
export function knownColumnsSql(database: string, { domain, product }: Pick<WhoRead, 'domain' | 'product'>): string {
  return `SELECT DISTINCT tablename, columnname FROM ${database}.product_columns WHERE domain = ${literal(domain)} AND product = ${literal(product)} ORDER BY tablename, columnname`;
}

/** The folder of a day, or of one later: an event is delivered into that of its own day, or of the next one when it was about to end. */
function folderOf(at: string, later = 0): string {
  return new Date(Date.parse(at) + later * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '/');
}
