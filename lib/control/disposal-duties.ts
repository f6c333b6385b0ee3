import { everyRecord } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type CopyDuty, type Duties, dutiesOf, type TableDuty } from '#mesh/retention/duty.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { type List, pageOf, type Row, rowsBehind } from './paged.ts';
import type { ApiDeps } from './request.ts';

/**
 * What a domain has to remove, of its own products and of copies of others', for its disposal alone, page by page. Asked about one product it is read from the
 * registry itself and not from its index: what was held a moment ago is held.
 * A domain whose Lambdas are of a release before there were pages says no limit and takes the first answer for the whole: it has all duties, or none. By a part of
 * them it would not know of a hold.
 * @throws WEFT-AUTH-002, WEFT-RETENTION-006 for a product that is no `<domain>/<product>`, -011 for more than an answer holds, WEFT-API-011, -012.
 */
export async function disposalsOf(
  domain: string,
  query: PageQuery & { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors' | 'now'>,
): Promise<Duties & Pick<ListPage<unknown>, 'next'>> {
  authorize('domain.disposals', caller, { owner: domain });
  const { product } = query;
  const list: List<{ readonly table: TableDuty } | { readonly copy: CopyDuty }> = {
    route: 'GET /domains/{domain}/disposals',
    filter: { domain, product },
    usual: Number.MAX_SAFE_INTEGER,
    // What a table is made of may be anybody's, so each page reads all products; what it tells is a part.
    async *read(after) {
      const { tables, copies } = await everyDuty(domain, product, deps);
      const rows: Row<{ readonly table: TableDuty } | { readonly copy: CopyDuty }>[] = [
        ...tables.map((table) => ({ place: ['1', keyOf(table), table.table], entry: { table } })),
        ...copies.map((copy) => ({ place: ['2', keyOf(copy)], entry: { copy } })),
      ];
      yield { rows: rowsBehind(rows, after), more: false };
    },
  };
  const { entries, next } = await pageOf(list, query, deps);
  if (next !== undefined && query.limit === undefined && query.next === undefined) {
    throw userError('WEFT-RETENTION-011', `\`${domain}\` has more to dispose of than one answer holds`, {
      hint: 'deploy the domain with this release, which asks page by page; or say a limit',
    });
  }
  return {
    tables: entries.flatMap((entry) => ('table' in entry ? [entry.table] : [])),
    copies: entries.flatMap((entry) => ('copy' in entry ? [entry.copy] : [])),
    ...(next === undefined ? {} : { next }),
  };
}

function keyOf({ domain, product, major }: CopyDuty | TableDuty): string {
  return `${domain}/${product}#${major}`;
}

async function everyDuty(
  domain: string,
  product: string | undefined,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<Duties> {
  const indexed: ProductRecord[] = [];
  for await (const record of everyRecord(deps.registry, 'product')) indexed.push(record);
  if (product === undefined) return dutiesOf(domain, indexed, deps.now());
  if (!/^[^/]+\/[^/]+$/.test(product)) {
    throw userError('WEFT-RETENTION-006', `\`${product}\` is no product`, { hint: 'write `<domain>/<product>`' });
  }
  // A hold on what it is made of counts as well: those are read anew, too.
  const fresh = new Map<string, readonly ProductRecord[]>();
  const read = async (id: string): Promise<void> => {
    if (fresh.has(id)) return;
    const [owner = '', name = ''] = id.split('/');
    const versions = (await deps.registry.versions({ domain: owner, name })).map((version) => version.product);
    fresh.set(id, versions);
    for (const { tables } of versions)
      for (const { madeOf = [] } of tables) for (const source of madeOf) await read(source);
  };
  await read(product);
  const products = [...indexed.filter((record) => !fresh.has(productId(record))), ...[...fresh.values()].flat()];
  const { tables, copies } = dutiesOf(domain, products, deps.now());
  const isAsked = (duty: { domain: string; product: string }) => `${duty.domain}/${duty.product}` === product;
  return { tables: tables.filter(isAsked), copies: copies.filter(isAsked) };
}
