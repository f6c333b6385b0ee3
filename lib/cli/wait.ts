import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '#mesh/error.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { qualityDuties } from '#mesh/quality/duty.ts';
import { condition } from '#mesh/record.ts';
import { SUSPENDED } from '#mesh/subscription/readiness.ts';
import { holdsAccess, type SubscriptionRecord, type SubscriptionState } from '#mesh/subscription/subscription.ts';
import type { Connection } from './connection.ts';
import { everyPage } from './pages.ts';

/** How long a command waits for the mesh to converge. */
const PATIENCE_MS = 120_000;
const FIRST_POLL_MS = 40;
const SLOWEST_POLL_MS = 1000;

/**
 * Waits until the mesh has registered this generation of a product.
 * @throws WeftError `WEFT-CLI-013` with the reason when it says that it cannot, or does not within two minutes.
 */
export async function waitForProduct(connection: Connection, accepted: ProductRecord): Promise<ProductRecord> {
  // A proposal and a draft are only seen; what the contract retired goes by itself.
  if (!isPublished(accepted)) return accepted;
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
 * Waits until nothing of a retired version is left.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForRemoval(connection: Connection, retired: ProductRecord): Promise<ProductRecord> {
  const { domain, name, major } = retired;
  const query = { major: String(major) };
  return poll(
    async () =>
      (await connection.api<{ product: ProductRecord }>({ method: 'GET', path: `/products/${domain}/${name}`, query }))
        .product,
    (product) => (product.status.removedAt === undefined ? undefined : product),
    productId(retired),
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
    () => subscriptionNow(connection, id),
    (subscription) => {
      if (states.includes(subscription.state)) return subscription;
      // A request that was approved waits for as long as the product is suspended: there is nothing to wait for here.
      if (subscription.state === 'approved' && condition(subscription, 'Linked')?.reason === SUSPENDED)
        throw notReached(id, SUSPENDED, 'it becomes active when it is resumed');
      return undefined;
    },
    id,
  );
}

/**
 * Waits until what a subscription gives, or no longer gives while it is suspended, has been read back from both accounts.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForAccessOf(
  connection: Connection,
  { id, generation }: SubscriptionRecord,
): Promise<SubscriptionRecord> {
  return poll(
    () => subscriptionNow(connection, id),
    (subscription) => (isSettled(subscription, generation) ? subscription : undefined),
    id,
  );
}

/**
 * The same for every subscription of a product version.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForAccess(
  connection: Connection,
  { domain, name, major, generation }: ProductRecord,
): Promise<readonly SubscriptionRecord[]> {
  return poll(
    () =>
      everyPage<{ product: ProductRecord; subscriptions: SubscriptionRecord[] }>(
        connection,
        `/products/${domain}/${name}`,
        { major: String(major) },
      ),
    ({ product, subscriptions }) => {
      const shared = condition(product, 'Shared');
      if (shared?.status !== 'true' || shared.generation < generation) return undefined;
      return subscriptions.every((subscription) => isSettled(subscription, generation)) ? subscriptions : undefined;
    },
    `${domain}/${name}`,
  );
}

/**
 * Waits until every table of a version that can be measured was measured after it was asked for.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForMeasurement(connection: Connection, asked: ProductRecord): Promise<ProductRecord> {
  const { domain, name, major } = asked;
  const wanted = qualityDuties([asked], new Date()).flatMap(({ tables }) => tables.map((table) => table.name));
  const at = ({ status }: ProductRecord, table: string) => status.measured?.tables[table]?.at;
  return poll(
    async () =>
      (
        await connection.api<{ product: ProductRecord }>({
          method: 'GET',
          path: `/products/${domain}/${name}`,
          query: { major: String(major) },
        })
      ).product,
    (product) => (wanted.every((table) => at(product, table) !== at(asked, table)) ? product : undefined),
    `${domain}/${name}`,
  );
}

/**
 * Waits until what a domain may have, or no longer has while it is suspended, has been read back from every account.
 * @throws WeftError `WEFT-CLI-013` as above.
 */
export async function waitForDomain(connection: Connection, path: string): Promise<readonly string[]> {
  return poll(
    () => connection.api<{ open: string[] }>({ method: 'GET', path }),
    ({ open }) => (open.length === 0 ? open : undefined),
    path.slice(1),
  );
}

/** True when the read-backs of that generation show access, or none where it is suspended. */
function isSettled(subscription: SubscriptionRecord, generation: number): boolean {
  if (!holdsAccess(subscription)) return true;
  const linked = condition(subscription, 'Linked');
  if (linked === undefined || linked.generation < generation) return false;
  return linked.status === 'true' || linked.reason === SUSPENDED;
}

async function subscriptionNow(connection: Connection, id: string): Promise<SubscriptionRecord> {
  const path = `/subscriptions/${id}`;
  return (await connection.api<{ subscription: SubscriptionRecord }>({ method: 'GET', path })).subscription;
}

/** Asks again and again, ever more slowly. @throws WeftError `WEFT-CLI-013` after two minutes. */
export async function poll<T, R>(read: () => Promise<T>, done: (value: T) => R | undefined, what: string): Promise<R> {
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
