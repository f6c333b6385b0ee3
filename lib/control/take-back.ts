import type { Registry, VersionState } from '#aws/registry.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { failureOf, toJoin, toLeave } from '#mesh/product/rollout.ts';
import { step } from '#mesh/product/transitions.ts';
import { type Act, revoke } from '#mesh/subscription/transitions.ts';
import { optimistically } from './optimistic.ts';
import { stepped } from './stepped.ts';

type Deps = { readonly registry: Pick<Registry, 'versions' | 'write'> };
type Name = { readonly domain: string; readonly name: string };

/** Subscriptions that are ended in one transaction. */
const PORTION = 40;

/**
 * Brings the rollouts of a product forward without giving anything to anybody: takes one back whose newer version has failed, ends the
 * followers that should not be, and closes one that is taken back, or has reached all (`joined`: every subscription was asked). Called again it goes on where it stopped; without a rollout it does nothing.
 */
export async function settleRollout(name: Name, act: Act, deps: Deps, joined = false): Promise<void> {
  for (;;) {
    const open = await optimistically(async () => {
      const versions = await deps.registry.versions(name);
      const older = versions.find(({ product }) => product.rollout !== undefined);
      return older === undefined ? false : advance(older, versions, joined, act, deps);
    });
    if (!open) return;
  }
}

/** One transaction; true when there may be more to do. */
async function advance(
  older: VersionState,
  versions: readonly VersionState[],
  joined: boolean,
  act: Act,
  { registry }: Deps,
): Promise<boolean> {
  const { rollout } = older.product;
  if (rollout === undefined) return false;
  const newer = versions.find(({ product }) => product.major === rollout.to);
  const failure = rollout.share === 0 ? undefined : failureOf(newer?.product);
  if (failure !== undefined) {
    await registry.write([{ record: failed(older.product, failure, act), replaces: older.product.revision }]);
    return true;
  }
  const followers = newer?.subscriptions ?? [];
  const leaving = toLeave(older.subscriptions, followers, rollout.share);
  if (newer !== undefined && leaving.length > 0) {
    await end(newer, leaving.slice(0, PORTION), rollout.share === 0 ? older.product : undefined, act, registry);
    return true;
  }
  const over = rollout.share === 0 || (rollout.share === 100 && joined);
  const waiting = rollout.share === 100 ? toJoin(older.subscriptions, followers, 100) : [];
  if (!over) return false;
  const { rollout: _, ...rest } = step(older.product, rollout.share === 0 ? 'RolloutEnded' : 'RolloutCompleted', {
    ...act,
    ...(waiting.length === 0 ? {} : { reason: `${waiting.map(({ id }) => id).join(', ')} did not follow` }),
  });
  await registry.write([{ record: rest, replaces: older.product.revision }]);
  return false;
}

/** The older version with its rollout taken back: what was good is what counts again. */
function failed(product: ProductRecord, reason: string, act: Act): ProductRecord {
  const { rollout } = product;
  if (rollout === undefined) return product;
  const next = step(product, 'RolloutTakenBack', { ...act, reason });
  return {
    ...next,
    rollout: { ...rollout, share: 0 },
    status: { ...next.status, rollback: { to: rollout.to, at: act.at, reason } },
  };
}

async function end(
  newer: VersionState,
  leaving: VersionState['subscriptions'],
  takenBack: ProductRecord | undefined,
  act: Act,
  registry: Pick<Registry, 'write'>,
): Promise<void> {
  const reason = takenBack?.status.rollback?.reason ?? 'what it follows no longer leads';
  const product = step(newer.product, 'FollowersEnded', { ...act, reason });
  await registry.write([
    { record: product, replaces: newer.product.revision },
    ...leaving.map((subscription) => ({
      record: {
        ...stepped(revoke(subscription, { ...act, reason })),
        ...(subscription.follows === undefined
          ? {}
          : { follows: { ...subscription.follows, released: true as const } }),
        generation: product.generation,
        revision: subscription.revision + 1,
      },
      replaces: subscription.revision,
    })),
  ]);
}
