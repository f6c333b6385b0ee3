import type { LakeFormationTags } from '#aws/lake-formation-tags.ts';
import type { RecordWrite, Registry } from '#aws/registry.ts';
import { chooseGrants } from '#mesh/entitlement/choose.ts';
import { type EntitlementRecord, hasEnded, isStanding } from '#mesh/entitlement/entitlement.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Change } from '#mesh/record.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { LISTS_LAG } from '../converge.ts';
import { coveredProducts, filteredBeside } from './covered.ts';
import { isLeftSomewhere } from './progress.ts';
import { stampProducts } from './stamp.ts';
import { convergeTagAccess, type TagAccess } from './tag-access.ts';

/** A wish to look at the standing entitlements again; there is one queue group for all of them. */
export interface EntitlementsRequest {
  readonly entitlements: true;
  /** `sweep`: choose the ways again, too. */
  readonly cause: 'change' | 'sweep';
  readonly correlation: string;
}

/** The records of a batch that ask for entitlements, as one piece of work, and all others. */
export function splitRequests<T>(
  records: readonly T[],
  read: (record: T) => object,
): {
  readonly entitlements: { readonly work: EntitlementsRequest; readonly records: readonly T[] }[];
  readonly products: readonly T[];
} {
  const own = records.filter((record) => 'entitlements' in read(record));
  const products = records.filter((record) => !own.includes(record));
  if (own.length === 0) return { entitlements: [], products };
  const requests = own.map((record) => read(record) as EntitlementsRequest);
  const cause = requests.some((request) => request.cause === 'sweep') ? 'sweep' : 'change';
  return { entitlements: [{ work: { ...(requests.at(-1) as EntitlementsRequest), cause }, records: own }], products };
}

export interface EntitlementsDeps {
  readonly registry: Pick<Registry, 'entitlements' | 'page' | 'version' | 'write'>;
  readonly tags: LakeFormationTags;
  topology(): Promise<Topology>;
  now(): Date;
}

export interface EntitlementsReconciled {
  readonly result: 'none' | 'converged' | 'failed';
  /** Products that were told of a change. */
  readonly told: number;
  readonly problems: readonly string[];
}

/**
 * Makes the grants by LF-Tags what the standing entitlements need, tells the products that they cover, and notes what was read back. It looks at all of them, so a
 * request that comes twice, late or out of order does no harm; one that lost a race is thrown for the queue to bring it again.
 */
export async function reconcileEntitlements(
  request: EntitlementsRequest,
  deps: EntitlementsDeps,
): Promise<EntitlementsReconciled> {
  const former = await deps.registry.entitlements();
  if (former.length === 0) return { result: 'none', told: 0, problems: [] };
  const topology = await deps.topology();
  const at = deps.now().toISOString();
  const stamp = { actor: 'weft:reconcile', at, correlation: request.correlation };
  const open = former.filter(({ status }) => status.endedAt === undefined);
  const products = await coveredProducts(
    open.map(({ selector }) => selector),
    deps.registry,
  );
  const chosen = request.cause === 'sweep' ? await chooseAgain(open, products, topology, at, deps) : open;
  const standing = chosen.filter((entitlement) => isStanding(entitlement, at));
  const leaving = chosen.filter((entitlement) => !standing.includes(entitlement));
  const ended = former.filter(({ status: { endedAt } }) => endedAt !== undefined && isLately(endedAt, at));
  const access = await convergeTagAccess(standing, { tags: deps.tags, topology, leaving, ended });
  const change: Change = { ...stamp, action: 'EntitlementsChanged' };
  const told = await stampProducts(products, standing, change, deps.registry);
  const writes: RecordWrite[] = [];
  for (const [index, entitlement] of chosen.entries()) {
    const next = await after(entitlement, { access, products, stamp, registry: deps.registry });
    const before = open[index] as EntitlementRecord;
    if (next === before) continue;
    writes.push({ record: { ...next, revision: before.revision + 1 }, replaces: before.revision });
  }
  for (const write of writes) await deps.registry.write([write]);
  return { result: access.ok ? 'converged' : 'failed', told, problems: access.problems };
}

function isLately(endedAt: string, now: string): boolean {
  return Date.parse(now) - Date.parse(endedAt) < LISTS_LAG;
}

/** The entitlements with the ways that need the fewest grants now; one beside a filter that came since goes by names. */
async function chooseAgain(
  entitlements: readonly EntitlementRecord[],
  products: readonly ProductRecord[],
  topology: Topology,
  at: string,
  { registry }: Pick<EntitlementsDeps, 'registry'>,
): Promise<EntitlementRecord[]> {
  const chosen: EntitlementRecord[] = [];
  for (const entitlement of entitlements) {
    if (!isStanding(entitlement, at)) {
      chosen.push(entitlement);
      continue;
    }
    const filtered = await filteredBeside(entitlement, products, { topology, now: at }, registry);
    const others = entitlements.filter((other) => isStanding(other, at));
    const { way, because } = chooseGrants(entitlement, { products, others, filtered, topology });
    // Going back and forth between two ways that need as many would take access away for a moment each time.
    const stays = way === entitlement.way || (way === 'names' && filtered.length === 0);
    chosen.push(stays ? entitlement : { ...entitlement, way, because, generation: entitlement.generation + 1 });
  }
  return chosen;
}

/** The entitlement with what the run found; the very same when nothing moved. */
async function after(
  entitlement: EntitlementRecord,
  context: {
    readonly access: TagAccess;
    readonly products: readonly ProductRecord[];
    readonly stamp: Pick<Change, 'actor' | 'at' | 'correlation'>;
    readonly registry: Pick<Registry, 'version'>;
  },
): Promise<EntitlementRecord> {
  const { access, stamp } = context;
  const { state, expiresAt, way } = entitlement;
  const { problem: _, ...status } = entitlement.status;
  const problem = access.ok || way === 'names' ? undefined : access.problems.slice(0, 3).join('; ');
  const noted = { ...status, ...(problem === undefined ? {} : { problem }) };
  const moved = (
    next: EntitlementRecord['state'],
    action: string,
    more: Partial<EntitlementRecord['status']> = {},
  ) => ({
    ...entitlement,
    state: next,
    status: { ...noted, ...more },
    change: { ...stamp, action },
  });
  if (state === 'approved' || state === 'active') {
    if (hasEnded(expiresAt, stamp.at)) return moved('expired', 'EntitlementExpired');
    if (state === 'approved' && problem === undefined) {
      return moved('active', 'EntitlementActivated', { activatedAt: stamp.at });
    }
  }
  if ((state === 'revoking' || state === 'expired') && access.ok && !(await isLeftSomewhere(entitlement, context))) {
    const end = { endedAt: stamp.at };
    return state === 'revoking'
      ? moved('revoked', 'EntitlementRevoked', end)
      : moved('expired', 'EntitlementEnded', end);
  }
  if (problem === entitlement.status.problem) return entitlement;
  return moved(state, 'EntitlementObserved');
}
