import { intentAt } from '../access/ends.ts';
import { diffGrants } from '../plan/grants.ts';
import type { ProductRecord } from '../product/product.ts';
import { type Condition, withCondition } from '../record.ts';
import { isSuspended } from '../suspension.ts';
import { hasEnded } from './end.ts';
import { proofOf, type Remains } from './proof.ts';
import type { ShareIntent, ShareRecord, SubscriptionRecord, SubscriptionState } from './subscription.ts';

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
 * `active`: the central grants and filters were read back as desired (`governanceGrantsOk`), and the consumer's agent has looked at what stands
 * for the share's generation or a later one, with every grant of the subscription's roles among what it read back.
 * `revoked`, or ended when `expired`: the central side was read back as desired, and the agent's report shows no grant of its roles that the
 * intent does not want, and no link when none is wanted; what was read back is kept as its proof. One that is suspended, by itself, with its product or with a
 * whole domain (`stopped`), keeps its state; its conditions say `Suspended` after the same proof. One that is over stays as it is until somebody
 * ends it. `now` is ISO 8601.
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
  around: Around = {},
): Readiness {
  const facts = { subscription, product, share, governanceGrantsOk, now, around };
  switch (subscription.state) {
    case 'approved':
    case 'active':
    case 'expiring':
      if (hasEnded(subscription, now)) return { state: subscription.state, status: subscription.status };
      return isSuspended(subscription) || isSuspended(product) || around.stopped === true || isWithheld(facts)
        ? pausing(facts)
        : arriving(facts);
    case 'revoking':
    case 'expired':
      return leaving(facts);
    default:
      return { state: subscription.state, status: subscription.status };
  }
}

/** What else the rule looks at. */
export interface Around {
  /** A whole domain is suspended, the consumer or the owner: nothing of the product may be left with the consumer. */
  readonly stopped?: boolean;
  /** Its principals that get nothing now, for their application is suspended. */
  readonly withheld?: readonly string[];
  /** What was read back in the governance account, and whose it is; without it nothing is said to be gone. */
  readonly remains?: Remains | undefined;
}

interface Facts {
  readonly around: Around;
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
  const arrives = subscription.state === 'approved' && governanceGrantsOk && linked;
  if (!arrives) return { state: subscription.state, status: { ...subscription.status, conditions } };
  const activatedAt = subscription.status.activatedAt ?? now;
  return { state: 'active', status: { ...subscription.status, conditions, activatedAt } };
}

function pausing(facts: Facts): Readiness {
  const { subscription, share, governanceGrantsOk, around } = facts;
  // An intent from before a whole domain was stopped still wants the link: a report on it proves nothing.
  const asked = around.stopped !== true || share?.intent.link === undefined;
  const gone = governanceGrantsOk && asked && isUnlinked(facts);
  const conditions = describe(facts, {
    shared: gone ? SUSPENDED : 'SuspensionPending',
    sharedNow: false,
    linked: gone ? SUSPENDED : waitingReason(facts),
    linkedNow: false,
  });
  return { state: subscription.state, status: { ...subscription.status, conditions } };
}

function leaving(facts: Facts): Readiness {
  const { subscription, share, governanceGrantsOk, now, around } = facts;
  const gone = governanceGrantsOk && around.remains !== undefined && isUnlinked(facts);
  const conditions = describe(facts, {
    shared: gone ? 'Revoked' : 'RevocationPending',
    sharedNow: false,
    linked: gone ? 'NothingLeft' : waitingReason(facts),
    linkedNow: false,
  });
  if (!gone) return { state: subscription.state, status: { ...subscription.status, conditions } };
  const endedAt = subscription.status.endedAt ?? now;
  const proof = subscription.status.proof ?? proofOf(subscription, share, around.remains as Remains, now);
  const state = subscription.state === 'revoking' ? 'revoked' : subscription.state;
  return { state, status: { ...subscription.status, conditions, endedAt, proof } };
}

/** The report speaks of the intent as it is now, and of what was seen after applying it, whatever else could not be applied. */
function isFresh({ applied, generation }: ShareRecord): boolean {
  return applied !== undefined && (applied.ok || applied.looked === true) && applied.generation >= generation;
}

/** The intent as the report speaks of it: what the agent ended by itself, since its time had come, is not wanted. */
function wantedOf({ intent, applied }: ShareRecord): ShareIntent {
  return applied?.ended === undefined ? intent : intentAt(intent, applied.ended).intent;
}

/** Every role that it is for gets nothing now. */
function isWithheld({ subscription, around }: Facts): boolean {
  const { principals } = subscription;
  return principals.length > 0 && principals.every((principal) => around.withheld?.includes(principal) === true);
}

function isLinked({ subscription, share, around }: Facts): boolean {
  if (share?.applied === undefined || !isFresh(share)) return false;
  if (share.intent.link === undefined || !share.applied.linkExists) return false;
  const wanted = wantedOf(share).grants.filter((grant) => subscription.principals.includes(grant.principal));
  const expected = subscription.principals.filter((principal) => around.withheld?.includes(principal) !== true);
  const covered = expected.every((principal) => wanted.some((grant) => grant.principal === principal));
  return covered && diffGrants(wanted, share.applied.readBack).every((change) => change.kind === 'revoke');
}

function isUnlinked({ subscription, share }: Facts): boolean {
  if (share === undefined) return true;
  if (share.applied === undefined || !isFresh(share)) return false;
  // What a whole account passed on is held by roles that nobody named.
  const mine = (grants: ShareRecord['intent']['grants']) =>
    grants.filter(({ principal }) => subscription.wholeAccount === true || subscription.principals.includes(principal));
  // Another subscription may want grants for the same roles: those stay.
  const wanted = mine(wantedOf(share).grants);
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
