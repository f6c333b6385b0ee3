import { MOST_ENTRIES, wholeList } from '#mesh/page.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { ApiCall } from './api.ts';
import type { Connection } from './connection.ts';
import { busy, type Io } from './io.ts';

type Caller = Pick<Connection, 'api'>;
type Query = NonNullable<ApiCall['query']>;

/** Every page of a list of the API as one answer, without `next`; who waits is told how far it is. */
export function everyPage<T extends object>(
  { api }: Caller,
  path: string,
  query: Query = {},
  io?: Pick<Io, 'progress'>,
): Promise<T> {
  const ask = (next: string | undefined) =>
    api<T & { next?: string }>({ method: 'GET', path, query: { ...query, limit: String(MOST_ENTRIES), next } });
  return wholeList<T>(ask, (entries) => {
    if (io !== undefined) busy(io as Io, `${entries} read of ${path}`);
  });
}

/** Products by name, as the caller may see them. */
export async function everyProduct(connection: Caller, query: Query = {}, io?: Io): Promise<ProductRecord[]> {
  const { products } = await everyPage<{ products: ProductRecord[] }>(connection, '/products', query, io);
  return products.toSorted((a, b) => byText(productId(a), productId(b)) || a.major - b.major);
}

/** Subscriptions by consumer and id, those that the caller may see. */
export async function everySubscription(connection: Caller, query: Query = {}, io?: Io): Promise<SubscriptionRecord[]> {
  const path = '/subscriptions';
  const { subscriptions } = await everyPage<{ subscriptions: SubscriptionRecord[] }>(connection, path, query, io);
  return subscriptions.toSorted((a, b) => byText(`${a.consumer}#${a.id}`, `${b.consumer}#${b.id}`));
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
