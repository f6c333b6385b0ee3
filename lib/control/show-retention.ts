import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { published } from '#mesh/product/published.ts';
import { type Basis, basisOf } from '#mesh/retention/basis.ts';
import { retentionOf } from '#mesh/retention/duty.ts';
import type { Hold } from '#mesh/retention/hold.ts';
import { parsePeriod, periodBefore } from '#mesh/retention/period.ts';
import type { RetentionStatus } from '#mesh/retention/status.ts';
import { may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { versionsOf } from './products.ts';
import type { ApiDeps } from './request.ts';

/** How long one table is kept. */
export interface KeptTable {
  readonly table: string;
  /** As the contract has it; absent: without an end. */
  readonly period?: string;
  readonly basis: Basis;
  /** ISO 8601: what ended up to then is past, when it can be told. */
  readonly cutoff?: string;
  /** Products that it is made of: the shortest retention counts. */
  readonly madeOf?: readonly string[];
}

/** One version's retention as somebody may see it. */
export interface RetentionView {
  readonly product: string;
  readonly major: number;
  readonly state: ProductRecord['state'];
  readonly tables: readonly KeptTable[];
  /** Those who may see them only; others see how many there are. */
  readonly holds: readonly Hold[];
  readonly held: number;
  readonly status: RetentionStatus;
}

/** How long each version of a product is kept, what is to go, what went, and what holds it. @throws WEFT-PRODUCT-001. */
export async function showRetention(
  name: { readonly domain: string; readonly name: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<RetentionView[]> {
  const versions = await versionsOf(name, deps);
  const inside = may('product.holds', caller, { owner: name.domain });
  return versions.map(({ product }) => ({
    product: productId(product),
    major: product.major,
    state: product.state,
    tables: (inside ? product : published(product)).tables
      .filter(({ view }) => view === undefined)
      .map((table): KeptTable => {
        const period = table.keptFor ?? retentionOf(product);
        const parsed = parsePeriod(period);
        return {
          table: table.name,
          ...(period === undefined ? {} : { period }),
          basis: basisOf(table, table.agesBy),
          ...(parsed === undefined ? {} : { cutoff: periodBefore(deps.now(), parsed).toISOString() }),
          ...(table.madeOf === undefined || table.aggregated === true ? {} : { madeOf: table.madeOf }),
        };
      }),
    holds: inside ? (product.holds ?? []) : [],
    held: product.holds?.length ?? 0,
    status: (inside ? product : published(product)).status.retention ?? {},
  }));
}
