import type { Grant } from '../access/grant.ts';
import type { RevocationProof, ShareRecord, SubscriptionRecord } from './subscription.ts';

/** What a read-back of the governance account shows of one consumer's account, and whose that is. */
export interface Remains {
  /** ISO 8601. */
  readonly at: string;
  readonly grants: readonly Grant[];
  /** The ids of what else the consumer has of the product. */
  readonly others: readonly string[];
}

/** The grants that an account or its principals hold. */
export function heldBy(account: string, grants: readonly Grant[]): Grant[] {
  return grants.filter(({ principal }) => principal.split(':').includes(account));
}

/** The read-backs of both accounts with their times, to be kept with what is gone. */
export function proofOf(
  { account }: SubscriptionRecord,
  share: ShareRecord | undefined,
  { at, grants, others }: Remains,
  now: string,
): RevocationProof {
  const report = share?.applied;
  const consumer = report && { account, at: report.at, linkExists: report.linkExists, grants: report.readBack };
  return {
    at: now,
    governance: { account, at, grants },
    ...(consumer === undefined ? {} : { consumer }),
    others,
  };
}
