import type { CentralCatalog } from '#aws/glue.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import type { LakeFormationTags } from '#aws/lake-formation-tags.ts';
import type { MaskKeyStore } from '#aws/mask-keys.ts';
import type { RecordWrite, Registry, SourceClaim, VersionState } from '#aws/registry.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import { centralTables } from '#mesh/contract/central-tables.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import { closes } from '#mesh/drift/catalog.ts';
import type { DriftFinding } from '#mesh/drift/finding.ts';
import { settingsDrift } from '#mesh/drift/settings.ts';
import { isPublished } from '#mesh/product/life.ts';
import { condition } from '#mesh/record.ts';
import { lostDomains, withLost } from '#mesh/topology/lost.ts';
import { databaseName, governanceRoleName, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { centralAccess } from './central-access.ts';
import { convergeCatalog } from './converge-catalog.ts';
import { viewGround } from './converge-views.ts';
import { dismantle, releasedSources } from './dismantle.ts';
import { driftModeFor, driftOf, fingerprintOf } from './drift-look.ts';
import { optimistically } from './optimistic.ts';
import { productTagging } from './product-tags.ts';
import { outcomeWrites } from './reconcile-outcome.ts';
import { isThorough, type ReconcileRequest } from './reconcile-request.ts';

export type { ReconcileRequest } from './reconcile-request.ts';

export interface ReconcileDeps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'write'>;
  readonly catalog: CentralCatalog;
  readonly lakeFormation: LakeFormation;
  readonly tags: LakeFormationTags;
  readonly maskKeys: MaskKeyStore;
  topology(): Promise<Topology>;
  now(): Date;
}

export interface Reconciled {
  readonly result: 'gone' | 'settled' | 'converged' | 'failed';
  /** From the first publish to Registered, in milliseconds, when this run made it so for the first time. */
  readonly timeToRegister?: number;
  readonly problems: readonly string[];
}

/**
 * Makes the central catalog and the grants to other accounts equal to what the registry wants of one product version, reads back, and
 * writes status and share intents. It looks at the whole state, so a request that comes twice, late or out of order does no harm.
 * Throttling that does not end and faults of the way are thrown, for the queue to bring the request again.
 */
export function reconcile(request: ReconcileRequest, deps: ReconcileDeps): Promise<Reconciled> {
  let lost = request.again === true;
  return optimistically(async () => {
    const state = await deps.registry.version(request);
    if (state === undefined) return { result: 'gone', problems: [] };
    if (isIdle(state) || (request.cause === 'change' && isSettled(state))) return { result: 'settled', problems: [] };
    const current = await deps.topology();
    const left = lostDomains(state.product, state.subscriptions, current);
    // A file that no longer names a domain takes nothing away from it: ending what it has does.
    const topology = withLost(current, left);
    const asOf = deps.now().toISOString();
    const access = compileAccess(state.product, state.subscriptions, state.shares, topology, asOf);
    const database = databaseName(state.product.domain, state.product.name, state.product.major);
    const tables = centralTables(state.product, topology);
    const ground = viewGround(state.product, access, topology, deps);
    const asked: ReconcileRequest = { ...request, ...(lost ? { again: true } : {}) };
    const mode = driftModeFor(state, asked, topology, fingerprintOf(access, tables));
    // What this run grants is in no record until the write below: whoever writes first makes it look everywhere.
    lost = true;
    const retired = state.product.state === 'retired';
    // Of what is taken apart nothing may be overlooked, and nothing waits for a word.
    const look = retired ? { ...mode, thorough: true, narrowOnly: false } : mode;
    const central = centralAccess(state, access, topology, { lakeFormation: deps.lakeFormation, mode: look, asOf });
    const tagging = productTagging(state, access, { tags: deps.tags, topology, request: asked });
    const converge = async () => {
      const narrow = async (found: readonly TableInputLike[]) =>
        (await tagging.narrow(found)) ?? (await central.narrowBefore(found));
      const selects = mode.narrowOnly ? closes : undefined;
      // A change looks at what views stand on when a view changes, a sweep in any case.
      const missing = request.cause === 'sweep' && !mode.narrowOnly ? await ground.mendKeys() : undefined;
      const reached = await convergeCatalog({ database, tables }, deps.catalog, narrow, selects, ground.prepare);
      const found =
        missing === undefined ? reached : { ...reached, ok: false, reason: 'ViewsNotReady', message: missing };
      return { catalog: found, grants: await tagging.settle(found, await central.grant(found)) };
    };
    const { catalog, grants } = retired
      ? await dismantle(state, topology, deps.catalog, async (found) =>
          tagging.settle(
            { ok: false, created: false, reason: 'Retired', applied: ['retire'], tables: found },
            await central.revoke(),
          ),
        )
      : await converge();
    const now = deps.now();
    const { governanceAccount: account } = topology;
    const { desired } = central;
    const { cause } = request;
    const settings = isThorough(cause) ? await settingsNow(topology, deps) : undefined;
    const seen = central.seen();
    const drift = driftOf(state, { mode, cause, catalog, grants, desired, seen, settings, account, now });
    const outcome = outcomeWrites(state, { topology, left, asOf, access, catalog, grants, drift, request, now });
    const removed = retired && catalog.ok;
    if (removed) await ground.removeKeys();
    const free = removed ? releasedSources(state, await deps.registry.versions(state.product), topology) : [];
    await writeAll(tagging.noted(outcome.writes, deps.now()), deps.registry, free);
    const problems = [...(catalog.message === undefined ? [] : [catalog.message]), ...grants.problems];
    const result = catalog.ok && grants.ok ? 'converged' : 'failed';
    return { result, timeToRegister: outcome.timeToRegister, problems };
  });
}

/** True for what has nothing in the central catalog: a proposal, a draft, and a retired version that is gone. */
function isIdle({ product }: VersionState): boolean {
  return !isPublished(product) && (product.state !== 'retired' || product.status.removedAt !== undefined);
}

/** What is other in the governance account's own settings than its stacks made it. */
async function settingsNow(topology: Topology, { lakeFormation }: ReconcileDeps): Promise<DriftFinding[]> {
  const { mesh, governanceAccount, crossAccountVersion } = topology;
  const admins = [roleArn(governanceAccount, governanceRoleName(mesh, 'reconcile'))];
  return settingsDrift({ admins, crossAccountVersion }, await lakeFormation.settings(), governanceAccount);
}

/** True when a reconcile of this very generation has ended well, so that a second request for it has nothing to do. */
function isSettled({ product }: VersionState): boolean {
  return (['Registered', 'Shared'] as const).every((type) => {
    const found = condition(product, type);
    return found?.status === 'true' && found.generation >= product.generation;
  });
}

/** A transaction takes 100 items: what hangs on the product goes first, the product's own status last. */
async function writeAll(
  writes: readonly RecordWrite[],
  registry: Pick<Registry, 'write'>,
  free: readonly SourceClaim[],
): Promise<void> {
  const ordered = [
    ...writes.filter(({ record }) => record.type !== 'product'),
    ...writes.filter(({ record }) => record.type === 'product'),
  ];
  for (let start = 0; start < ordered.length; start += 90) {
    const last = start + 90 >= ordered.length;
    await registry.write(ordered.slice(start, start + 90), last ? free : []);
  }
}
