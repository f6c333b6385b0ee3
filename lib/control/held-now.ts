import { type Held, heldAfter, namedFilters } from '#mesh/access/held.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { heldBy } from '#mesh/subscription/proof.ts';
import type { ShareIntent, ShareRecord } from '#mesh/subscription/subscription.ts';
import type { Converged } from './converge.ts';

type Found = Pick<Converged, 'readBack' | 'filters'>;

/** What a consumer's account and its principals were found to hold, with the filters that its grants on either side name; what was known, where nobody looked. */
export function heldByConsumer(
  wanted: ShareIntent,
  former: ShareRecord | undefined,
  { readBack, filters }: Found,
  at: string,
): Held | undefined {
  if (filters === undefined) return former?.held;
  const grants = heldBy(wanted.account, readBack);
  const either = [...grants, ...wanted.grants, ...(former?.intent.grants ?? [])];
  return heldAfter(former?.held, { at, grants, filters: namedFilters(either, filters) });
}

/** The same of everybody who is in no consumer's account. */
export function heldByOthers(
  { status }: ProductRecord,
  shares: readonly ShareIntent[],
  { readBack, filters }: Found,
  at: string,
): Held | undefined {
  if (filters === undefined) return status.held;
  const consumers = new Set(shares.map(({ account }) => account));
  const grants = readBack.filter(({ principal }) => !principal.split(':').some((part) => consumers.has(part)));
  return heldAfter(status.held, { at, grants, filters: namedFilters(grants, filters) });
}
