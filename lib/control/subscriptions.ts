import { everyRecord } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { type ShareRecord, SUBSCRIPTION_STATES, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
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
  deps: Pick<ApiDeps, 'registry'>,
): Promise<SubscriptionRecord[]> {
  const states: readonly string[] = SUBSCRIPTION_STATES;
  if (filter.state !== undefined && !states.includes(filter.state)) {
    throw userError('WEFT-REQUEST-007', `no subscription is ever \`${filter.state}\``, {
      hint: `states are ${states.join(', ')}`,
    });
  }
  const found: SubscriptionRecord[] = [];
  const prefix = filter.consumer === undefined ? undefined : `${filter.consumer}#`;
  for await (const subscription of everyRecord(deps.registry, 'subscription', prefix)) {
    const { domain, product, consumer, state } = subscription;
    if (filter.product !== undefined && filter.product !== `${domain}/${product}`) continue;
    if (filter.state !== undefined && filter.state !== state) continue;
    if (may('subscription.read', caller, { owner: domain, consumer })) found.push(subscription);
  }
  return found;
}

/** One subscription and its consumer's local side. @throws WEFT-AUTH-002, WEFT-REQUEST-005. */
export async function showSubscription(
  id: string,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<{ subscription: SubscriptionRecord; share?: ShareRecord }> {
  const { version, subscription } = await findSubscription(id, deps);
  authorize('subscription.read', caller, { owner: subscription.domain, consumer: subscription.consumer });
  return { subscription, share: version.shares.find(({ intent }) => intent.consumer === subscription.consumer) };
}

/** What approval as asked would do. @throws WEFT-AUTH-002, WEFT-REQUEST-005. */
export async function planOfSubscription(id: string, caller: Caller, deps: ApiDeps): Promise<Plan> {
  const topology = await deps.topology();
  const { version, subscription } = await findSubscription(id, deps);
  const { consumer, requested, purpose, expiresAt, principals, wholeAccount } = subscription;
  authorize('subscription.read', caller, { owner: subscription.domain, consumer });
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
