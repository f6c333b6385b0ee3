import type { Checked } from '../error.ts';
import type { Change } from '../record.ts';
import { type Suspension, withoutSuspension, withSuspension } from '../suspension.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import { Findings } from '../yaml/findings.ts';
import { type Narrowing, narrow, narrowEnd } from './narrowing.ts';
import type { SubscriptionRecord, SubscriptionState } from './subscription.ts';

export type { Narrowing } from './narrowing.ts';

/** Who acts, when and why. */
export interface Act {
  /** The ARN of a principal, or `weft:<lambda>` for the mesh itself. */
  readonly actor: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly correlation: string;
  readonly reason?: string;
  /** The ids of the policies that decided. */
  readonly policies?: readonly string[];
}

/** From which states each step may start. A transition leaves `generation` and `revision` to the registry's write. */
const FROM = {
  SubscriptionApproved: ['pending'],
  SubscriptionRejected: ['pending'],
  SubscriptionActivated: ['approved'],
  SubscriptionRevoking: ['approved', 'active'],
  SubscriptionWithdrawn: ['pending'],
  SubscriptionRevoked: ['revoking'],
  SubscriptionExpired: ['pending', 'approved', 'active'],
  SubscriptionSuspended: ['approved', 'active'],
  SubscriptionResumed: ['approved', 'active'],
} as const satisfies Record<string, readonly SubscriptionState[]>;

/**
 * The owner, or the mesh by policy, approves a pending subscription, at most as it was requested. The requester cannot
 * (`WEFT-SUBSCRIPTION-002`), whatever role the requester has.
 */
export function approve(
  subscription: SubscriptionRecord,
  act: Act,
  narrowing: Narrowing,
  ladder: ClassificationLadder,
): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionApproved');
  const scope = narrow(subscription.requested, narrowing, ladder);
  findings.add(scope.problems);
  if (!scope.ok) return findings.outcome<SubscriptionRecord>(undefined);
  const expiresAt = narrowEnd(subscription.expiresAt, narrowing.expiresAt);
  if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(act.at)) {
    const message = `the subscription "${subscription.id}" ended ${expiresAt}`;
    findings.error(7, {}, message, 'reject it, and let it be requested with a later end');
  }
  return findings.outcome<SubscriptionRecord>({
    ...move(subscription, 'approved', act, 'SubscriptionApproved'),
    approved: scope.value,
    decidedBy: act.actor,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** The owner rejects a pending subscription. */
export function reject(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionRejected');
  const next = end(move(subscription, 'rejected', act, 'SubscriptionRejected'), act);
  return findings.outcome<SubscriptionRecord>({ ...next, decidedBy: act.actor });
}

/** The mesh has read back that the grants are there. */
export function activate(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionActivated');
  const next = move(subscription, 'active', act, 'SubscriptionActivated');
  const activatedAt = subscription.status.activatedAt ?? act.at;
  return findings.outcome<SubscriptionRecord>({ ...next, status: { ...next.status, activatedAt } });
}

/** Either side ends a subscription: one that was granted goes to `revoking` until nothing is left, one that is pending is `revoked` at once. */
export function revoke(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  if (subscription.state === 'pending') {
    const findings = guard(subscription, act, 'SubscriptionWithdrawn');
    return findings.outcome(end(move(subscription, 'revoked', act, 'SubscriptionWithdrawn'), act));
  }
  const findings = guard(subscription, act, 'SubscriptionRevoking');
  return findings.outcome<SubscriptionRecord>(move(subscription, 'revoking', act, 'SubscriptionRevoking'));
}

/** The mesh has read back that nothing of the subscription is left. */
export function markRevoked(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionRevoked');
  return findings.outcome(end(move(subscription, 'revoked', act, 'SubscriptionRevoked'), act));
}

/** The subscription's end has come; `status.endedAt` follows when the read-back shows that nothing is left. */
export function expire(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionExpired');
  if (subscription.expiresAt === undefined || Date.parse(subscription.expiresAt) > Date.parse(act.at)) {
    const message = `the subscription "${subscription.id}" ends ${subscription.expiresAt ?? 'never'}`;
    findings.error(6, {}, message, 'revoke it, or wait for its end');
  }
  return findings.outcome<SubscriptionRecord>(move(subscription, 'expired', act, 'SubscriptionExpired'));
}

/** A side stops what was granted; the subscription keeps its state, its scope and its end. */
export function suspend(
  subscription: SubscriptionRecord,
  act: Act,
  suspension: Suspension,
): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionSuspended');
  const next = move(subscription, subscription.state, act, 'SubscriptionSuspended');
  return findings.outcome<SubscriptionRecord>(withSuspension(next, suspension));
}

/** A side takes its suspension back. */
export function resume(subscription: SubscriptionRecord, act: Act, side: string): Checked<SubscriptionRecord> {
  const findings = guard(subscription, act, 'SubscriptionResumed');
  const next = move(subscription, subscription.state, act, 'SubscriptionResumed');
  return findings.outcome<SubscriptionRecord>(withoutSuspension(next, side));
}

function guard(subscription: SubscriptionRecord, act: Act, action: keyof typeof FROM): Findings {
  const findings = new Findings('SUBSCRIPTION');
  const from: readonly SubscriptionState[] = FROM[action];
  if (!from.includes(subscription.state)) {
    const message = `the subscription "${subscription.id}" is ${subscription.state}, not ${from.join(' or ')}`;
    findings.error(1, {}, message, 'look at its state first: weft subscription list');
  }
  const decides = action === 'SubscriptionApproved' || action === 'SubscriptionRejected';
  if (decides && principalOf(act.actor) === principalOf(subscription.requestedBy)) {
    findings.error(
      2,
      {},
      `${act.actor} requested this subscription and cannot decide it`,
      'ask another steward of the owning domain, whose role is another: a session of the same role does not count',
    );
  }
  return findings;
}

/** Account and role behind a session: whoever may assume a role names the session at will. */
function principalOf(arn: string): string {
  const role = /^arn:[^:]+:(?:sts|iam)::(\d+):(?:assumed-role\/([^/]+)\/|role\/(?:.*\/)?([^/]+)$)/.exec(arn);
  return role === null ? arn : `${role[1]} ${role[2] ?? role[3]}`;
}

function move(
  subscription: SubscriptionRecord,
  state: SubscriptionState,
  act: Act,
  action: string,
): SubscriptionRecord {
  const { actor, at, correlation, reason, policies } = act;
  const change: Change = {
    actor,
    action,
    at,
    correlation,
    ...(reason === undefined ? {} : { reason }),
    ...(policies === undefined ? {} : { policies }),
  };
  return { ...subscription, state, change };
}

function end(subscription: SubscriptionRecord, act: Act): SubscriptionRecord {
  return { ...subscription, status: { ...subscription.status, endedAt: act.at } };
}
