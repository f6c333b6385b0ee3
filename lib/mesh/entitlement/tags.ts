import { sensitivity } from '../access/clearance.ts';
import type { ProductRecord } from '../product/product.ts';
import { isSuspended } from '../suspension.ts';
import type { ClassificationLadder, Topology } from '../topology/topology.ts';

/** The value of a database's classification, which every column has that carries no value of its own. No grant that shows columns names it. */
export const WITHHELD = '_withheld';

/** The keys of the mesh's two LF-Tags in the governance account. Lake Formation keeps keys and values in lower case. */
export function tagKeys(mesh: string): { readonly domain: string; readonly classification: string } {
  return { domain: `${mesh}-domain`, classification: `${mesh}-classification` };
}

/** Each LF-Tag with every value that it has to have. */
export function wantedTags(topology: Topology): ReadonlyMap<string, readonly string[]> {
  const keys = tagKeys(topology.mesh);
  return new Map([
    [keys.domain, topology.domains.map(({ name }) => name)],
    [keys.classification, [...topology.classification, WITHHELD]],
  ]);
}

/** The LF-Tags of one product: its database has the domain and `WITHHELD`; a column that is classified, its level. */
export interface ProductTags {
  readonly domain: string;
  /** Level by column by table; what is not here has no value of its own. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * The LF-Tags that a product has to carry. A table's columns are at least as sensitive as its partition keys, which Lake Formation cannot withhold from
 * whoever reads another column, and its keys as the least sensitive of its columns, for nobody is shown keys alone. A product that is suspended, by itself or with its domain (`stopped`), or retired has no column that a grant could show.
 */
export function tagsOf(product: ProductRecord, ladder: ClassificationLadder, stopped = false): ProductTags {
  const closed = stopped || isSuspended(product) || product.state === 'retired';
  const columns: Record<string, Record<string, string>> = {};
  for (const table of closed ? [] : product.tables.filter(({ internal }) => internal !== true)) {
    const floor = Math.max(-1, ...table.partitionKeys.map((key) => sensitivity(key, table, ladder)));
    const own = table.columns.map((column) => Math.max(floor, sensitivity(column, table, ladder)));
    const least = own.length === 0 ? floor : Math.min(...own);
    const positions = [...own, ...table.partitionKeys.map(() => least)];
    const levels = [...table.columns, ...table.partitionKeys].flatMap((column, index): [string, string][] => {
      const level = ladder[positions[index] ?? ladder.length];
      return level === undefined ? [] : [[column.name, level]];
    });
    if (levels.length > 0) columns[table.name] = Object.fromEntries(levels);
  }
  return { domain: product.domain, columns };
}
