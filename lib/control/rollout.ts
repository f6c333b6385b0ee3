import type { VersionState } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { failureOf, toJoin } from '#mesh/product/rollout.ts';
import { step } from '#mesh/product/transitions.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Act } from '#mesh/subscription/transitions.ts';
import { authorize } from './authorize.ts';
import { actOf } from './decide.ts';
import { type Followed, follow } from './follow.ts';
import { optimistically } from './optimistic.ts';
import { versionsOf } from './products.ts';
import type { ApiDeps, Request } from './request.ts';
import { settleRollout } from './take-back.ts';

export interface RolloutWish {
  /** The newer major version. */
  readonly to: number;
  /** Percent of the older version's subscriptions, 0 to 100; 0 takes the rollout back. */
  readonly share: number;
  readonly reason?: string;
}

export interface RolledOut {
  /** The older version. */
  readonly product: ProductRecord;
  /** Subscriptions of the newer version that follow one of the older. */
  readonly following: readonly SubscriptionRecord[];
  /** Subscriptions that should follow and cannot, with the reason. */
  readonly skipped: readonly { readonly subscription: string; readonly reason: string }[];
  /** True when every subscription has been asked to follow and the rollout is over. */
  readonly complete: boolean;
}

/** Subscriptions that are made in one transaction. */
const PORTION = 40;

/**
 * Lets a share of the subscriptions of the version before use a newer one, too: each gets a subscription of its own there, with what it was
 * approved for, and keeps what it has. 100 makes it final for all; 0 takes it back. Called again it goes on where it stopped.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, -002, -009 when the versions do not fit, -010 when the newer one is not fit to be followed.
 */
export async function rolloutProduct(
  name: { readonly domain: string; readonly name: string },
  wish: RolloutWish,
  request: Request,
  deps: ApiDeps,
): Promise<RolledOut> {
  authorize('product.rollout', request.caller, { owner: name.domain });
  const act = actOf(request, deps, wish.reason);
  await optimistically(async () => {
    const { older, newer } = pairOf(name, wish, await versionsOf(name, deps));
    const failure = wish.share === 0 ? undefined : failureOf(newer.product);
    if (failure !== undefined) {
      throw userError('WEFT-PRODUCT-010', `${productId(name)} v${wish.to} cannot be followed: ${failure}`, {
        hint: 'mend it first: weft product show tells its conditions',
      });
    }
    const record = withShare(older.product, wish, act);
    if (record !== older.product) await deps.registry.write([{ record, replaces: older.product.revision }]);
  });
  const followed = await join(name, wish, request, deps);
  await settleRollout(name, act, deps, true);
  const versions = await versionsOf(name, deps);
  const { older, newer } = pairOf(name, wish, versions);
  return {
    product: older.product,
    following: newer.subscriptions.filter(({ follows }) => follows !== undefined && follows.released !== true),
    skipped: followed.flatMap(({ leader, reason }) =>
      reason === undefined ? [] : [{ subscription: leader.id, reason }],
    ),
    complete: wish.share === 100 && older.product.rollout === undefined,
  };
}

/** The newer version, and the highest published one below it. */
function pairOf(
  name: { readonly domain: string; readonly name: string },
  { to, share }: RolloutWish,
  versions: readonly VersionState[],
): { older: VersionState; newer: VersionState } {
  const newer = versions.find(({ product }) => product.major === to);
  const running = versions.find(({ product }) => product.rollout?.to === to);
  const older = running ?? versions.findLast(({ product }) => product.major < to && isPublished(product));
  if (newer === undefined || older === undefined) {
    throw userError('WEFT-PRODUCT-009', `${productId(name)} has no v${to} beside an older version`, {
      hint: `published are ${versions.map(({ product }) => `v${product.major}`).join(', ')}`,
    });
  }
  const other = older.product.rollout;
  if (other !== undefined && other.to !== to && share > 0) {
    throw userError('WEFT-PRODUCT-009', `a rollout to v${other.to} is going on`, {
      hint: `end it first: weft product rollback ${productId(name)} --to ${other.to}`,
    });
  }
  return { older, newer };
}

/** The older version with that share wanted; itself when it is wanted already, or when there is nothing to take back. */
function withShare(product: ProductRecord, { to, share, reason }: RolloutWish, act: Act): ProductRecord {
  const { rollout } = product;
  if (rollout?.share === share || (rollout === undefined && share === 0)) return product;
  const next = step(product, share === 0 ? 'RolloutTakenBack' : 'RolloutChanged', act);
  const wanted = { ...next, rollout: { to, share, since: rollout?.since ?? act.at, by: act.actor } };
  if (share > 0) return wanted;
  const rollback = { to, at: act.at, reason: reason ?? `taken back by ${act.actor}` };
  return { ...wanted, status: { ...wanted.status, rollback } };
}

/** Gives the subscriptions of the share a follower each, a portion at a time. */
async function join(
  name: { readonly domain: string; readonly name: string },
  wish: RolloutWish,
  request: Request,
  deps: ApiDeps,
): Promise<Followed[]> {
  if (wish.share === 0) return [];
  const topology = await deps.topology();
  const skipped = new Map<string, Followed>();
  for (;;) {
    const more = await optimistically(async () => {
      const { older, newer } = pairOf(name, wish, await versionsOf(name, deps));
      if (older.product.rollout?.share !== wish.share) return 0;
      const waiting = toJoin(older.subscriptions, newer.subscriptions, wish.share).filter(({ id }) => !skipped.has(id));
      const some = waiting.slice(0, PORTION);
      const product = step(newer.product, 'SubscriptionsFollowed', actOf(request, deps, undefined));
      const followed: Followed[] = [];
      for (const leader of some) followed.push(await follow(leader, product, request, deps, topology));
      for (const entry of followed) if (entry.reason !== undefined) skipped.set(entry.leader.id, entry);
      const made = followed.flatMap(({ follower }) => (follower === undefined ? [] : [follower]));
      if (made.length > 0) {
        await deps.registry.write([
          { record: product, replaces: newer.product.revision },
          ...made.map((record) => ({ record, replaces: undefined })),
        ]);
      }
      return waiting.length - some.length;
    });
    if (more === 0) return [...skipped.values()];
  }
}
