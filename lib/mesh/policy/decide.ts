import type { ProductDraft } from '../contract/draft.ts';
import type { ProductRecord } from '../product/product.ts';
import type { AccessScope } from '../subscription/subscription.ts';
import type { Topology } from '../topology/topology.ts';

/** What policy says, and which policies said it. */
export interface Decision {
  readonly effect: 'allow' | 'deny' | 'ask';
  readonly policies: readonly { readonly id: string; readonly message: string }[];
}

export interface SubscriptionRequest {
  readonly consumer: string;
  readonly scope: AccessScope;
  readonly purpose: string;
  readonly expiresAt?: string;
}

export declare function decidePublish(draft: ProductDraft, topology: Topology): Decision;
export declare function decideSubscription(
  product: ProductRecord,
  request: SubscriptionRequest,
  topology: Topology,
): Decision;
