import { isEqual } from '../equal.ts';
import type { ProductRecord } from '../product/product.ts';
import type { RegistryRecord } from '../registry.ts';
import { holdsAccess, type SubscriptionRecord } from '../subscription/subscription.ts';
import { isSuspended } from '../suspension.ts';

/**
 * True when the change moved desired state: a product's generation, or what a subscription gives to whom. Status, share records (which
 * the reconcile itself writes and the sync takes reports into) and refused attempts do not.
 */
export function needsReconcile(before: RegistryRecord | undefined, after: RegistryRecord | undefined): boolean {
  const former = before?.type === 'product' ? before.generation : undefined;
  if (after?.type === 'product') return former !== after.generation || lookAskedFor(before, after) !== undefined;
  if (after?.type === 'subscription') {
    return !isEqual(entitlement(before?.type === 'subscription' ? before : undefined), entitlement(after));
  }
  return after === undefined && (before?.type === 'product' || before?.type === 'subscription');
}

/** What somebody asked for with this change: a look at what was changed past the mesh, and to put it right (`mend`). */
export function lookAskedFor(
  before: RegistryRecord | undefined,
  after: RegistryRecord | undefined,
): ProductRecord['lookAsked'] {
  if (after?.type !== 'product') return undefined;
  return before?.type === 'product' && isEqual(before.lookAsked, after.lookAsked) ? undefined : after.lookAsked;
}

/** What a live subscription gives, undefined for one that gives nothing. */
function entitlement(subscription: SubscriptionRecord | undefined): unknown {
  if (subscription === undefined || !holdsAccess(subscription)) return undefined;
  if (isSuspended(subscription)) return undefined;
  return [subscription.account, subscription.principals, subscription.wholeAccount, subscription.approved];
}
