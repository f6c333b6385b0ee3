import { diffGrants } from '../plan/grants.ts';
import type { ProductRecord } from '../product/product.ts';
import { type Condition, withCondition } from '../record.ts';
import { isSuspended } from '../suspension.ts';
import type { ShareRecord, SubscriptionRecord, SubscriptionState } from './subscription.ts';

/** The reason of the conditions `Shared` and `Linked` once both accounts were read back without anything of what is suspended. */
export const SUSPENDED = 'Suspended';

/** Where a subscription stands, from what was read back. */
export interface Readiness {
  readonly state: SubscriptionState;
  readonly status: SubscriptionRecord['status'];
}

/**
 * The one rule for when a subscription is there and when it is gone.
 *
 * `active`: the central grants and filters were read back as desired (`governanceGrantsOk`), and the consumer's agent reported success for the
 * share's generation or a later one, with every grant of the subscription's roles among what it read back.
 * `revoked`, or ended when `expired`: the central side was read back as desired, and the agent's report shows no grant of its roles that the
 * intent does not want, and no link when none is wanted. One that is suspended, by itself or with its product, keeps its state; its
 * conditions say `Suspended` after the same proof. `now` is ISO 8601.
 *
 * `governanceGrantsOk` has to speak of a reconcile of the subscription's generation or a later one, and `share` of an intent no older than
 * that reconcile: an older intent would still want what has to go.
 */
export function subscriptionStatus(
  subscription: SubscriptionRecord,
  product: ProductRecord,
  share: ShareRecord | undefined,
  governanceGrantsOk: boolean,
  now: string,
): Readiness {
  const facts = { subscription, product, share, governanceGrantsOk, now };
  switch (subscription.state) {
    case 'approved':
    case 'active':
      return isSuspended(subscription) || isSuspended(product) ? pausing(facts) : arriving(facts);
    case 'revoking':
    case 'expired':
      return leaving(facts);
    default:
      return { state: subscription.state, status: subscription.status };
  }
}

interface Facts {
  readonly subscription: SubscriptionRecord;
  readonly product: ProductRecord;
  readonly share: ShareRecord | undefined;
  readonly governanceGrantsOk: boolean;
  readonly now: string;
}

function arriving(facts: Facts): Readiness {
  const { subscription, governanceGrantsOk, now } = facts;
  const linked = isLinked(facts);
  const conditions = describe(facts, {
    shared: governanceGrantsOk ? 'Granted' : 'GrantsPending',
    sharedNow: governanceGrantsOk,
    linked: linked ? 'LinkedAndGranted' : waitingReason(facts),
    linkedNow: linked,
  });
  const over = subscription.expiresAt !== undefined && Date.parse(subscription.expiresAt) <= Date.parse(now);
  const arrives = subscription.state === 'approved' && governanceGrantsOk && linked && !over;
  if (!arrives) return { state: subscription.state, status: { ...subscription.status, conditions } };
  const activatedAt = subscription.status.activatedAt ?? now;
  return { state: 'active', status: { ...subscription.status, conditions, activatedAt } };
}

function pausing(facts: Facts): Readiness {
  const { subscription, governanceGrantsOk } = facts;
  const gone = governanceGrantsOk && isUnlinked(facts);
  const conditions = describe(facts, {
    shared: gone ? SUSPENDED : 'SuspensionPending',
    sharedNow: false,
    linked: gone ? SUSPENDED : waitingReason(facts),
    linkedNow: false,
  });
  return { state: subscription.state, status: { ...subscription.status, conditions } };
}

function leaving(facts: Facts): Readiness {
  const { subscription, governanceGrantsOk, now } = facts;
  const gone = governanceGrantsOk && isUnlinked(facts);
  const conditions = describe(facts, {
    shared: gone ? 'Revoked' : 'RevocationPending',
    sharedNow: false,
    linked: gone ? 'NothingLeft' : waitingReason(facts),
    linkedNow: false,
  });
  if (!gone) return { state: subscription.state, status: { ...subscription.status, conditions } };
  const endedAt = subscription.status.endedAt ?? now;
  const state = subscription.state === 'revoking' ? 'revoked' : subscription.state;
  return { state, status: { ...subscription.status, conditions, endedAt } };
}

/** The report speaks of the intent as it is now. */
function isFresh(share: ShareRecord | undefined): boolean {
  return share?.applied?.ok === true && share.applied.generation >= share.generation;
}

function isLinked({ subscription, share }: Facts): boolean {
  if (share?.applied === undefined || !isFresh(share)) return false;
  if (share.intent.link === undefined || !share.applied.linkExists) return false;
  const wanted = share.intent.grants.filter((grant) => subscription.principals.includes(grant.principal));
  const covered = subscription.principals.every((principal) => wanted.some((grant) => grant.principal === principal));
  return covered && diffGrants(wanted, share.applied.readBack).every((change) => change.kind === 'revoke');
}

function isUnlinked({ subscription, share }: Facts): boolean {
  if (share === undefined) return true;
  if (share.applied === undefined || !isFresh(share)) return false;
  const mine = (grants: ShareRecord['intent']['grants']) =>
    grants.filter((grant) => subscription.principals.includes(grant.principal));
  // Another subscription may want grants for the same roles: those stay.
  const wanted = mine(share.intent.grants);
  if (share.intent.link === undefined && share.applied.linkExists) return false;
  return diffGrants(wanted, mine(share.applied.readBack)).every((change) => change.kind === 'grant');
}

function waitingReason({ share }: Facts): string {
  if (share?.applied === undefined) return 'WaitingForAgent';
  if (!share.applied.ok) return 'AgentFailed';
  return share.applied.generation < share.generation ? 'WaitingForAgent' : 'ReadBackDiffers';
}

function describe(
  { subscription, product, share, now }: Facts,
  reasons: { shared: string; sharedNow: boolean; linked: string; linkedNow: boolean },
): readonly Condition[] {
  const error = share?.applied?.error;
  const stamp = { generation: product.generation, at: now };
  const shared = withCondition(subscription.status.conditions, {
    type: 'Shared',
    status: reasons.sharedNow ? 'true' : 'false',
    reason: reasons.shared,
    ...stamp,
  });
  return withCondition(shared, {
    type: 'Linked',
    status: reasons.linkedNow ? 'true' : 'false',
    reason: reasons.linked,
    ...(reasons.linked === 'AgentFailed' && error !== undefined ? { message: error } : {}),
    ...stamp,
  });
}
