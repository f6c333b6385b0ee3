import { userError } from '#mesh/error.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { qualityDuties } from '#mesh/quality/duty.ts';
import { released } from '#mesh/quality/release.ts';
import { authorize } from './authorize.ts';
import { optimistically } from './optimistic.ts';
import { versionOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

/** What somebody wants done about the quality of a version. */
export interface QualityWish {
  readonly action: 'measure' | 'release';
  readonly major?: number;
  readonly reason?: string;
  /** `release`: default all tables. */
  readonly table?: string;
}

/**
 * Asks the owning domain to measure its data now, or tells consumers of data that was held back although it breaks a rule.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001 and -002, WEFT-QUALITY-001 when nothing can be measured, -002 when nothing is held back, -003 without a reason.
 */
export async function tendQuality(
  name: { readonly domain: string; readonly name: string },
  wish: QualityWish,
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord> {
  const { action, major, reason, table } = wish;
  authorize(action === 'measure' ? 'product.measure' : 'product.release-data', request.caller, { owner: name.domain });
  if (action === 'release' && (reason ?? '').trim() === '') {
    throw userError('WEFT-QUALITY-003', 'data is let go with a reason only', { hint: 'add --reason' });
  }
  return optimistically(async () => {
    const { product } = await versionOf({ ...name, major }, deps);
    const next = action === 'measure' ? asked(product, request, deps.now()) : letGo(product, table, deps.now());
    const change = changeBy(request, action === 'measure' ? 'QualityRequested' : 'DataReleased', deps.now(), {
      ...(reason === undefined ? {} : { reason }),
      ...(table === undefined ? {} : { details: { table } }),
    });
    const record = { ...next, revision: product.revision + 1, change };
    await deps.registry.write([{ record, replaces: product.revision }]);
    return record;
  });
}

function asked(product: ProductRecord, { caller }: Request, now: Date): ProductRecord {
  if (!isPublished(product) || qualityDuties([product], now).length === 0) {
    throw userError('WEFT-QUALITY-001', `${productId(product)} v${product.major} has nothing that is measured`, {
      hint: 'add rules under "quality:" of a table or a column of its contract, e.g. "- { metric: nullValues, mustBe: 0 }"',
    });
  }
  return { ...product, measureAsked: { by: caller.arn, at: now.toISOString() } };
}

function letGo(product: ProductRecord, table: string | undefined, now: Date): ProductRecord {
  const held = (product.status.deliveries?.waiting ?? []).filter((one) => one.held !== undefined);
  const next = released(
    product,
    (one) => one.held !== undefined && (table === undefined || one.table === table),
    'failed',
    now,
  );
  if (next !== product) return next;
  const where = table === undefined ? '' : ` of the table \`${table}\``;
  throw userError('WEFT-QUALITY-002', `no data${where} of ${productId(product)} v${product.major} is held back`, {
    hint:
      held.length === 0
        ? 'see `weft product quality`'
        : `held back is data of ${[...new Set(held.map((one) => one.table))].join(', ')}`,
  });
}
