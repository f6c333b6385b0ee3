import type { Checked } from '../error.ts';
import { type Suspension, withoutSuspension, withSuspension } from '../suspension.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import { checkApproval, isSameParty, missingApprovals, OWNER } from './approval.ts';
import { daysAfter, describeEnd, endOf, hasEnded, isNearEnd } from './end.ts';
import { type Narrowing, narrow, narrowEnd } from './narrowing.ts';
import { type Act, guard, move } from './step.ts';
import type { SubscriptionRecord } from './subscription.ts';

export type { Narrowing } from './narrowing.ts';
export type { Act } from './step.ts';

/** On what terms somebody approves. */
export interface Terms {
  /** The class of approvers that this is the word of; default `owner`. */
  readonly as?: string;
  /** Every class that has to approve; default: those that the record names. */
  readonly approvers?: readonly string[];
  /** Days after which the owner has to certify it again; absent: never. */
  readonly recertifyDays?: number;
}

/**
 * A class of approvers, or the mesh by policy for all of them, approves a pending subscription, at most as it was requested; with the last class it is
 * approved. What approvals narrow adds up. The requester cannot (`WEFT-SUBSCRIPTION-002`), whatever role the requester has, nor anybody twice.
 */
export function approve(
  subscription: SubscriptionRecord,
  act: Act,
  narrowing: Narrowing,
  ladder: ClassificationLadder,
  terms: Terms = {},
): Checked<SubscriptionRecord> {
  const { as = OWNER, approvers = subscription.approvers ?? [OWNER], recertifyDays } = terms;
  const findings = guard(subscription, 'SubscriptionApproved');
  refuseRequester(subscription.requestedBy, act, findings);
  const byPolicy = isMesh(act);
  const { approvals: former = [] } = subscription;
  // One that is decided has its approvals: that it is not pending says all.
  if (!byPolicy && subscription.state === 'pending') checkApproval({ approvers, approvals: former }, act, as, findings);
  const scope = narrow(subscription.requested, narrowing, ladder, subscription.narrowed);
  findings.add(scope.problems);
  if (!scope.ok) return findings.outcome<SubscriptionRecord>(undefined);
  const expiresAt = narrowEnd(subscription.expiresAt, narrowing.expiresAt);
  if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(act.at)) {
    const message = `the subscription "${subscription.id}" ended ${expiresAt}`;
    findings.error(7, {}, message, 'reject it, and let it be requested with a later end');
  }
  const approvals = byPolicy ? former : [...former, approvalOf(act, as)];
  const end = expiresAt === undefined ? {} : { expiresAt };
  const kept = approvals.length === 0 ? {} : { approvers, approvals };
  if (!byPolicy && missingApprovals({ approvers, approvals }).length > 0) {
    const next = move(subscription, 'pending', act, 'SubscriptionApprovalGiven');
    return findings.outcome<SubscriptionRecord>({ ...next, ...end, ...kept, narrowed: scope.value });
  }
  const { narrowed: _, ...next } = move(subscription, 'approved', act, 'SubscriptionApproved');
  return findings.outcome<SubscriptionRecord>({
    ...next,
    ...end,
    ...kept,
    approved: scope.value,
    decidedBy: act.actor,
    ...(recertifyDays === undefined ? {} : { recertifyBy: daysAfter(act.at, recertifyDays) }),
  });
}

/** A class of approvers rejects a pending subscription; the requester withdraws it instead. */
export function reject(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionRejected');
  refuseRequester(subscription.requestedBy, act, findings);
  const next = ended(move(subscription, 'rejected', act, 'SubscriptionRejected'), act);
  return findings.outcome<SubscriptionRecord>({ ...next, decidedBy: act.actor });
}

/** The mesh has read back that the grants are there. */
export function activate(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionActivated');
  const next = move(subscription, 'active', act, 'SubscriptionActivated');
  const activatedAt = subscription.status.activatedAt ?? act.at;
  return findings.outcome<SubscriptionRecord>({ ...next, status: { ...next.status, activatedAt } });
}

/** Both sides are told that its end is near (`WEFT-SUBSCRIPTION-006` while it is not): 14 days before; it keeps giving access. */
export function giveNotice(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionExpiring');
  const end = endOf(subscription);
  if (!isNearEnd(subscription, act.at)) refuseEarly(subscription, findings);
  const reason =
    end && describeEnd(end).replace('it ended', 'it ends').replace('did not certify it', 'has to certify it');
  return findings.outcome<SubscriptionRecord>(
    move(subscription, 'expiring', { ...act, reason: act.reason ?? reason }, 'SubscriptionExpiring'),
  );
}

/** Either side ends a subscription: one that was granted goes to `revoking` until nothing is left, one that is pending is `revoked` at once. */
export function revoke(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  if (subscription.state === 'pending') {
    const findings = guard(subscription, 'SubscriptionWithdrawn');
    return findings.outcome(ended(move(subscription, 'revoked', act, 'SubscriptionWithdrawn'), act));
  }
  const findings = guard(subscription, 'SubscriptionRevoking');
  return findings.outcome<SubscriptionRecord>(
    because(move(subscription, 'revoking', act, 'SubscriptionRevoking'), act),
  );
}

/** The mesh has read back that nothing of the subscription is left. */
export function markRevoked(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionRevoked');
  return findings.outcome(ended(move(subscription, 'revoked', act, 'SubscriptionRevoked'), act));
}

/** The subscription's end has come, or nobody certified it; `status.endedAt` follows when the read-back shows that nothing is left. */
export function expire(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionExpired');
  const end = endOf(subscription);
  if (!hasEnded(subscription, act.at)) refuseEarly(subscription, findings);
  const reason = act.reason ?? (end && describeEnd(end));
  const why = { ...act, ...(reason === undefined ? {} : { reason }) };
  return findings.outcome<SubscriptionRecord>(because(move(subscription, 'expired', why, 'SubscriptionExpired'), why));
}

/** A side stops what was granted; the subscription keeps its state, its scope and its end. */
export function suspend(
  subscription: SubscriptionRecord,
  act: Act,
  suspension: Suspension,
): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionSuspended');
  const next = move(subscription, subscription.state, act, 'SubscriptionSuspended');
  return findings.outcome<SubscriptionRecord>(withSuspension(next, suspension));
}

/** A side takes its suspension back. */
export function resume(subscription: SubscriptionRecord, act: Act, side: string): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionResumed');
  const next = move(subscription, subscription.state, act, 'SubscriptionResumed');
  return findings.outcome<SubscriptionRecord>(withoutSuspension(next, side));
}

/** The mesh itself acts: by policy, or by the clock. */
export function isMesh({ actor }: Pick<Act, 'actor'>): boolean {
  return actor.startsWith('weft:');
}

/** Nobody decides about what the same party asked for (`WEFT-SUBSCRIPTION-002`). */
export function refuseRequester(requestedBy: string, { actor }: Act, findings: Findings): void {
  if (!isSameParty(actor, requestedBy)) return;
  findings.error(
    2,
    {},
    `${actor} requested this subscription and cannot decide it`,
    'ask somebody else, whose role and name are others: a session of the same role does not count',
  );
}

/** The word of a class. */
export function approvalOf({ actor, at, reason }: Act, as: string) {
  return { class: as, by: actor, at, ...(reason === undefined ? {} : { reason }) };
}

function refuseEarly(subscription: SubscriptionRecord, findings: Findings): void {
  const message = `the subscription "${subscription.id}" ends ${endOf(subscription)?.at ?? 'never'}`;
  findings.error(6, {}, message, 'revoke it, or wait for its end');
}

function ended(subscription: SubscriptionRecord, act: Act): SubscriptionRecord {
  return because({ ...subscription, status: { ...subscription.status, endedAt: act.at } }, act);
}

function because(subscription: SubscriptionRecord, { reason }: Act): SubscriptionRecord {
  return reason === undefined ? subscription : { ...subscription, endedFor: reason };
}
