import { everyRecord } from '#aws/registry.ts';
import { type QualityDuty, qualityDuties } from '#mesh/quality/duty.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps } from './request.ts';

/**
 * What a domain has to measure of its own products, for its Lambda alone. Asked about one product it is read from the registry itself and not from its index:
 * what was published a moment ago counts.
 * @throws WEFT-AUTH-002
 */
export async function qualityDutiesOf(
  domain: string,
  { product }: { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<QualityDuty[]> {
  authorize('domain.quality', caller, { owner: domain });
  if (product !== undefined) {
    const versions = await deps.registry.versions({ domain, name: product });
    return qualityDuties(
      versions.map((version) => version.product),
      deps.now(),
    );
  }
  const products = [];
  for await (const record of everyRecord(deps.registry, 'product', `${domain}/`)) products.push(record);
  return qualityDuties(products, deps.now());
}
