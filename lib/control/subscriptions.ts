import { everyRecord, type Registry } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { type ShareRecord, SUBSCRIPTION_STATES, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { voicesOf } from './approvers.ts';
import { authorize, may } from './authorize.ts';
import { type Caller, callerOf } from './caller.ts';
import { findSubscription } from './decide.ts';
import { decideAccess } from './decide-access.ts';
import type { ApiDeps } from './request.ts';
import { planOf } from './request-subscription.ts';

/** The subscriptions that the caller may see, filtered by product (`<domain>/<name>`), consumer and state. */
export async function listSubscriptions(
  filter: { readonly product?: string; readonly consumer?: string; readonly state?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology'>,
): Promise<SubscriptionRecord[]> {
  const states: readonly string[] = SUBSCRIPTION_STATES;
  if (filter.state !== undefined && !states.includes(filter.state)) {
    throw userError('WEFT-REQUEST-007', `no subscription is ever \`${filter.state}\``, {
      hint: `states are ${states.join(', ')}`,
    });
  }
  const topology = await deps.topology();
  const found: SubscriptionRecord[] = [];
  for await (const subscription of candidates(filter, deps.registry)) {
    const { consumer, state } = subscription;
    if (filter.consumer !== undefined && filter.consumer !== consumer) continue;
    if (filter.state !== undefined && filter.state !== state) continue;
    if (mayRead(subscription, caller, topology)) found.push(subscription);
  }
  return found;
}

/** Those of one product from its own partition, however many there are in the mesh; else those of one consumer, or all, from the index. */
async function* candidates(
  { product, consumer }: { readonly product?: string; readonly consumer?: string },
  registry: Pick<Registry, 'page' | 'versions'>,
): AsyncGenerator<SubscriptionRecord> {
  if (product === undefined) {
    yield* everyRecord(registry, 'subscription', consumer === undefined ? undefined : `${consumer}#`);
    return;
  }
  const [domain = '', name = '', ...more] = product.split('/');
  if (domain === '' || name === '' || more.length > 0) return;
  const subscriptions = (await registry.versions({ domain, name })).flatMap((version) => version.subscriptions);
  const sorted = (subscription: SubscriptionRecord) => `${subscription.consumer}#${subscription.id}`;
  yield* subscriptions.toSorted((a, b) => (sorted(a) < sorted(b) ? -1 : 1));
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
