import { keyOf, sortOf } from '#aws/registry-keys.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { authorize, may } from '../authorize.ts';
import type { Caller } from '../caller.ts';
import { type List, pageOf, portions, type Row, rowAt, rowsBehind } from '../paged.ts';
import type { ApiDeps } from '../request.ts';
import { progressOf, type Reached } from './progress.ts';
import { findEntitlement, sidesOf } from './revoke.ts';

/** What entitlements are asked for by: the owning domain, and the consuming one. */
export interface EntitlementFilter extends PageQuery {
  readonly domain?: string;
  readonly consumer?: string;
}

/** The entitlements that the caller may see, by id. @throws WEFT-API-011, -012. */
export function listEntitlements(
  query: EntitlementFilter,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors'>,
): Promise<ListPage<EntitlementRecord>> {
  const { domain, consumer } = query;
  const isShown = (entitlement: EntitlementRecord) =>
    (domain === undefined || domain === entitlement.selector.domain) &&
    (consumer === undefined || entitlement.consumers.includes(consumer)) &&
    mayRead(entitlement, caller);
  const list: List<EntitlementRecord> = {
    route: 'GET /entitlements',
    filter: { domain, consumer },
    read: ([after] = [], size) =>
      portions(
        { after },
        size,
        (range) => deps.registry.entitlementPage(range),
        (entry) => [rowAt(keyOf(entry).sk, isShown(entry) ? entry : undefined)],
      ),
  };
  return pageOf(list, query, deps);
}

/** Versions of products of one portion, and portions of one page: each is read by itself. */
const PRODUCTS = 20;
const PORTIONS = 10;

/**
 * One entitlement, and what was read back of it for each product and consumer, a page of that.
 * @throws WEFT-AUTH-002, WEFT-ENTITLEMENT-004, WEFT-API-011, -012.
 */
export async function showEntitlement(
  id: string,
  query: PageQuery,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology' | 'cursors' | 'now'>,
): Promise<{ entitlement: EntitlementRecord; products: ListPage<Reached> }> {
  const { registry } = deps;
  const entitlement = await findEntitlement(id, deps);
  if (!mayRead(entitlement, caller)) authorize('entitlement.read', caller, sidesOf(entitlement));
  const owner = entitlement.selector.domain;
  const prefix = owner === undefined ? undefined : `${owner}/`;
  const context = { registry, topology: await deps.topology(), now: deps.now().toISOString() };
  const list: List<Reached> = {
    route: 'GET /entitlements/{id}',
    filter: { id },
    reads: PORTIONS,
    async *read(after, _size) {
      const covered = portions(
        // The product of the place as well: its other consumers may be behind it.
        { from: after?.[0] },
        PRODUCTS,
        (range) => registry.page('product', { ...range, prefix }),
        (entry: ProductRecord) => [rowAt(sortOf(entry), entry)],
      );
      for await (const { rows, more } of covered) {
        const reached: Row<Reached>[] = [];
        for (const { place, entry } of rows) {
          const product = entry === undefined || entry.state === 'retired' ? [] : [entry];
          const lines = await progressOf(entitlement, product, context);
          reached.push(
            { place: [...place, ''] },
            ...lines.map((line) => ({ place: [...place, line.consumer], entry: line })),
          );
        }
        yield { rows: rowsBehind(reached, after), more };
      }
    },
  };
  return { entitlement, products: await pageOf(list, query, deps) };
}

function mayRead(entitlement: EntitlementRecord, caller: Caller): boolean {
  const owner = entitlement.selector.domain;
  return [undefined, ...entitlement.consumers].some((consumer) => may('entitlement.read', caller, { owner, consumer }));
}
