import { visibleColumns } from '../access/clearance.ts';
import type { ProductTable } from '../product/product.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { Interval } from './pipeline.ts';

/** A product that a partner takes as files: a snapshot each time, for the partner's account alone. */
export interface Exchange {
  readonly product: string;
  /** A domain of the mesh. */
  readonly partner: string;
  readonly every: Interval;
  /** Columns above it stay out. Default: the lowest level. */
  readonly clearance?: string;
}

/** A table of a snapshot, and the columns that the partner gets. */
export interface ExchangedTable {
  readonly name: string;
  readonly database: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Names an exchange: one product goes to one partner in one way. */
export function exchangeName({ partner, product }: Pick<Exchange, 'partner' | 'product'>): string {
  return `${partner}/${product}`;
}

/** The tables that go out: those with rows of their own, with the columns up to the clearance. */
export function exchangedTables(
  { clearance }: Exchange,
  tables: readonly ProductTable[],
  ladder: ClassificationLadder,
): ExchangedTable[] {
  const scope = { clearance: clearance ?? ladder[0] ?? '' };
  return tables.flatMap((table) => {
    if (table.view !== undefined) return [];
    const visible = visibleColumns(table, scope, ladder);
    const columns = [...table.columns, ...table.partitionKeys]
      .filter(({ name }) => visible === '*' || visible.includes(name))
      .map(({ name, type }) => ({ name, type }));
    return columns.length === 0 ? [] : [{ name: table.name, database: table.source.database, columns }];
  });
}

/** Where the snapshot of a moment goes, in the bucket of the domain's exchange: one for each day, or for each hour or minute where it is made oftener. */
export function snapshotPrefix(exchange: Exchange, at: string): string {
  const length = { day: 10, hour: 13, minute: 16 }[exchange.every.unit];
  return `${exchangeName(exchange)}/${at.slice(0, length).replaceAll(':', '')}/`;
}

/** The folder of a partner, to which its right to read goes. */
export function partnerPrefix(partner: string): string {
  return `${partner}/`;
}
