import { everyRecord, type Registry } from '#aws/registry.ts';
import { besideTags, standingViewers } from '#mesh/access/standing.ts';
import { viewOf } from '#mesh/access/view.ts';
import type { FilteredBeside } from '#mesh/entitlement/choose.ts';
import type { EntitlementRecord, Selector } from '#mesh/entitlement/entitlement.ts';
import { membersOf } from '#mesh/entitlement/members.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { holdsAccess } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';

type Reader = Pick<Registry, 'page'>;

/** Every version of every product that some of the selectors cover, retired ones excepted, as the registry's index has them. */
export async function coveredProducts(selectors: readonly Selector[], registry: Reader): Promise<ProductRecord[]> {
  const domains = new Set(selectors.map(({ domain }) => domain));
  const prefixes = domains.has(undefined) ? [undefined] : [...domains].map((domain) => `${domain}/`);
  const found: ProductRecord[] = [];
  for (const prefix of prefixes) {
    for await (const product of everyRecord(registry, 'product', prefix)) {
      if (product.state !== 'retired') found.push(product);
    }
  }
  return found;
}

/** The row filters of subscriptions that grants by LF-Tags would cancel, of these products and the domains that the entitlement reaches. */
export async function filteredBeside(
  entitlement: EntitlementRecord,
  products: readonly ProductRecord[],
  { topology, now }: { readonly topology: Topology; readonly now: string },
  registry: Reader,
): Promise<FilteredBeside[]> {
  const { id, selector, grantee, expiresAt } = entitlement;
  const found: FilteredBeside[] = [];
  for (const { domain } of membersOf(entitlement, topology)) {
    for await (const subscription of everyRecord(registry, 'subscription', `${domain}#`)) {
      const { approved, state, major } = subscription;
      if (!holdsAccess({ state }) || approved?.rows === undefined) continue;
      const name = `${subscription.domain}/${subscription.product}`;
      const product = products.find((entry) => `${entry.domain}/${entry.name}` === name && entry.major === major);
      if (product === undefined) continue;
      const standing = standingViewers(
        { ...product, entitlements: [{ id, selector, grantee, expiresAt, way: 'tags' }] },
        topology,
        now,
      );
      const own = standing.filter(({ consumer }) => consumer === domain);
      const view = viewOf(product, approved, topology.classification);
      const kept = besideTags([{ subscription, view }], own).roles[0]?.view.tables.map(({ table }) => table) ?? [];
      const lost = view.tables.filter(({ table }) => !kept.includes(table));
      found.push(...lost.map(({ table }) => ({ subscription: subscription.id, table })));
    }
  }
  return found;
}
