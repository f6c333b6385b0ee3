import { viewDefiner } from '../contract/central-tables.ts';
import { normalizeGrants } from '../plan/grants.ts';
import type { ProductRecord } from '../product/product.ts';
import type { Topology } from '../topology/topology.ts';
import type { Grant } from './grant.ts';
import { type DatabaseRef, readByView } from './resource.ts';

/**
 * What the definer of views must hold on the tables that a product's views read. A suspension leaves it: with no grant on a view, nobody
 * reads through its definer.
 */
export function grantDefiner(product: Pick<ProductRecord, 'tables'>, target: DatabaseRef, topology: Topology): Grant[] {
  const bases = new Set(product.tables.flatMap(({ view }) => (view === undefined ? [] : [view.table])));
  return normalizeGrants([...bases].map((table) => readByView(viewDefiner(topology), target, table)));
}
