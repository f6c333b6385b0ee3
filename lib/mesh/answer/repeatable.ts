import type { SqlParser } from '../audit/reads/sql-parser.ts';
import { type ReadTable, readsOf } from '../audit/reads/sql-reads.ts';
import { productOfDatabase } from '../topology/names.ts';

/** A table of a product that a statement reads. */
export interface ProductTable extends ReadTable {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
}

/** What decides the rows of a statement, or why they may differ although nothing has changed. */
export type Repeatable =
  | { readonly ok: true; readonly tables: readonly ProductTable[] }
  | { readonly ok: false; readonly reason: string };

/** Functions, and words that stand for one, that say another thing each time or to another caller. */
const UNSTEADY =
  /\b(?:now|random|rand|uuid|shuffle|reservoir_sample|current_(?:date|time|timestamp|timezone|user|role|groups|catalog|schema)|local(?:time|timestamp))\b|\btablesample\b|"?\$(?:path|file_size|file_modified_time|partition|bucket)\b/i;

/**
 * Says of a statement whether it answers the same as long as access and data stay the same: one SELECT over tables of products, without anything that
 * depends on the moment or on chance. What cannot be told apart is not repeatable.
 */
export function repeatable(sql: string, database: string | undefined, parser: SqlParser): Repeatable {
  const no = (reason: string): Repeatable => ({ ok: false, reason });
  if (!/^\s*(?:select|with)\b/i.test(sql)) return no('it is no plain SELECT');
  const unsteady = UNSTEADY.exec(sql)?.[0];
  if (unsteady !== undefined) return no(`\`${unsteady.toLowerCase()}\` may say another thing each time`);
  // The parser tells neither: what a function reads, e.g. a database elsewhere, and of which catalog a table is.
  if (/\btable\s*\(/i.test(sql)) return no('nobody can tell what a table function reads');
  const reads = attempt(sql, database ?? '', parser);
  if (reads === undefined || reads.length === 0) return no('nobody can tell which tables it reads');
  const tables: ProductTable[] = [];
  for (const table of reads) {
    const catalog = catalogBefore(table.databaseName, sql);
    if (catalog !== undefined) return no(`${catalog} is another catalog, of which nobody can tell whether it changed`);
    const product = productOfDatabase(table.databaseName);
    if (product === undefined) return no(`\`${table.databaseName}.${table.tableName}\` is no table of a product`);
    tables.push({ ...table, domain: product.domain, product: product.name, major: product.major });
  }
  return { ok: true, tables };
}

/** What stands before a database's name as a part of it, other than the catalog that is there without a word. */
function catalogBefore(database: string, sql: string): string | undefined {
  const named = new RegExp(
    `("[^"]*"|[\\w$]+)(?:\\s|--[^\\n]*|/\\*[\\s\\S]*?\\*/)*\\.(?:\\s|--[^\\n]*|/\\*[\\s\\S]*?\\*/)*"?${database}\\b`,
    'gi',
  );
  const found = [...sql.matchAll(named)].map(([, catalog = '']) => catalog);
  return found.find((catalog) => catalog.replaceAll('"', '').toLowerCase() !== 'awsdatacatalog');
}

/** The parser may fail on what its authors did not think of; then nobody can tell. */
function attempt(sql: string, database: string, parser: SqlParser): readonly ReadTable[] | undefined {
  try {
    return readsOf(sql, database, parser)?.tables;
  } catch {
    return undefined;
  }
}
