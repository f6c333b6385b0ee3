import type { VersionState } from '#aws/registry.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { TOPOLOGY } from '../../control/world.ts';
import { MOST_SKEW } from '../clocks.ts';
import type { Registered } from '../mesh.ts';
import { Broken } from './broken.ts';
import { lives, missingOf, stoppedBetween } from './may-read.ts';
import type { Sight } from './sights.ts';

/**
 * `kept-while-live`: whoever reads what his subscription shows goes on reading it while it lives and its product stays as it is, whatever others are given or lose meanwhile. Left aside are
 * the steps that Lake Formation has no way to take without a moment's loss: from all columns of a table to a list, and from columns to filters or to LF-Tags.
 */
export class Kept {
  /** The version of each product that was shared as a whole once: before, its tables are under way. */
  readonly #shared = new Map<string, string>();
  /** Each subscription that was seen to give all that it shows, as it was then. */
  readonly #reads = new Map<string, string>();
  /** What was suspended or changed otherwise since it was active: an intent of the time between may be on its way still. */
  readonly #interrupted = new Set<string>();

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
          if (['active', 'expiring'].includes(subscription.state)) this.#interrupted.add(subscription.id);
          continue;
        }
        const missing = own.flatMap(({ role, table, cells }) =>
          subscription.principals.includes(role.arn) && subscription.approved !== undefined
            ? missingOf(subscription.approved, table, cells).map((column) => `${role.arn} reads ${table}.${column}`)
            : [],
        );
        // One that was suspended between two looks and goes on has another generation.
        const known = `${product.version} ${subscription.generation}`;
        if (missing.length > 0 && this.#reads.get(subscription.id) === known)
          throw new Broken('kept-while-live', `${subscription.id} lives, and no longer ${missing[0]}`);
        if (isApplied(subscription, version)) this.#interrupted.delete(subscription.id);
        if (missing.length === 0 && !this.#interrupted.has(subscription.id)) this.#reads.set(subscription.id, known);
      }
    }
  }
}

/** Nothing older is on its way any more: governance and the consumer's agent have both done what is wanted now. */
function isApplied({ consumer }: SubscriptionRecord, { product, shares }: VersionState): boolean {
  const shared = condition(product, 'Shared');
  const share = shares.find(({ intent }) => intent.consumer === consumer);
  return (
    shared?.status === 'true' &&
    shared.generation >= product.generation &&
    share?.applied?.ok === true &&
    share.applied.generation >= share.generation
  );
}

function isSteady(
  subscription: SubscriptionRecord,
  version: VersionState,
  { entitlements, topology }: Registered,
  soon: string,
): boolean {
  const { product, subscriptions } = version;
  if (!['active', 'expiring'].includes(subscription.state) || !lives(subscription, version, soon)) return false;
  if (stoppedBetween(product.domain, subscription.consumer, topology)) return false;
  const isEntitled = entitlements.some(
    ({ selector, grantee, status }) =>
      status.endedAt === undefined &&
      [undefined, product.domain].includes(selector.domain) &&
      grantee.kind === 'account' &&
      grantee.domain === subscription.consumer,
  );
  if (isEntitled || (product.entitlements ?? []).length > 0) return false;
  const beside = subscriptions.filter((entry) => entry.consumer === subscription.consumer && isThere(entry));
  return beside.every(
    (entry) =>
      entry.approved?.rows === undefined &&
      (entry.state === 'pending' || lives(entry, version, soon) || !isWider(entry, subscription, product)),
  );
}

/** Until its end is read back. */
function isThere({ status }: SubscriptionRecord): boolean {
  return status.endedAt === undefined;
}

/** True for one that stands for all columns of a table of which the other has some: what the other needs is granted after it is gone. One for all tables together stands in a place of its own. */
function isWider({ approved }: SubscriptionRecord, other: SubscriptionRecord, { tables }: ProductRecord): boolean {
  if (approved === undefined) return false;
  const isOfAll = tables.every((table) => table.internal !== true && isWhole(approved, table));
  if (isOfAll && approved.tables === undefined) return false;
  return tables.some(
    (table) => isWhole(approved, table) && (other.approved === undefined || !isWhole(other.approved, table)),
  );
}

/** Whether the scope withholds nothing of a table. */
function isWhole({ clearance, tables, columns }: AccessScope, table: ProductTable): boolean {
  const ladder = TOPOLOGY.classification;
  return (
    (tables === undefined || tables.includes(table.name)) &&
    columns?.[table.name] === undefined &&
    table.columns.every(({ classification = 'secret' }) => ladder.indexOf(classification) <= ladder.indexOf(clearance))
  );
}
