import { condition } from '../record.ts';
import type { SubscriptionRecord, SubscriptionState } from '../subscription/subscription.ts';
import { isPublished } from './life.ts';
import type { ProductRecord } from './product.ts';

/** Subscriptions are told apart by hundredths of a percent. */
const BUCKETS = 10_000;

const ENDED: readonly SubscriptionState[] = ['revoking', 'revoked', 'rejected', 'expired'];

/**
 * Whether a subscription is among the first `share` percent that follow a new version. It depends on its id alone: raising the share
 * takes nobody out, and the same share always means the same ones.
 */
export function followsFirst(id: string, share: number): boolean {
  return bucketOf(id) < share * (BUCKETS / 100);
}

/** FNV-1a with a final mix, so that ids that differ in their last letters only do not fall into neighbouring buckets. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % BUCKETS;
}

/** Why a version is not fit to be followed, or undefined when nothing speaks against it. */
export function failureOf(product: ProductRecord | undefined): string | undefined {
  if (product === undefined) return 'the version does not exist';
  const version = `v${product.major}`;
  if (!isPublished(product)) return `${version} is ${product.state}`;
  if (product.quarantine !== undefined) {
    return `the contract of ${version} is broken: ${product.quarantine.reasons.join('; ')}`;
  }
  const registered = condition(product, 'Registered');
  if (registered?.status === 'false') return `${version} is not registered: ${registered.message ?? registered.reason}`;
  const healthy = condition(product, 'Healthy');
  return healthy?.status === 'false'
    ? `the quality of ${version} failed: ${healthy.message ?? healthy.reason}`
    : undefined;
}

/** The subscriptions of the older version that the share takes, and that no subscription of the newer one follows yet. */
export function toJoin(
  leaders: readonly SubscriptionRecord[],
  followers: readonly SubscriptionRecord[],
  share: number,
): SubscriptionRecord[] {
  return leaders.filter((leader) => {
    if (!isLeading(leader) || !followsFirst(leader.id, share)) return false;
    const own = followers.filter(({ follows }) => follows?.subscription === leader.id);
    // One that somebody ended by hand stays ended.
    return own.every(({ state, follows }) => ENDED.includes(state) && follows?.released === true);
  });
}

/** The followers whose leader is gone, suspended, or no longer within the share. */
export function toLeave(
  leaders: readonly SubscriptionRecord[],
  followers: readonly SubscriptionRecord[],
  share: number,
): SubscriptionRecord[] {
  return followers.filter(({ state, follows }) => {
    if (follows === undefined || ENDED.includes(state)) return false;
    const leader = leaders.find(({ id }) => id === follows.subscription);
    return leader === undefined || !isLeading(leader) || !followsFirst(leader.id, share);
  });
}

function isLeading({ state, suspensions }: SubscriptionRecord): boolean {
  return !ENDED.includes(state) && state !== 'pending' && suspensions === undefined;
}
