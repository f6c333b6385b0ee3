import type { SchemaChange } from '#mesh/contract/compatibility-rules.ts';
import { outside } from '#mesh/lineage/edges.ts';
import { type Affected, impactOf } from '#mesh/lineage/impact.ts';
import { ownerOf, versionOfOwner } from '#mesh/lineage/place.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { knownLineage } from './lineage.ts';
import type { ApiDeps } from './request.ts';

/** What other products make of what changes, as the owner may know it: of another domain's product no table that only its views read. */
export async function affectedBy(
  product: Pick<ProductRecord, 'domain' | 'name' | 'major'>,
  changes: readonly SchemaChange[],
  { registry }: Pick<ApiDeps, 'registry'>,
): Promise<Affected[]> {
  if (changes.every(({ verdict }) => verdict === 'compatible')) return [];
  const { products, edges } = await knownLineage({ registry });
  const internal = new Set(
    products.flatMap((entry) =>
      entry.tables.filter((table) => table.internal === true).map(({ name }) => `${ownerOf(entry)}\n${name}`),
    ),
  );
  const shown = outside(
    edges,
    ({ owner, table }) => versionOfOwner(owner)?.domain !== product.domain && internal.has(`${owner}\n${table}`),
  );
  return impactOf(ownerOf(product), changes, shown);
}
