import { everyRecord, type Registry, type VersionState } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { published } from '#mesh/product/published.ts';
import { search } from '#mesh/product/search.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { may } from './authorize.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps } from './request.ts';

/** Products of the mesh, those of one domain only when it is named; best match first for a query, else by name. */
export async function listProducts(
  filter: { readonly domain?: string; readonly q?: string },
  deps: Pick<ApiDeps, 'registry'>,
): Promise<ProductRecord[]> {
  const products: ProductRecord[] = [];
  const prefix = filter.domain === undefined ? undefined : `${filter.domain}/`;
  for await (const product of everyRecord(deps.registry, 'product', prefix)) products.push(published(product));
  return search(filter.q ?? '', products);
}

export interface ProductView {
  readonly product: ProductRecord;
  /** Those that the caller may see. */
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly shares: readonly ShareRecord[];
  /** What consumers said of it. */
  readonly feedback: readonly FeedbackRecord[];
}

/** One version, the highest active one when none is named. @throws WEFT-PRODUCT-001 when there is none. */
export async function showProduct(
  name: { readonly domain: string; readonly name: string; readonly major?: number },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<ProductView> {
  const { product, subscriptions, shares } = await versionOf(name, deps);
  const sees = (consumer: string) => may('subscription.read', caller, { owner: product.domain, consumer });
  const inside = may('subscription.read', caller, { owner: product.domain });
  return {
    product: inside ? product : published(product),
    subscriptions: subscriptions.filter((subscription) => sees(subscription.consumer)),
    shares: shares.filter((share) => sees(share.intent.consumer)),
    feedback: await feedbackOf(product, deps),
  };
}

/** Every version of a product, oldest first. @throws WEFT-PRODUCT-001 when there is none. */
export async function versionsOf(
  name: { readonly domain: string; readonly name: string },
  deps: Pick<ApiDeps, 'registry'>,
): Promise<VersionState[]> {
  const versions = await deps.registry.versions(name);
  if (versions.length > 0) return versions;
  throw userError('WEFT-PRODUCT-001', `product \`${name.domain}/${name.name}\` does not exist`, {
    hint: 'see `weft product list`',
  });
}

/** The version of that major, or the highest that is active. @throws WEFT-PRODUCT-001, -002 when the major is not published. */
export async function versionOf(
  name: { readonly domain: string; readonly name: string; readonly major?: number },
  deps: Pick<ApiDeps, 'registry'>,
): Promise<VersionState> {
  const versions = await versionsOf(name, deps);
  const active = versions.findLast(({ product }) => product.state === 'active') ?? versions.at(-1);
  const found = name.major === undefined ? active : versions.find(({ product }) => product.major === name.major);
  if (found === undefined) {
    const majors = versions.map(({ product }) => product.major).join(', ');
    throw userError('WEFT-PRODUCT-002', `\`${name.domain}/${name.name}\` has no major version ${name.major}`, {
      hint: `published are ${majors}`,
    });
  }
  return found;
}

/** Every consumer's word on a version, from the index: what was said a moment ago may be missing. */
export async function feedbackOf(
  { domain, name, major }: Pick<ProductRecord, 'domain' | 'name' | 'major'>,
  deps: { readonly registry: Pick<Registry, 'page'> },
): Promise<FeedbackRecord[]> {
  const found: FeedbackRecord[] = [];
  for await (const entry of everyRecord(deps.registry, 'feedback', `${domain}/${name}#${major}#`)) found.push(entry);
  return found;
}
