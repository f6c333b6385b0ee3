import { userError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Hold, releaseRefusal, withHold, withoutHold } from '#mesh/retention/hold.ts';
import { authorize } from './authorize.ts';
import { optimistically } from './optimistic.ts';
import { versionsOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

export interface HoldWish {
  readonly action: 'place' | 'release';
  /** Why; a hold has one. */
  readonly reason?: string;
  /** Of one table only. */
  readonly table?: string;
  /** Which hold is released; need not be said when there is one only. */
  readonly hold?: string;
}

/**
 * Places or releases a hold on a product with all its versions: while there is one nothing of it is removed, copies in other accounts included.
 * The owner's steward, the platform and the auditor place one; the platform and the auditor release one, but never their own.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, WEFT-RETENTION-001 to -005.
 */
export async function holdProduct(
  name: { readonly domain: string; readonly name: string },
  wish: HoldWish,
  request: Request,
  deps: ApiDeps,
): Promise<{ products: readonly ProductRecord[]; hold: Hold }> {
  authorize(wish.action === 'place' ? 'product.hold' : 'product.release-hold', request.caller, { owner: name.domain });
  const id = deps.random();
  return optimistically(async () => {
    const products = (await versionsOf(name, deps)).map(({ product }) => product);
    const hold =
      wish.action === 'place' ? newHold(id, wish, products, request, deps) : holdToRelease(wish, products, request);
    const action = wish.action === 'place' ? 'LegalHoldPlaced' : 'LegalHoldReleased';
    // Why is for the trail and for those who may see holds, not for everybody who is told of the change.
    const details = { hold, ...(wish.action === 'release' ? { reason: wish.reason } : {}) };
    const change = changeBy(request, action, deps.now(), { details });
    const writes = products.flatMap((product) => {
      const held = product.holds?.some((one) => one.id === hold.id) === true;
      if (held === (wish.action === 'place')) return [];
      const next = wish.action === 'place' ? withHold(product, hold) : withoutHold(product, hold.id);
      return [{ record: { ...next, revision: product.revision + 1, change }, replaces: product.revision }];
    });
    await deps.registry.write(writes);
    return { products: writes.map(({ record }) => record), hold };
  });
}

function newHold(
  id: string,
  { reason, table }: HoldWish,
  products: readonly ProductRecord[],
  { caller }: Request,
  deps: Pick<ApiDeps, 'now'>,
): Hold {
  if (reason === undefined) {
    throw userError('WEFT-RETENTION-001', 'a hold without a reason is refused', {
      hint: 'say why: --reason "inquiry 12"',
    });
  }
  const tables = new Set(products.flatMap((product) => product.tables.map((entry) => entry.name)));
  if (table !== undefined && !tables.has(table)) {
    throw userError('WEFT-RETENTION-002', `table \`${table}\` does not exist`, {
      hint: `it has ${[...tables].join(', ')}`,
    });
  }
  return {
    id,
    by: caller.arn,
    side: caller.domain ?? `governance/${caller.kind ?? 'platform'}`,
    at: deps.now().toISOString(),
    reason,
    ...(table === undefined ? {} : { table }),
  };
}

function holdToRelease({ hold: id }: HoldWish, products: readonly ProductRecord[], { caller }: Request): Hold {
  const holds = [...new Map(products.flatMap(({ holds = [] }) => holds.map((hold) => [hold.id, hold]))).values()];
  const ids = holds.map((hold) => hold.id).join(', ');
  const name = products[0] === undefined ? '' : productId(products[0]);
  const [found, ...others] = id === undefined ? holds : holds.filter((hold) => hold.id === id);
  if (found === undefined) {
    const what = id === undefined ? `nothing holds ${name}` : `no hold on ${name} is called \`${id}\``;
    throw userError('WEFT-RETENTION-003', what, {
      hint: ids === '' ? 'there is nothing to release' : `holds are ${ids}`,
    });
  }
  if (others.length > 0) {
    throw userError('WEFT-RETENTION-004', `${name} has ${holds.length} holds`, {
      hint: `name one with --hold: ${ids}`,
    });
  }
  const refused = releaseRefusal(found, caller.arn);
  if (refused === undefined) return found;
  throw userError('WEFT-RETENTION-005', refused, {
    hint: 'ask the platform team or the auditor, whoever of them did not place it',
  });
}
