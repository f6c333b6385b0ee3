import type { ProductKey, Registry, VersionState } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { retire, step } from '#mesh/product/transitions.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Act, revoke } from '#mesh/subscription/transitions.ts';
import { authorize } from './authorize.ts';
import { actOf } from './decide.ts';
import { optimistically } from './optimistic.ts';
import { versionOf } from './products.ts';
import type { ApiDeps, Request } from './request.ts';
import { stepped } from './stepped.ts';

export interface RetirementWish {
  readonly major: number;
  /** Ends live subscriptions, too; needs a reason. */
  readonly force?: boolean;
  readonly reason?: string;
}

type Deps = { readonly registry: Pick<Registry, 'version' | 'write'> };

/** Subscriptions that are ended in one transaction. */
const PORTION = 40;

/**
 * Ends a version for good. What it gives is revoked first and deleted after; the record stays for the trail.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, -002, -003 for an illegal step, -006 naming the live subscriptions, -007 when forced without a reason.
 */
export async function retireProduct(
  name: { readonly domain: string; readonly name: string },
  wish: RetirementWish,
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord> {
  authorize('product.retire', request.caller, { owner: name.domain });
  const { product, subscriptions } = await versionOf({ ...name, major: wish.major }, deps);
  if (wish.force === true && (wish.reason ?? '').trim() === '') {
    throw userError('WEFT-PRODUCT-007', 'ending what others use needs a reason', { hint: 'add --reason "<why>"' });
  }
  if (product.state !== 'retired' && wish.force !== true) refuseLive(product, subscriptions);
  return endVersion(product, actOf(request, deps, wish.reason), deps);
}

/** @throws WEFT-PRODUCT-006 while somebody has access. */
export function refuseLive(product: ProductRecord, subscriptions: readonly SubscriptionRecord[]): void {
  const live = subscriptions.filter(hasAccess);
  if (live.length === 0) return;
  const who = live.map(({ id }) => id).join(', ');
  throw userError('WEFT-PRODUCT-006', `${productId(product)} v${product.major} is used by ${who}`, {
    details: { subscriptions: live.map(({ id }) => id) },
    hint: 'announce its end with `weft product deprecate`, or retire it with --force and a --reason',
  });
}

/**
 * Retires a version and ends its subscriptions, in as many transactions as it takes; called again it ends what is left, so that nothing
 * is lost when it stops half-way. Pending requests are withdrawn. `stillDue` is asked again on what the registry holds at that moment.
 */
export async function endVersion(
  key: ProductKey,
  act: Act,
  deps: Deps,
  stillDue: (product: ProductRecord) => boolean = () => true,
): Promise<ProductRecord> {
  for (;;) {
    const { product, left } = await optimistically(async () => {
      const version = await deps.registry.version(key);
      if (version === undefined)
        throw userError('WEFT-PRODUCT-001', `product \`${productId(key)}\` does not exist`, {
          hint: 'weft product list shows what there is',
        });
      if (version.product.state !== 'retired' && !stillDue(version.product))
        return { product: version.product, left: 0 };
      return endSome(version, act, deps);
    });
    if (left === 0) return product;
  }
}

/** The subscriptions of a retired version that still have to be ended. */
export function leftOver({ product, subscriptions }: VersionState): SubscriptionRecord[] {
  return product.state === 'retired' ? subscriptions.filter(isOpen) : [];
}

async function endSome(
  version: VersionState,
  act: Act,
  { registry }: Deps,
): Promise<{ product: ProductRecord; left: number }> {
  const open = version.subscriptions.filter(isOpen);
  const { product: before } = version;
  if (before.state === 'retired' && open.length === 0) return { product: before, left: 0 };
  const product = before.state === 'retired' ? step(before, 'ProductRetired', act) : stepped(retire(before, act));
  const some = open.slice(0, PORTION);
  const why = `v${before.major} of ${productId(before)} was retired`;
  const ending = { ...act, reason: act.reason === undefined ? why : `${why}: ${act.reason}` };
  await registry.write([
    { record: product, replaces: before.revision },
    ...some.map((subscription) => ({
      record: {
        ...stepped(revoke(subscription, ending)),
        generation: product.generation,
        revision: subscription.revision + 1,
      },
      replaces: subscription.revision,
    })),
  ]);
  return { product, left: open.length - some.length };
}

/** True for a subscription that gives access now or is about to. */
function hasAccess({ state }: SubscriptionRecord): boolean {
  return isOpen({ state }) && state !== 'pending';
}

function isOpen({ state }: Pick<SubscriptionRecord, 'state'>): boolean {
  return !['revoking', 'revoked', 'rejected', 'expired'].includes(state);
}
