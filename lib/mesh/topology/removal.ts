import type { EntitlementRecord } from '../entitlement/entitlement.ts';
import type { ProductRecord } from '../product/product.ts';
import { productId } from '../product/product.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { Topology } from './topology.ts';

/** What the registry holds of the whole mesh, as far as a domain's end is concerned. */
export interface Holdings {
  readonly products: readonly ProductRecord[];
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly entitlements: readonly EntitlementRecord[];
}

/** What stands in the way of taking a domain out of the mesh, and what to do about it. */
export interface Obstacle {
  readonly domain: string;
  readonly what: string;
  readonly state: string;
  readonly fix: string;
}

const OVER: readonly string[] = ['revoked', 'rejected', 'expired'];

/** Everything of a domain that is alive: its products until nothing of them is left, and what it uses until that was proven to be gone. */
export function obstaclesOf(domain: string, holdings: Holdings): Obstacle[] {
  const products = holdings.products
    .filter((product) => product.domain === domain && product.status.removedAt === undefined)
    .map((product) => ({
      domain,
      what: `product ${productId(product)} v${product.major}`,
      state: product.state,
      fix:
        product.state === 'retired'
          ? 'wait until its tables are gone'
          : `weft product retire ${productId(product)} --major ${product.major}`,
    }));
  const subscriptions = holdings.subscriptions
    .filter(({ consumer, state }) => consumer === domain && !OVER.includes(state))
    .map(({ id, state }) => ({
      domain,
      what: `subscription ${id}`,
      state,
      fix: state === 'revoking' ? 'wait until its revocation is proven' : `weft subscription revoke ${id}`,
    }));
  const entitlements = holdings.entitlements
    .filter(({ selector, grantee, state }) => {
      const concerned = selector.domain === domain || (grantee.kind === 'account' && grantee.domain === domain);
      return concerned && !OVER.includes(state);
    })
    .map(({ id, state }) => ({
      domain,
      what: `entitlement ${id}`,
      state,
      fix: state === 'revoking' ? 'wait until its revocation is proven' : `weft entitlement revoke ${id}`,
    }));
  return [...products, ...subscriptions, ...entitlements];
}

/** The domains that the mesh has and a changed `mesh.yaml` no longer has under the same account. */
export function leavingDomains(mesh: Topology, changed: Topology): string[] {
  return mesh.domains
    .filter(
      ({ name, account }) => !changed.domains.some((domain) => domain.name === name && domain.account === account),
    )
    .map(({ name }) => name);
}

/** What stands in the way of deploying a changed `mesh.yaml`. */
export function obstaclesOfChange(mesh: Topology, changed: Topology, holdings: Holdings): Obstacle[] {
  return leavingDomains(mesh, changed).flatMap((name) => obstaclesOf(name, holdings));
}
