import type { VersionState } from '#aws/registry.ts';
import { isLive } from '#mesh/access/compile.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Change } from '#mesh/record.ts';
import { hasEnded } from '#mesh/subscription/end.ts';
import { type Around, subscriptionStatus } from '#mesh/subscription/readiness.ts';
import { isStopped } from '#mesh/subscription/stop.ts';
import {
  holdsAccess,
  type ShareRecord,
  type SubscriptionRecord,
  type SubscriptionState,
} from '#mesh/subscription/subscription.ts';
import { expire } from '#mesh/subscription/transitions.ts';
import { admittedRoles } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';

type Stamp = Pick<Change, 'actor' | 'at' | 'correlation'>;

/** The subscription with the state that the read-backs give it, or undefined when nothing moves. */
export function subscriptionAfter(
  subscription: SubscriptionRecord,
  product: ProductRecord,
  share: ShareRecord | undefined,
  governanceGrantsOk: boolean,
  stamp: Stamp,
  around: Around,
): SubscriptionRecord | undefined {
  if (subscription.state === 'pending' || subscription.state === 'rejected') return undefined;
  const { state, status } = subscriptionStatus(subscription, product, share, governanceGrantsOk, stamp.at, around);
  if (state === subscription.state && JSON.stringify(status) === JSON.stringify(subscription.status)) return undefined;
  const action = state === subscription.state ? 'SubscriptionObserved' : ENTERED[state];
  return { ...subscription, state, status, revision: subscription.revision + 1, change: { ...stamp, action } };
}

/** The same for a run that compiled access as of now: what is over by then ends with it, whether the sweep came or not. */
export function subscriptionNow(
  subscription: SubscriptionRecord,
  product: ProductRecord,
  share: ShareRecord | undefined,
  governanceGrantsOk: boolean,
  stamp: Stamp,
  { asOf, ...around }: Around & { readonly asOf: string },
): SubscriptionRecord | undefined {
  const ended = holdsAccess(subscription) && hasEnded(subscription, asOf) ? expire(subscription, stamp) : undefined;
  if (ended?.ok !== true) return subscriptionAfter(subscription, product, share, governanceGrantsOk, stamp, around);
  const over = { ...ended.value, generation: product.generation };
  const next = subscriptionAfter(over, product, share, governanceGrantsOk, stamp, around);
  return { ...over, status: next?.status ?? over.status, revision: subscription.revision + 1 };
}

/** What the rule for states looks at around a subscription; `central` is what its account was found to hold in the governance account. */
export function aroundOf(
  { product, subscriptions }: Pick<VersionState, 'product' | 'subscriptions'>,
  { id, consumer, principals }: SubscriptionRecord,
  share: ShareRecord | undefined,
  topology: Topology,
  central: ShareRecord['central'],
  now: string,
): Around {
  const live = subscriptions.filter(
    (other) => other.id !== id && other.consumer === consumer && isLive(other, product, topology, now),
  );
  const others = [...live.map((other) => other.id), ...(share?.intent.entitlements ?? [])];
  return {
    stopped: isStopped(product.domain, consumer, topology),
    withheld: principals.filter((role) => admittedRoles([role], topology).length === 0),
    ...(central === undefined ? {} : { remains: { ...central, others } }),
  };
}

const ENTERED: Readonly<Record<SubscriptionState, string>> = {
  pending: 'SubscriptionRequested',
  approved: 'SubscriptionApproved',
  active: 'SubscriptionActivated',
  expiring: 'SubscriptionExpiring',
  revoking: 'SubscriptionRevoking',
  revoked: 'SubscriptionRevoked',
  rejected: 'SubscriptionRejected',
  expired: 'SubscriptionExpired',
};
