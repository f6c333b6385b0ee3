import type { RegistryRecord } from '../registry.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import type { MeshEvent } from './envelope.ts';

/** The mesh's events for one committed change; `subscriptions` are those of the product, for the audience. */
export declare function deriveEvents(
  before: RegistryRecord | undefined,
  after: RegistryRecord | undefined,
  subscriptions: readonly SubscriptionRecord[],
): MeshEvent[];

/** True when the change moved desired state, or what a reconcile has to look at again. */
export declare function needsReconcile(before: RegistryRecord | undefined, after: RegistryRecord | undefined): boolean;
