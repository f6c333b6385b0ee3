import type { ProductPart } from '#aws/registry.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import { type ListPage, MOST_ENTRIES, type PageQuery } from '#mesh/page.ts';
import { type QualityDuty, qualityDuties } from '#mesh/quality/duty.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { type List, pageOf, portions, type Row, rowAt } from './paged.ts';
import type { ApiDeps } from './request.ts';

/**
 * What a domain has to measure of its own products, for its Lambda alone. Asked about one product it is read from the registry itself and not from its index:
 * what was published a moment ago counts.
 * @throws WEFT-AUTH-002, WEFT-API-011, -012.
 */
export async function qualityDutiesOf(
  domain: string,
  query: PageQuery & { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors' | 'now'>,
): Promise<ListPage<QualityDuty>> {
  authorize('domain.quality', caller, { owner: domain });
  const { product: name } = query;
  const rowOf = (record: ProductPart, place: string): Row<QualityDuty> => {
    const [entry] = record.type === 'product' ? qualityDuties([record], deps.now()) : [];
    return rowAt(place, entry);
  };
  const list: List<QualityDuty> = {
    route: 'GET /domains/{domain}/quality',
    filter: { domain, product: name },
    // Lambdas of a release before there were pages ask once, without a limit.
    usual: MOST_ENTRIES,
    read: ([after] = [], size) =>
      name === undefined
        ? portions(
            { after },
            size,
            (range) => deps.registry.page('product', { ...range, prefix: `${domain}/` }),
            (record) => [rowOf(record, sortOf(record))],
          )
        : portions(
            { after },
            size,
            (range) => deps.registry.productPage({ domain, name }, range),
            (record) => [rowOf(record, keyOf(record).sk)],
          ),
  };
  return pageOf(list, query, deps);
}
