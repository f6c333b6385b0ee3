import type { VersionState } from '#aws/registry.ts';
import { condition } from '#mesh/record.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { MOST_SKEW } from '../clocks.ts';
import type { Registered } from '../mesh.ts';
import { Broken } from './broken.ts';
import { lives, missingOf, stoppedBetween } from './may-read.ts';
import type { Sight } from './sights.ts';

/**
 * `kept-while-live`: whoever reads what his subscription shows goes on reading it while it lives and its product stays as it is, whatever others are given. Left aside are the steps that
 * Lake Formation has no way to take without a moment's loss: from all tables to some, and from columns to filters.
 */
export class Kept {
  /** The version of each product that was shared as a whole once: before, its tables are under way. */
  readonly #shared = new Map<string, string>();
  /** The product's version at which each subscription was seen to give all that it shows. */
  readonly #reads = new Map<string, string>();

  /** @throws Broken */
  check(registered: Registered, sights: readonly Sight[], now: number): void {
    // Whoever's clock is ahead sees an end come early.
    const soon = new Date(now + MOST_SKEW).toISOString();
    for (const version of registered.versions) {
      const { product } = version;
      const id = `${product.domain}/${product.name} ${product.major}`;
      const shared = condition(product, 'Shared');
      if (shared?.status === 'true' && shared.generation >= product.generation) this.#shared.set(id, product.version);
      const own = sights.filter(
        ({ version: of }) => of.domain === product.domain && of.name === product.name && of.major === product.major,
      );
      for (const subscription of version.subscriptions) {
        const isSettled = this.#shared.get(id) === product.version && own.length > 0;
        if (!isSettled || !isSteady(subscription, version, registered, soon)) {
          this.#reads.delete(subscription.id);
          continue;
        }
        const missing = own.flatMap(({ role, table, cells }) =>
          subscription.principals.includes(role.arn) && subscription.approved !== undefined
            ? missingOf(subscription.approved, table, cells).map((column) => `${role.arn} reads ${table}.${column}`)
            : [],
        );
        if (missing.length === 0) this.#reads.set(subscription.id, product.version);
        else if (this.#reads.get(subscription.id) === product.version)
          throw new Broken('kept-while-live', `${subscription.id} lives, and no longer ${missing[0]}`);
      }
    }
  }
}

function isSteady(
  subscription: SubscriptionRecord,
  version: VersionState,
  { entitlements, topology }: Registered,
  soon: string,
): boolean {
  const { product, subscriptions } = version;
  if (subscription.state !== 'active' || !lives(subscription, version, soon)) return false;
  if (stoppedBetween(product.domain, subscription.consumer, topology) || entitlements.some(isThere)) return false;
  const beside = subscriptions.filter((entry) => entry.consumer === subscription.consumer && isThere(entry));
  return beside.every(
    (entry) =>
      entry.approved?.rows === undefined &&
      (entry.state === 'pending' || lives(entry, version, soon) || !isWhole(entry)),
  );
}

/** Until its end is read back. */
function isThere({ status }: SubscriptionRecord | Registered['entitlements'][number]): boolean {
  return status.endedAt === undefined;
}

/** True for one that may stand for all tables. */
function isWhole({ approved }: SubscriptionRecord): boolean {
  return approved !== undefined && approved.tables === undefined && approved.columns === undefined;
}
