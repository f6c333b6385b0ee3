import type { ProductRecord } from '../product/product.ts';
import type { ShareRecord, SubscriptionRecord, SubscriptionState } from './subscription.ts';

/** Where a subscription stands, from what was read back. */
export interface Readiness {
  readonly state: SubscriptionState;
  readonly status: SubscriptionRecord['status'];
}

/** `governanceGrantsOk`: the central grants and filters were read back and equal the desired ones. `now` is ISO 8601. */
export declare function subscriptionStatus(
  subscription: SubscriptionRecord,
  product: ProductRecord,
  share: ShareRecord | undefined,
  governanceGrantsOk: boolean,
  now: string,
): Readiness;
