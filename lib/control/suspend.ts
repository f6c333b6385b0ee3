import { userError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { resume, suspend } from '#mesh/subscription/transitions.ts';
import {
  AUDIT_SIDE,
  GOVERNANCE_SIDE,
  isSuspended,
  type Suspendable,
  type Suspension,
  withoutSuspension,
  withSuspension,
} from '#mesh/suspension.ts';
import { authorize } from './authorize.ts';
import { bumped } from './bumped.ts';
import { actOf, allowed, findSubscription } from './decide.ts';
import { optimistically } from './optimistic.ts';
import { versionsOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { settleRollout } from './take-back.ts';

export interface SuspensionWish {
  readonly action: 'suspend' | 'resume';
  readonly reason?: string;
}

/**
 * Suspends or resumes a product with all its versions: nobody has access while it is suspended, and what is desired stays. What a side
 * has said already changes nothing.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, WEFT-REQUEST-008 when only another side has suspended it.
 */
export async function suspendProduct(
  name: { readonly domain: string; readonly name: string },
  wish: SuspensionWish,
  request: Request,
  deps: ApiDeps,
): Promise<{ products: readonly ProductRecord[] }> {
  authorize('product.suspend', request.caller, { owner: name.domain });
  return optimistically(async () => {
    const products = (await versionsOf(name, deps)).map(({ product }) => product);
    const suspension = suspensionOf(wish, request, deps);
    const action = wish.action === 'suspend' ? 'ProductSuspended' : 'ProductResumed';
    const change = changeBy(request, action, deps.now(), wish.reason === undefined ? {} : { reason: wish.reason });
    const after = products.map((product) => {
      if (wish.action === 'resume') refuseForeign(product, suspension.side, `${productId(product)} v${product.major}`);
      const next =
        wish.action === 'suspend' ? withSuspension(product, suspension) : withoutSuspension(product, suspension.side);
      return next === product ? product : bumped(next, change);
    });
    const writes = after.flatMap((record, index) =>
      record === products[index] ? [] : [{ record, replaces: products[index]?.revision }],
    );
    if (writes.length > 0) await deps.registry.write(writes);
    return { products: after };
  });
}

/** The same for one subscription. @throws WEFT-AUTH-002, WEFT-REQUEST-005, -006 when nothing is granted yet or any more, -008. */
export async function suspendSubscription(
  id: string,
  wish: SuspensionWish,
  request: Request,
  deps: ApiDeps,
): Promise<SubscriptionRecord> {
  const { steered, canary } = await optimistically(async () => {
    const { version, subscription } = await findSubscription(id, deps);
    authorize('subscription.suspend', request.caller, { owner: subscription.domain, consumer: subscription.consumer });
    const said = suspensionOf(wish, request, deps);
    const suspension = wish.action === 'resume' ? { ...said, side: sideToLift(subscription, said.side) } : said;
    if (wish.action === 'resume') refuseForeign(subscription, suspension.side, id);
    const known = subscription.suspensions?.some(({ side }) => side === suspension.side) === true;
    if (known === (wish.action === 'suspend')) return { steered: subscription, canary: false };
    const act = actOf(request, deps, wish.reason);
    const checked =
      wish.action === 'suspend' ? suspend(subscription, act, suspension) : resume(subscription, act, suspension.side);
    const next = allowed(checked, subscription);
    const product = bumped(version.product, next.change);
    const record = { ...next, revision: subscription.revision + 1, generation: product.generation };
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record, replaces: subscription.revision },
    ]);
    return { steered: record, canary: version.product.rollout !== undefined };
  });
  // What follows it by a rollout is stopped with it.
  const { domain, product: name } = steered;
  if (canary) await settleRollout({ domain, name }, actOf(request, deps, wish.reason), deps);
  return steered;
}

function suspensionOf({ reason }: SuspensionWish, { caller }: Request, deps: Pick<ApiDeps, 'now'>): Suspension {
  return {
    side: caller.domain ?? GOVERNANCE_SIDE,
    by: caller.arn,
    at: deps.now().toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Those who run the mesh let go on what audit rules stopped, once nothing of their own is left to lift. */
function sideToLift({ suspensions = [] }: Suspendable, own: string): string {
  const has = (side: string) => suspensions.some((suspension) => suspension.side === side);
  return own === GOVERNANCE_SIDE && !has(own) && has(AUDIT_SIDE) ? AUDIT_SIDE : own;
}

/** Nobody takes back what another side has stopped. */
function refuseForeign(record: Suspendable, side: string, what: string): void {
  if (!isSuspended(record) || record.suspensions?.some((suspension) => suspension.side === side)) return;
  const sides = record.suspensions?.map((suspension) => suspension.side).join(' and ');
  throw userError('WEFT-REQUEST-008', `${what} was suspended by ${sides}, not by ${side}`, {
    hint: `${sides} can resume it`,
  });
}
