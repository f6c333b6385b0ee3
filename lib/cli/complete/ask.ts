import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Connection } from '../connection.ts';
import { principalNames } from '../principal.ts';
import type { NameLists } from './names.ts';

/** The names that a topology tells by itself. */
export function namesOfTopology(topology: Topology): Pick<NameLists, 'domain' | 'principal' | 'level'> {
  return {
    domain: topology.domains.map(({ name }) => name),
    principal: principalNames(topology),
    level: topology.classification,
  };
}

/** Every name that a principal may see. */
export async function askNames(connection: Connection): Promise<NameLists> {
  const [{ products }, { subscriptions }] = await Promise.all([
    connection.api<{ products: ProductRecord[] }>({ method: 'GET', path: '/products' }),
    connection.api<{ subscriptions: SubscriptionRecord[] }>({ method: 'GET', path: '/subscriptions' }),
  ]);
  return {
    ...namesOfTopology(connection.topology),
    product: [...new Set(products.map(productId))],
    subscription: subscriptions.map(({ id }) => id),
  };
}
