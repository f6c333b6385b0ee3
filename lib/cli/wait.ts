import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { SubscriptionRecord, SubscriptionState } from '#mesh/subscription/subscription.ts';
import type { Connection } from './connection.ts';

/** How long a command waits for the mesh to converge. */
const PATIENCE_MS = 120_000;
const FIRST_POLL_MS = 40;
const SLOWEST_POLL_MS = 1000;

/**
 * Waits until the mesh has registered this generation of a product.
 * @throws WeftError `WEFT-CLI-013` with the reason when it says that it cannot, or does not within two minutes.
 */
export async function waitForProduct(connection: Connection, accepted: ProductRecord): Promise<ProductRecord> {
  const path = `/products/${accepted.domain}/${accepted.name}`;
  return poll(
    async () =>
      (
        await connection.api<{ product: ProductRecord }>({
          method: 'GET',
          path,
          query: { major: String(accepted.major) },
        })
      ).product,
    (product) => {
      const registered = condition(product, 'Registered');
      if (registered === undefined || registered.generation < accepted.generation) return undefined;
      if (registered.status === 'false') throw notReached(productId(product), registered.reason, registered.message);
      return registered.status === 'true' ? product : undefined;
    },
    productId(accepted),
  );
}

/**
 * Waits until a subscription is in one of these states.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForSubscription(
  connection: Connection,
  id: string,
  states: readonly SubscriptionState[],
): Promise<SubscriptionRecord> {
  return poll(
    async () =>
      (await connection.api<{ subscription: SubscriptionRecord }>({ method: 'GET', path: `/subscriptions/${id}` }))
        .subscription,
    (subscription) => (states.includes(subscription.state) ? subscription : undefined),
    id,
  );
}

async function poll<T>(read: () => Promise<T>, done: (value: T) => T | undefined, what: string): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (let wait = FIRST_POLL_MS; Date.now() < deadline; wait = Math.min(wait * 1.3, SLOWEST_POLL_MS)) {
    const value = done(await read());
    if (value !== undefined) return value;
    await sleep(wait);
  }
  throw notReached(what, 'Timeout', `not within ${PATIENCE_MS / 1000} s`);
}

function notReached(what: string, reason: string, message: string | undefined): WeftError {
  return new WeftError(
    'WEFT-CLI-013',
    `${what} did not become ready: ${reason}${message === undefined ? '' : `, ${message}`}`,
    {
      source: 'user',
      hint: 'weft product show tells its conditions; weft local logs the Lambdas',
    },
  );
}
