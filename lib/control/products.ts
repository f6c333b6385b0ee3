import { everyRecord, type Registry, type VersionState } from '#aws/registry.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { userError } from '#mesh/error.ts';
import type { PageQuery } from '#mesh/page.ts';
import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { published } from '#mesh/product/published.ts';
import { search } from '#mesh/product/search.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { type List, pageOf, portions, rowAt, rowsBehind } from './paged.ts';
import type { ApiDeps } from './request.ts';

/** What products are asked for by. */
export interface ProductFilter extends PageQuery {
  readonly domain?: string;
  /** How `<domain>/<product>` begins. */
  readonly prefix?: string;
  /** Words that each have to occur somewhere in the metadata. */
  readonly q?: string;
}

/** Products of the mesh by name: those of one domain, those that a name begins, those that have some words. @throws WEFT-API-011, -012. */
export function listProducts(query: ProductFilter, deps: Pick<ApiDeps, 'registry' | 'cursors'>) {
  const { domain, prefix = '', q } = query;
  const within = domain === undefined ? prefix : `${domain}/`;
  const isAsked = (product: ProductRecord) =>
    productId(product).startsWith(prefix) && (q === undefined || search(q, [product]).length > 0);
  const list: List<ProductRecord> = {
    route: 'GET /products',
    filter: { domain, prefix: query.prefix, q },
    read: ([after] = [], size) =>
      portions(
        { after },
        size,
        (range) => deps.registry.page('product', { ...range, prefix: within }),
        (record) => {
          const product = published(record);
          return [rowAt(sortOf(record), isAsked(product) ? product : undefined)];
        },
      ),
  };
  return pageOf(list, query, deps);
}

export interface ProductView {
  readonly product: ProductRecord;
  /** Those that the caller may see. */
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly shares: readonly ShareRecord[];
  /** What consumers said of it. */
  readonly feedback: readonly FeedbackRecord[];
  readonly next?: string;
}

/** One version, the highest active one when none is named, and a page of what hangs on it. @throws WEFT-PRODUCT-001 when there is none, WEFT-API-011, -012. */
export async function showProduct(
  name: { readonly domain: string; readonly name: string; readonly major?: number },
  query: PageQuery,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors'>,
): Promise<ProductView> {
  const version = await versionOf(name, deps);
  const { product } = version;
  const sees = (consumer: string) => may('subscription.read', caller, { owner: product.domain, consumer });
  const inside = may('subscription.read', caller, { owner: product.domain });
  const seen = [
    ...version.subscriptions.filter((subscription) => sees(subscription.consumer)),
    ...version.shares.filter((share) => sees(share.intent.consumer)),
    ...(await feedbackOf(product, deps)),
  ];
  const list: List<(typeof seen)[number]> = {
    route: 'GET /products/{domain}/{name}',
    filter: { product: productId(product), major: String(product.major) },
    async *read(after) {
      const rows = seen.map((entry) => ({ place: [entry.type, keyOf(entry).sk], entry }));
      yield { rows: rowsBehind(rows, after), more: false };
    },
  };
  const { entries, next } = await pageOf(list, query, deps);
  return {
    product: inside ? product : published(product),
    subscriptions: entries.filter((entry) => entry.type === 'subscription'),
    shares: entries.filter((entry) => entry.type === 'share'),
    feedback: entries.filter((entry) => entry.type === 'feedback'),
    ...(next === undefined ? {} : { next }),
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
