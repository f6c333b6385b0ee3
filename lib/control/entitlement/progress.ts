import type { Registry, VersionState } from '#aws/registry.ts';
import { covers, type EntitlementRecord, isStanding } from '#mesh/entitlement/entitlement.ts';
import { membersOf } from '#mesh/entitlement/members.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** How far an entitlement has come in one consuming account for one product, by what was read back. */
export interface Reached {
  /** `<domain>/<product>`. */
  readonly product: string;
  readonly major: number;
  readonly consumer: string;
  /** `visible`, `gone` and `nothing` (no column within the clearance) were read back; `pending` was not yet; `failed` says why in `error`. */
  readonly state: 'visible' | 'pending' | 'gone' | 'nothing' | 'failed';
  readonly error?: string;
}

/** Where an entitlement stands in each product that it covers and each domain that it reaches. */
export async function progressOf(
  entitlement: EntitlementRecord,
  products: readonly ProductRecord[],
  context: { readonly registry: Pick<Registry, 'version'>; readonly topology: Topology; readonly now: string },
): Promise<Reached[]> {
  const wanted = isStanding(entitlement, context.now);
  const members = membersOf(entitlement, context.topology);
  const reached: Reached[] = [];
  for (const { domain, name, major } of covered(entitlement, products)) {
    const version = await context.registry.version({ domain, name, major });
    if (version === undefined) continue;
    for (const member of members.filter((entry) => entry.domain !== domain)) {
      const at = { product: `${domain}/${name}`, major, consumer: member.domain };
      reached.push({ ...at, ...stateIn(version, entitlement.id, member.domain, wanted) });
    }
  }
  return reached;
}

function stateIn(
  version: VersionState,
  id: string,
  consumer: string,
  wanted: boolean,
): Pick<Reached, 'state' | 'error'> {
  const { product, shares } = version;
  const stamped = product.entitlements?.some((entry) => entry.id === id) === true;
  const shared = condition(product, 'Shared');
  if (stamped !== wanted || shared === undefined || shared.generation < product.generation) return { state: 'pending' };
  if (shared.status !== 'true') return { state: 'failed', error: shared.message };
  const share = shares.find(({ intent }) => intent.consumer === consumer);
  const meant = share?.intent.entitlements?.includes(id) === true;
  if (!meant && share === undefined) return { state: wanted ? 'nothing' : 'gone' };
  if (share?.applied === undefined || share.applied.generation < share.generation) return { state: 'pending' };
  if (!share.applied.ok) return { state: 'failed', error: share.applied.error };
  if (meant) return { state: 'visible' };
  return { state: wanted ? 'nothing' : 'gone' };
}

/** True while some product still gives something in the name of the entitlement, or has not been read back since it stopped. */
export async function isLeftSomewhere(
  entitlement: EntitlementRecord,
  { products, registry }: { readonly products: readonly ProductRecord[]; readonly registry: Pick<Registry, 'version'> },
): Promise<boolean> {
  for (const product of covered(entitlement, products)) {
    const version = await registry.version(product);
    if (version !== undefined && isLeft(version, entitlement.id)) return true;
  }
  return false;
}

function isLeft({ product, shares }: VersionState, id: string): boolean {
  const shared = condition(product, 'Shared');
  if (product.entitlements?.some((entry) => entry.id === id) === true) return true;
  if (shared?.status !== 'true' || shared.generation < product.generation) return true;
  return shares.some(
    ({ intent, applied, generation }) =>
      intent.entitlements?.includes(id) === true || applied?.ok !== true || applied.generation < generation,
  );
}

function covered({ selector }: EntitlementRecord, products: readonly ProductRecord[]): readonly ProductRecord[] {
  return products.filter(({ domain }) => covers(selector, domain));
}
