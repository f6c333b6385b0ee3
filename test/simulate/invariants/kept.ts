import type { VersionState } from '#aws/registry.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Registered } from '../mesh.ts';
import { Broken } from './broken.ts';
import { lives, missingOf, stoppedBetween } from './may-read.ts';
import type { Sight } from './sights.ts';

/**
 * `kept-while-live`: whoever reads what his subscription shows goes on reading it while it lives and its product stays as it is, whatever others are given. Left aside are the steps that
 * Lake Formation has no way to take without a moment's loss: from all tables to some, and from columns to filters.
 */
export class Kept {
  /** The product's version at which each subscription was seen to give all that it shows. */
  readonly #reads = new Map<string, string>();

  /** @throws Broken */
  check(registered: Registered, sights: readonly Sight[], now: string): void {
    for (const version of registered.versions) {
      const own = sights.filter(
        ({ version: of }) =>
          of.domain === version.product.domain &&
          of.name === version.product.name &&
          of.major === version.product.major,
      );
      for (const subscription of version.subscriptions) {
        if (!isSteady(subscription, version, registered, now)) {
          this.#reads.delete(subscription.id);
          continue;
        }
        const missing = own.flatMap(({ role, table, cells }) =>
          subscription.principals.includes(role.arn) && subscription.approved !== undefined
            ? missingOf(subscription.approved, table, cells).map((column) => `${role.arn} reads ${table}.${column}`)
            : [],
        );
        const since = this.#reads.get(subscription.id);
        if (missing.length === 0 && own.length > 0) this.#reads.set(subscription.id, version.product.version);
        else if (since === version.product.version)
          throw new Broken('kept-while-live', `${subscription.id} lives, and no longer ${missing[0]}`);
        else this.#reads.delete(subscription.id);
      }
    }
  }
}

function isSteady(
  subscription: SubscriptionRecord,
  version: VersionState,
  { entitlements, topology }: Registered,
  now: string,
): boolean {
  const { product, subscriptions } = version;
  if (subscription.state !== 'active' || !lives(subscription, version, now)) return false;
  if (stoppedBetween(product.domain, subscription.consumer, topology) || entitlements.length > 0) return false;
  const beside = subscriptions.filter(({ consumer }) => consumer === subscription.consumer);
  return beside.every(
    (entry) =>
      entry.approved?.rows === undefined &&
      (entry.state === 'pending' || lives(entry, version, now) || !isWhole(entry)),
  );
}

/** True for one that may stand for all tables. */
function isWhole({ approved }: SubscriptionRecord): boolean {
  return approved !== undefined && approved.tables === undefined && approved.columns === undefined;
}
