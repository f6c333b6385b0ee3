import type { Checked } from '../error.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import type { AccessScope, SubscriptionRecord } from './subscription.ts';

/** Who acts, when and why. */
export interface Act {
  readonly actor: string;
  readonly at: string;
  readonly correlation: string;
  readonly reason?: string;
  readonly policies?: readonly string[];
}

/** What an approval may narrow; what is absent stays as it was requested. */
export interface Narrowing extends Partial<AccessScope> {
  readonly expiresAt?: string;
}

export declare function approve(
  subscription: SubscriptionRecord,
  act: Act,
  narrowing: Narrowing,
  ladder: ClassificationLadder,
): Checked<SubscriptionRecord>;
export declare function reject(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord>;
export declare function activate(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord>;
export declare function revoke(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord>;
export declare function markRevoked(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord>;
export declare function expire(subscription: SubscriptionRecord, act: Act): Checked<SubscriptionRecord>;
