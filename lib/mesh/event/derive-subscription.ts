import { missingApprovals } from '../subscription/approval.ts';
import { endOf } from '../subscription/end.ts';
import type { DomainRecord } from '../subscription/stop.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { Derived } from './derive-life.ts';

/** What gathers and what ages in a subscription: approvals, the notice before its end, and whether it goes on. */
export function ofAge(
  before: SubscriptionRecord | undefined,
  after: SubscriptionRecord,
  audience: readonly string[],
): Derived[] {
  if (before === undefined) return [];
  const derived: Derived[] = [];
  const given = (record: SubscriptionRecord) => record.approvals?.length ?? 0;
  if (after.state === 'pending' && given(after) > given(before)) {
    derived.push({ type: 'SubscriptionApprovalGiven', audience, data: { waitsFor: missingApprovals(after) } });
  }
  const end = endOf(after);
  const ends = end === undefined ? {} : { ends: end.at };
  if (after.state === 'expiring' && before.state === 'active') {
    derived.push({ type: 'SubscriptionExpiring', audience, data: ends });
  }
  const action = after.change.action;
  if (action === 'SubscriptionRenewed') {
    derived.push({ type: 'SubscriptionRenewed', audience, data: ends });
  } else if (after.renewal !== undefined && before.renewal === undefined) {
    const data = { ...ends, waitsFor: missingApprovals(after.renewal) };
    derived.push({ type: 'SubscriptionRenewalRequested', audience, data });
  } else if (action === 'SubscriptionRenewalRejected' && before.renewal !== undefined) {
    derived.push({ type: 'SubscriptionRenewalRejected', audience, data: ends });
  }
  return derived;
}

/** A domain is stopped or goes on; those whom it concerns are told. */
export function ofDomain(before: DomainRecord | undefined, after: DomainRecord): Derived[] {
  const was = before?.stops.length ?? 0;
  if (was === after.stops.length) return [];
  const stops = after.stops.map(({ side, reach }) => `${side}: ${reach}`);
  const type = after.stops.length > was ? 'DomainSuspended' : 'DomainResumed';
  return [{ type, audience: [after.name, ...after.concerns], data: { stops } }];
}
