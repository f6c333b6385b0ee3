import { userError } from '#mesh/error.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { deprecate, reactivate } from '#mesh/product/transitions.ts';
import { authorize } from './authorize.ts';
import { actOf } from './decide.ts';
import { optimistically } from './optimistic.ts';
import { versionOf, versionsOf } from './products.ts';
import type { ApiDeps, Request } from './request.ts';
import { stepped } from './stepped.ts';

export interface DeprecationWish {
  readonly action: 'deprecate' | 'reactivate';
  readonly major: number;
  /** ISO 8601. */
  readonly sunset?: string;
  readonly reason?: string;
  /** Default: the highest active major version above it. */
  readonly successor?: number;
}

/**
 * Announces the end of a version to its subscribers, or takes the announcement back. Until the sunset everything goes on as it is.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001 to -005, -008 without a sunset.
 */
export async function deprecateProduct(
  name: { readonly domain: string; readonly name: string },
  wish: DeprecationWish,
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord> {
  authorize('product.deprecate', request.caller, { owner: name.domain });
  return optimistically(async () => {
    const { product } = await versionOf({ ...name, major: wish.major }, deps);
    const act = actOf(request, deps, wish.reason);
    const next =
      wish.action === 'reactivate'
        ? reactivate(product, act)
        : deprecate(product, act, { sunset: readSunset(wish.sunset), ...(await successorOf(product, wish, deps)) });
    const record = stepped(next);
    await deps.registry.write([{ record, replaces: product.revision }]);
    return record;
  });
}

/** A sunset as somebody wrote it, as ISO 8601 in UTC. @throws WEFT-PRODUCT-008 when it is none. */
export function readSunset(written: string | undefined): string {
  const time = new Date(written ?? '');
  if (written === undefined || !/^\d{4}-\d{2}-\d{2}/.test(written) || Number.isNaN(time.getTime())) {
    const what =
      written === undefined ? 'a deprecated version needs a sunset' : `the sunset \`${written}\` is not a time`;
    throw userError('WEFT-PRODUCT-008', what, {
      hint: 'write it as ISO 8601, e.g. --sunset 2030-01-31, or as the custom property weft.sunset of the product file',
    });
  }
  return time.toISOString();
}

async function successorOf(
  product: ProductRecord,
  { successor }: DeprecationWish,
  deps: ApiDeps,
): Promise<{ successor?: number }> {
  if (successor !== undefined) {
    await versionOf({ domain: product.domain, name: product.name, major: successor }, deps);
    return { successor };
  }
  const versions = await versionsOf(product, deps);
  const next = versions.findLast((entry) => entry.product.state === 'active' && entry.product.major > product.major);
  return next === undefined ? {} : { successor: next.product.major };
}
