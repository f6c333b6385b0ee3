import type { ProductTable } from '#mesh/product/product.ts';
import { column, GOVERNANCE, TOPOLOGY, table as toyTable } from '../../fixtures.ts';

export { product, share } from '../../fixtures.ts';

export const GOVERNANCE_DATABASE = { catalogId: GOVERNANCE, database: 'sales__orders__v1' };

export function accountOf(domain: string): string {
  return TOPOLOGY.domains.find(({ name }) => name === domain)?.account ?? '';
}

export function table(name: string, columns: readonly string[]): ProductTable {
  return toyTable(
    name,
    columns.map((one) => column(one, 'string', 'public')),
  );
}
