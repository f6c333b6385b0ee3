import type { Problem } from '../error.ts';
import type { ProductRecord, ProductTable } from '../product/product.ts';
import type { AccessScope, ShareIntent, ShareRecord, SubscriptionRecord } from '../subscription/subscription.ts';
import type { ClassificationLadder, Topology } from '../topology/topology.ts';
import type { CellsFilter, Grant } from './grant.ts';

/** All access to one product's major version that the mesh wants to exist. */
export interface DesiredAccess {
  /** In the governance account, to consumer accounts. */
  readonly accountGrants: readonly Grant[];
  readonly filters: readonly CellsFilter[];
  readonly shares: readonly ShareIntent[];
  /** What could not be granted, e.g. a table whose partition key is above the clearance. */
  readonly problems: readonly Problem[];
}

/** Compiles a product and its subscriptions into grants; only those `approved` or `active` count. */
export declare function compileAccess(
  product: ProductRecord,
  subscriptions: readonly SubscriptionRecord[],
  formerShares: readonly ShareRecord[],
  topology: Topology,
): DesiredAccess;
/** The columns of a table that a scope shows, in the table's order; `'*'` when it withholds none, `[]` when the table is out of reach. */
export declare function visibleColumns(
  table: ProductTable,
  scope: AccessScope,
  ladder: ClassificationLadder,
): readonly string[] | '*';
