import type { ProductRecord } from './product/product.ts';
import type { Change } from './record.ts';
import type { ShareRecord, SubscriptionRecord } from './subscription/subscription.ts';

/** A command that was refused: kept for the trail, until `expires` (epoch seconds) at the earliest. */
export interface AttemptRecord {
  readonly type: 'attempt';
  readonly change: Change;
  readonly expires?: number;
}

/** Everything that tells a part of the mesh's story; the registry's source pointers do not. */
export type RegistryRecord = ProductRecord | SubscriptionRecord | ShareRecord | AttemptRecord;
