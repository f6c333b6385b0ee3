import type { Checked } from '../error.ts';
import type { Findings } from '../yaml/findings.ts';
import { checkApproval, missingApprovals, OWNER } from './approval.ts';
import { daysAfter, describeEnd, endOf, hasEnded, isNearEnd } from './end.ts';
import { narrowEnd } from './narrowing.ts';
import { type Act, guard, move } from './step.ts';
import type { Renewal, SubscriptionRecord } from './subscription.ts';
import { approvalOf, isMesh, refuseRequester, type Terms } from './transitions.ts';

/** What a renewal asks for. */
export interface RenewalWish extends Pick<Renewal, 'side' | 'until'> {
  /** Classes that each have to say yes; none: policy has said yes for all of them. */
  readonly approvers: readonly string[];
}

/**
 * Somebody asks that a subscription goes on: until a later end, or as it is, certified again. One wish waits at a time (`WEFT-SUBSCRIPTION-010`); a new
 * end has to be later than the one there is, and without one there has to be something to certify (`WEFT-SUBSCRIPTION-011`).
 */
export function requestRenewal(
  subscription: SubscriptionRecord,
  act: Act,
  { side, until, approvers }: RenewalWish,
): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionRenewalRequested');
  refuseEnded(subscription, act, findings);
  const { id, renewal, expiresAt, recertifyBy } = subscription;
  if (renewal !== undefined) {
    const message = `a renewal of "${id}" waits for ${missingApprovals(renewal).join(', ')} already`;
    findings.error(10, {}, message, 'let it be decided first');
  }
  if (until === undefined && recertifyBy === undefined) {
    const message = `"${id}" has nothing to certify: it ends ${expiresAt ?? 'never'}`;
    findings.error(
      11,
      {},
      message,
      expiresAt === undefined ? 'there is nothing to do' : 'say until when it shall go on',
    );
  }
  if (until !== undefined && (expiresAt === undefined || Date.parse(until) <= Date.parse(expiresAt))) {
    const message = `"${id}" ends ${expiresAt ?? 'never'}, which is not before ${until}`;
    findings.error(11, {}, message, 'a renewal moves an end to a later time; to shorten it, revoke it and ask again');
  }
  const next = move(subscription, subscription.state, act, 'SubscriptionRenewalRequested');
  const wish: Renewal = {
    requestedBy: act.actor,
    side,
    at: act.at,
    ...(until === undefined ? {} : { until }),
    ...(act.reason === undefined ? {} : { reason: act.reason }),
    approvers,
    approvals: [],
  };
  return findings.outcome<SubscriptionRecord>({ ...next, renewal: wish });
}

/**
 * A class of approvers, or the mesh by policy for all of them, lets a subscription go on; with the last class it does. Only the end moves, and never beyond
 * what was asked for. Whoever asked cannot, but for the owner's side, which certifies what it gave; nor can the one who once asked for the subscription.
 */
export function approveRenewal(
  subscription: SubscriptionRecord,
  act: Act,
  terms: Terms & { readonly until?: string | undefined } = {},
): Checked<SubscriptionRecord> {
  const { as = OWNER, recertifyDays } = terms;
  const findings = guard(subscription, 'SubscriptionRenewed');
  refuseEnded(subscription, act, findings);
  const { renewal, ...rest } = subscription;
  if (renewal === undefined) {
    findings.error(12, {}, `no renewal of "${subscription.id}" waits`, 'ask for one: weft subscription renew');
    return findings.outcome<SubscriptionRecord>(undefined);
  }
  const approvers = terms.approvers ?? renewal.approvers;
  const byPolicy = isMesh(act);
  refuseRequester(subscription.requestedBy, act, findings);
  if (renewal.side === 'consumer') refuseRequester(renewal.requestedBy, act, findings);
  if (!byPolicy) checkApproval({ approvers, approvals: renewal.approvals }, act, as, findings);
  const approvals = byPolicy ? renewal.approvals : [...renewal.approvals, approvalOf(act, as)];
  const until = narrowEnd(renewal.until, renewal.until === undefined ? undefined : terms.until);
  if (until !== undefined && Date.parse(until) <= Date.parse(subscription.expiresAt ?? '')) {
    const message = `"${subscription.id}" ends ${subscription.expiresAt}, which is not before ${until}`;
    findings.error(11, {}, message, 'approve a later end, or reject the renewal');
  }
  const wish = { ...renewal, approvers, approvals, ...(until === undefined ? {} : { until }) };
  if (!byPolicy && missingApprovals(wish).length > 0) {
    const next = move(subscription, subscription.state, act, 'SubscriptionRenewalApprovalGiven');
    return findings.outcome<SubscriptionRecord>({ ...next, renewal: wish });
  }
  const { recertifyBy: _, ...open } = rest;
  const renewed = {
    ...open,
    ...(until === undefined ? {} : { expiresAt: until }),
    ...(recertifyDays === undefined ? {} : { recertifyBy: daysAfter(act.at, recertifyDays) }),
  };
  const state = subscription.state === 'expiring' && isNearEnd(renewed, act.at) ? 'expiring' : 'active';
  return findings.outcome<SubscriptionRecord>(move(renewed, state, act, 'SubscriptionRenewed'));
}

/** The wish is turned down, or taken back by whoever asked; the subscription ends when it would have ended. */
export function rejectRenewal(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord> {
  const findings = guard(subscription, 'SubscriptionRenewalRejected');
  const { renewal, ...rest } = subscription;
  if (renewal === undefined) {
    findings.error(12, {}, `no renewal of "${subscription.id}" waits`, 'there is nothing to reject');
    return findings.outcome<SubscriptionRecord>(undefined);
  }
  return findings.outcome<SubscriptionRecord>(move(rest, subscription.state, act, 'SubscriptionRenewalRejected'));
}

/** What has ended by the clock stays ended, whether a sweep has said so or not: to have it again is a request of its own. */
function refuseEnded(subscription: SubscriptionRecord, act: Act, findings: Findings): void {
  const end = endOf(subscription);
  if (end === undefined || !hasEnded(subscription, act.at)) return;
  const message = `the subscription "${subscription.id}" is over: ${describeEnd(end)}`;
  findings.error(7, {}, message, 'ask for a new one: weft subscription request');
}
