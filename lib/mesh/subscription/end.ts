import type { SubscriptionRecord } from './subscription.ts';

const DAY_MS = 86_400_000;

/** Days before an end at which both sides are told. */
const NOTICE_DAYS = 14;

type Ends = Pick<SubscriptionRecord, 'expiresAt' | 'recertifyBy'>;

/** What ends a subscription, and when: the earlier of its end and the day by which its owner has to certify it. */
export interface End {
  readonly cause: 'expiry' | 'recertification';
  /** ISO 8601. */
  readonly at: string;
}

/** The next end; undefined for what goes on for ever. */
export function endOf({ expiresAt, recertifyBy }: Ends): End | undefined {
  const expiry = expiresAt === undefined ? undefined : { cause: 'expiry' as const, at: expiresAt };
  const certification = recertifyBy === undefined ? undefined : { cause: 'recertification' as const, at: recertifyBy };
  if (expiry === undefined || certification === undefined) return expiry ?? certification;
  return Date.parse(certification.at) < Date.parse(expiry.at) ? certification : expiry;
}

/** True from the moment of its end on, whether anybody has noticed or not. `now` is ISO 8601. */
export function hasEnded(subscription: Ends, now: string): boolean {
  const end = endOf(subscription);
  return end !== undefined && Date.parse(end.at) <= Date.parse(now);
}

/** True within the days before the end at which both sides are told. */
export function isNearEnd(subscription: Ends, now: string): boolean {
  const end = endOf(subscription);
  return end !== undefined && Date.parse(end.at) - NOTICE_DAYS * DAY_MS <= Date.parse(now);
}

/** ISO 8601 in UTC, so many days later. */
export function daysAfter(at: string, days: number): string {
  return new Date(Date.parse(at) + days * DAY_MS).toISOString();
}

/** Why it ends, in words for people. */
export function describeEnd({ cause, at }: End): string {
  return cause === 'expiry' ? `it ended ${at}` : `its owner did not certify it by ${at}`;
}
