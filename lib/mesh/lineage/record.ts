import type { Change } from '../record.ts';
import type { Untold } from './output.ts';
import type { Subtype } from './transformation.ts';

/** A table that something was made of. */
export interface LineageSource {
  /** As the catalog of the domain that made it names it: `database.table`. */
  readonly table: string;
  /** Set when it is a table of a product. */
  readonly product?: { readonly domain: string; readonly name: string; readonly major: number; readonly table: string };
}

/** One way in which a column of a source is used. */
export interface LineageUse {
  /** Place of the source in `sources`. */
  readonly source: number;
  readonly column: string;
  readonly how: Subtype;
  readonly masking?: true;
}

/** What one job last made a table of a product of, as its domain said. */
export interface LineageRecord {
  readonly type: 'lineage';
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** The job that said so: several may write one table. */
  readonly job: string;
  /** A run that made it so, and when, ISO 8601 in UTC: the first one, or one of the last days. */
  readonly run: string;
  readonly at: string;
  readonly sources: readonly LineageSource[];
  /** By column of the table. */
  readonly columns: Readonly<Record<string, readonly LineageUse[]>>;
  /** What decides which rows there are. */
  readonly dataset: readonly LineageUse[];
  readonly unknown: readonly Untold[];
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
}

/** What of a record says what is made of what. */
export type Lineage = Pick<
  LineageRecord,
  'domain' | 'product' | 'major' | 'table' | 'at' | 'sources' | 'columns' | 'dataset'
>;

/** A job that has said nothing for so long, while others go on writing its table, is no longer there. */
const GONE = 30 * 86_400_000;

/** The records that still count. */
export function standing(records: readonly Lineage[]): Lineage[] {
  const newest = new Map<string, number>();
  const tableOf = ({ domain, product, major, table }: Lineage) => `${domain}/${product}#${major}#${table}`;
  for (const record of records) {
    newest.set(tableOf(record), Math.max(newest.get(tableOf(record)) ?? 0, Date.parse(record.at)));
  }
  return records.filter((record) => Date.parse(record.at) >= (newest.get(tableOf(record)) ?? 0) - GONE);
}
