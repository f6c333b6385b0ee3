import { everyRecord } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Duties, dutiesOf } from '#mesh/retention/duty.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps } from './request.ts';

/**
 * What a domain has to remove, of its own products and of copies of others', for its disposal alone. Asked about one product it is read from the
 * registry itself and not from its index: what was held a moment ago is held.
 * @throws WEFT-AUTH-002, WEFT-RETENTION-006 for a product that is no `<domain>/<product>`.
 */
export async function disposalsOf(
  domain: string,
  { product }: { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<Duties> {
  authorize('domain.disposals', caller, { owner: domain });
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
