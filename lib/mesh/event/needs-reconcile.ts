import { isEqual } from '../equal.ts';
import type { RegistryRecord } from '../registry.ts';
import type { SubscriptionRecord } from '../subscription/subscription.ts';
import { isSuspended } from '../suspension.ts';

/**
 * True when the change moved desired state: a product's generation, or what a subscription gives to whom. Status, share records (which
 * the reconcile itself writes and the sync takes reports into) and refused attempts do not.
 */
export function needsReconcile(before: RegistryRecord | undefined, after: RegistryRecord | undefined): boolean {
  const former = before?.type === 'product' ? before.generation : undefined;
  if (after?.type === 'product') return former !== after.generation || asksForRepair(before, after);
  if (after?.type === 'subscription') {
    return !isEqual(entitlement(before?.type === 'subscription' ? before : undefined), entitlement(after));
  }
  return after === undefined && (before?.type === 'product' || before?.type === 'subscription');
}

/** True when somebody said that what was changed past the mesh shall be mended now. */
export function asksForRepair(before: RegistryRecord | undefined, after: RegistryRecord | undefined): boolean {
  if (after?.type !== 'product' || after.repairAsked === undefined) return false;
  return before?.type !== 'product' || !isEqual(before.repairAsked, after.repairAsked);
}

/** What a live subscription gives, undefined for one that gives nothing. */
function entitlement(subscription: SubscriptionRecord | undefined): unknown {
  if (subscription?.state !== 'approved' && subscription?.state !== 'active') return undefined;
  if (isSuspended(subscription)) return undefined;
  return [subscription.account, subscription.principals, subscription.approved];
}
