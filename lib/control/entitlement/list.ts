import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { authorize, may } from '../authorize.ts';
import type { Caller } from '../caller.ts';
import type { ApiDeps } from '../request.ts';
import { coveredProducts } from './covered.ts';
import { progressOf, type Reached } from './progress.ts';
import { findEntitlement, sidesOf } from './revoke.ts';

/** The entitlements that the caller may see, filtered by owning domain and by consuming domain. */
export async function listEntitlements(
  filter: { readonly domain?: string; readonly consumer?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<EntitlementRecord[]> {
  const all = await deps.registry.entitlements();
  return all.filter((entitlement) => {
    const { selector, consumers } = entitlement;
    if (filter.domain !== undefined && filter.domain !== selector.domain) return false;
    if (filter.consumer !== undefined && !consumers.includes(filter.consumer)) return false;
    return mayRead(entitlement, caller);
  });
}

/** One entitlement, and what was read back of it for each product and consumer. @throws WEFT-AUTH-002, WEFT-ENTITLEMENT-004. */
export async function showEntitlement(
  id: string,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology' | 'now'>,
): Promise<{ entitlement: EntitlementRecord; products: readonly Reached[] }> {
  const entitlement = await findEntitlement(id, deps);
  if (!mayRead(entitlement, caller)) authorize('entitlement.read', caller, sidesOf(entitlement));
  const products = await coveredProducts([entitlement.selector], deps.registry);
  const now = deps.now().toISOString();
  return {
    entitlement,
    products: await progressOf(entitlement, products, {
      registry: deps.registry,
      topology: await deps.topology(),
      now,
    }),
  };
}

function mayRead(entitlement: EntitlementRecord, caller: Caller): boolean {
  const owner = entitlement.selector.domain;
  return [undefined, ...entitlement.consumers].some((consumer) => may('entitlement.read', caller, { owner, consumer }));
}
