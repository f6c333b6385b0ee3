import type { ProductPart } from '#aws/registry.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { userError } from '#mesh/error.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { type ShareRecord, SUBSCRIPTION_STATES, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { voicesOf } from './approvers.ts';
import { authorize, may } from './authorize.ts';
import { type Caller, callerOf } from './caller.ts';
import { findSubscription } from './decide.ts';
import { decideAccess } from './decide-access.ts';
import { type List, pageOf, portions, type Row, rowAt } from './paged.ts';
import type { ApiDeps } from './request.ts';
import { planOf } from './request-subscription.ts';

/** What subscriptions are asked for by: a product as `<domain>/<name>`, a consumer, a state. */
export interface SubscriptionFilter extends PageQuery {
  readonly product?: string;
  readonly consumer?: string;
  readonly state?: string;
}

/**
 * The subscriptions that the caller may see, by consumer and id. Those of one product are read from its own partition, however many there are in the mesh, and are
 * there as soon as they are asked for; they come version by version.
 * @throws WEFT-REQUEST-007 for a state that is none, WEFT-API-011, -012.
 */
export async function listSubscriptions(
  query: SubscriptionFilter,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology' | 'cursors'>,
): Promise<ListPage<SubscriptionRecord>> {
  const { product, consumer, state } = query;
  const states: readonly string[] = SUBSCRIPTION_STATES;
  if (state !== undefined && !states.includes(state)) {
    throw userError('WEFT-REQUEST-007', `no subscription is ever \`${state}\``, {
      hint: `states are ${states.join(', ')}`,
    });
  }
  const topology = await deps.topology();
  const isShown = (record: SubscriptionRecord) =>
    (consumer === undefined || consumer === record.consumer) &&
    (state === undefined || state === record.state) &&
    mayRead(record, caller, topology);
  const rowOf = (record: ProductPart, place: string): Row<SubscriptionRecord> =>
    rowAt(place, record.type === 'subscription' && isShown(record) ? record : undefined);
  const named = product === undefined ? undefined : nameIn(product);
  if (product !== undefined && named === undefined) return { entries: [] };
  const prefix = consumer === undefined ? undefined : `${consumer}#`;
  const list: List<SubscriptionRecord> = {
    route: 'GET /subscriptions',
    filter: { product, consumer, state },
    read: ([after] = [], size) =>
      named === undefined
        ? portions(
            { after },
            size,
            (range) => deps.registry.page('subscription', { ...range, prefix }),
            (record) => [rowOf(record, sortOf(record))],
          )
        : portions(
            { after },
            size,
            (range) => deps.registry.productPage(named, range),
            (record) => [rowOf(record, keyOf(record).sk)],
          ),
  };
  return pageOf(list, query, deps);
}

function nameIn(product: string): { domain: string; name: string } | undefined {
  const [domain = '', name = '', ...more] = product.split('/');
  return domain === '' || name === '' || more.length > 0 ? undefined : { domain, name };
}

/** One subscription and its consumer's local side. @throws WEFT-AUTH-002, WEFT-REQUEST-005. */
export async function showSubscription(
  id: string,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology'>,
): Promise<{ subscription: SubscriptionRecord; share?: ShareRecord }> {
  const { version, subscription } = await findSubscription(id, deps);
  await authorizeReading(subscription, caller, deps);
  return { subscription, share: version.shares.find(({ intent }) => intent.consumer === subscription.consumer) };
}

/** What approval as asked would do. @throws WEFT-AUTH-002, WEFT-REQUEST-005. */
export async function planOfSubscription(id: string, caller: Caller, deps: ApiDeps): Promise<Plan> {
  const topology = await deps.topology();
  const { version, subscription } = await findSubscription(id, deps);
  const { consumer, requested, purpose, expiresAt, principals, wholeAccount } = subscription;
  await authorizeReading(subscription, caller, deps);
  const verdict = await decideAccess(
    {
      action: 'subscribe',
      product: version.product,
      wish: {
        consumer,
        scope: requested,
        purpose,
        expiresAt,
        principals,
        ...(wholeAccount === undefined ? {} : { wholeAccount }),
      },
    },
    { caller: callerOf(subscription.requestedBy, topology) },
    deps,
  );
  return planOf(version, subscription, verdict, topology, deps.now().toISOString());
}

/** Either side, governance, and whoever is asked to approve. */
function mayRead(subscription: SubscriptionRecord, caller: Caller, topology: Topology): boolean {
  const { domain: owner, consumer, renewal } = subscription;
  const asked = subscription.state === 'pending' ? subscription : renewal;
  const approves = asked !== undefined && voicesOf(caller, { ...asked, owner }, topology).length > 0;
  return approves || may('subscription.read', caller, { owner, consumer });
}

async function authorizeReading(
  subscription: SubscriptionRecord,
  caller: Caller,
  deps: Pick<ApiDeps, 'topology'>,
): Promise<void> {
  const sides = { owner: subscription.domain, consumer: subscription.consumer };
  if (may('subscription.read', caller, sides)) return;
  if (!mayRead(subscription, caller, await deps.topology())) authorize('subscription.read', caller, sides);
}
