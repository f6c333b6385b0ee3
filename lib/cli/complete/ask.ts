import type { ListPage } from '#mesh/page.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Connection } from '../connection.ts';
import { principalNames } from '../principal.ts';
import type { AskedNames, NameLists } from './names.ts';

/** The names that a topology tells by itself. */
export function namesOfTopology(topology: Topology): Pick<NameLists, 'domain' | 'principal' | 'level'> {
  return {
    domain: topology.domains.map(({ name }) => name),
    principal: principalNames(topology),
    level: topology.classification,
  };
}

/** A product that a word begins to name, and one that the id of a subscription begins with. */
const PRODUCT = /^[a-z][a-z0-9-]*(?:\/[a-z0-9-]*)?$/;
const OF_PRODUCT = /^([a-z0-9-]+)\.([a-z0-9-]+)\./;

/**
 * The names that a principal may see, those that may come of a word: one page of each kind, for nobody reads more than that in a shell. `whole` says that there are no
 * others.
 */
export async function askNames(connection: Pick<Connection, 'api' | 'topology'>, word: string): Promise<AskedNames> {
  const { api, topology } = connection;
  const [, domain, name] = OF_PRODUCT.exec(word) ?? [];
  const [first, second] = await Promise.all([
    api<ProductPage>({ method: 'GET', path: '/products', query: { prefix: PRODUCT.test(word) ? word : undefined } }),
    api<SubscriptionPage>({
      method: 'GET',
      path: '/subscriptions',
      query: { product: name === undefined ? undefined : `${domain}/${name}` },
    }),
  ]);
  return {
    ...namesOfTopology(topology),
    product: [...new Set(first.products.map(productId))],
    subscription: second.subscriptions.map(({ id }) => id),
    word,
    whole: first.next === undefined && second.next === undefined,
  };
}

type ProductPage = { readonly products: readonly ProductRecord[] } & Pick<ListPage<unknown>, 'next'>;
type SubscriptionPage = { readonly subscriptions: readonly SubscriptionRecord[] } & Pick<ListPage<unknown>, 'next'>;
