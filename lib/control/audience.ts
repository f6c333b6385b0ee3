import { userError } from '#mesh/error.ts';
import { type Audience, audienceOf } from '#mesh/event/audience.ts';
import { productId } from '#mesh/product/product.ts';
import { lostDomains, withLost } from '#mesh/topology/lost.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { versionOf } from './products.ts';
import type { ApiDeps } from './request.ts';

/**
 * Who may see what of a product's rows now, for the owner's event port alone.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001 and -002, WEFT-EVENT-003 for a product without an event port.
 */
export async function showAudience(
  name: { readonly domain: string; readonly name: string; readonly major?: number },
  caller: Caller,
  deps: ApiDeps,
): Promise<Audience> {
  authorize('product.audience', caller, { owner: name.domain });
  const { product, subscriptions } = await versionOf(name, deps);
  if (!product.ports.includes('event')) {
    throw userError('WEFT-EVENT-003', `${productId(product)} has no event port`, {
      hint: 'add an output port of type `event` to its product file and publish it',
    });
  }
  const topology = await deps.topology();
  const left = lostDomains(product, subscriptions, topology);
  return audienceOf(product, subscriptions, withLost(topology, left), deps.now());
}
