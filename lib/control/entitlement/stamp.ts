import type { Registry } from '#aws/registry.ts';
import type { ProductKey } from '#aws/registry-keys.ts';
import { type EntitlementRecord, type Standing, standingsOf } from '#mesh/entitlement/entitlement.ts';
import { isEqual } from '#mesh/equal.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Change } from '#mesh/record.ts';
import { bumped } from '../bumped.ts';
import { optimistically } from '../optimistic.ts';

/** The product with the entitlements that cover it, and no member for none. */
export function withStandings(product: ProductRecord, standings: readonly Standing[]): ProductRecord {
  const { entitlements: _, ...rest } = product;
  return standings.length === 0 ? rest : { ...rest, entitlements: standings };
}

/**
 * Tells each of these products which entitlements cover it: the write makes it be reconciled. One that knows already is left alone, so that a run that
 * comes again does nothing. Answers how many were told.
 */
export async function stampProducts(
  products: readonly ProductRecord[],
  entitlements: readonly EntitlementRecord[],
  change: Change,
  registry: Pick<Registry, 'version' | 'write'>,
): Promise<number> {
  let told = 0;
  for (const product of products) {
    const standings = standingsOf(product.domain, entitlements, change.at);
    if (isEqual(product.entitlements ?? [], standings)) continue;
    if (await stamp(product, standings, change, registry)) told += 1;
  }
  return told;
}

function stamp(
  key: ProductKey,
  standings: readonly Standing[],
  change: Change,
  registry: Pick<Registry, 'version' | 'write'>,
): Promise<boolean> {
  return optimistically(async () => {
    const product = (await registry.version(key))?.product;
    if (product === undefined || isEqual(product.entitlements ?? [], standings)) return false;
    const record = bumped(withStandings(product, standings), change);
    await registry.write([{ record, replaces: product.revision }]);
    return true;
  });
}
