import { isLive } from '../access/compile.ts';
import { viewOf } from '../access/view.ts';
import type { OutputPort, ProductColumn, ProductRecord } from '../product/product.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { Topology } from '../topology/topology.ts';

/** A table of a product, as its row events need it. */
export interface AudienceTable {
  readonly name: string;
  readonly columns: readonly ProductColumn[];
  readonly partitionKeys: readonly ProductColumn[];
  /** Of a view: the name of the table whose rows it shows. */
  readonly viewOf?: string;
}

/** What one subscription sees of one table: the columns by name, and the rows by a filter in Lake Formation's grammar (all without one). */
export interface Sight {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows?: string;
}

/** One live subscription and where its events go. */
export interface Listener {
  readonly subscription: string;
  readonly consumer: string;
  readonly account: string;
  readonly tables: readonly Sight[];
}

/** Who may see what of a product's row events now. */
export interface Audience {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly ports: readonly OutputPort[];
  readonly tables: readonly AudienceTable[];
  readonly listeners: readonly Listener[];
}

/**
 * Compiles who may see what, by the same rules as the grants: the views of the live subscriptions, and nobody for a product that is suspended
 * or retired. Every column is named, so that one that is added reaches nobody before the next question.
 */
export function audienceOf(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  topology: Topology,
  now: Date,
): Audience {
  const listeners = subscriptions.flatMap((subscription): Listener[] => {
    const { approved, id, consumer, account } = subscription;
    if (approved === undefined || !isLive(subscription, product, topology, now.toISOString())) return [];
    const tables = viewOf(product, approved, topology.classification).tables.map(({ table, columns, rows }) => ({
      table,
      columns: columns === '*' ? everyColumn(product, table) : columns,
      ...(rows === undefined ? {} : { rows }),
    }));
    return [{ subscription: id, consumer, account, tables }];
  });
  return {
    domain: product.domain,
    product: product.name,
    major: product.major,
    ports: product.ports,
    tables: product.tables.map(({ name, columns, partitionKeys, view }) => ({
      name,
      columns,
      partitionKeys,
      ...(view === undefined ? {} : { viewOf: view.table }),
    })),
    listeners: listeners.toSorted((a, b) => (a.subscription < b.subscription ? -1 : 1)),
  };
}

function everyColumn(product: ProductRecord, name: string): string[] {
  const table = product.tables.find((candidate) => candidate.name === name);
  return [...(table?.columns ?? []), ...(table?.partitionKeys ?? [])].map((column) => column.name);
}
