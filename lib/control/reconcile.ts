import type { CentralCatalog } from '#aws/glue.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import type { LakeFormationTags } from '#aws/lake-formation-tags.ts';
import type { ProductKey, RecordWrite, Registry, SourceClaim, VersionState } from '#aws/registry.ts';
import { groupOf } from '#aws/registry-keys.ts';
import { compileAccess, type DesiredAccess } from '#mesh/access/compile.ts';
import { type TableInputLike, toTableInput } from '#mesh/contract/glue-table.ts';
import { accessOnExisting, mustNarrowFirst, withoutWidening } from '#mesh/plan/before-catalog.ts';
import { isPublished } from '#mesh/product/life.ts';
import { condition } from '#mesh/record.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { databaseName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type ActualAccess, type Converged, convergeAccess, permanentOnly } from './converge.ts';
import { type CatalogConverged, convergeCatalog } from './converge-catalog.ts';
import { dismantle, releasedSources } from './dismantle.ts';
import { isManagedCentrally } from './managed.ts';
import { filteredTablesOf, observeGrants, tablesOf } from './observe-grants.ts';
import { optimistically } from './optimistic.ts';
import { productTagging } from './product-tags.ts';
import { outcomeWrites } from './reconcile-outcome.ts';

export interface ReconcileDeps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'write'>;
  readonly catalog: CentralCatalog;
  readonly lakeFormation: LakeFormation;
  readonly tags: LakeFormationTags;
  topology(): Promise<Topology>;
  now(): Date;
}

/** A wish to look at one product version again. */
export interface ReconcileRequest extends ProductKey {
  /** `change`: desired state moved, and a version that was reconciled since is left alone; `sweep`: look in any case. */
  readonly cause: 'change' | 'sweep';
  readonly correlation: string;
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
  return optimistically(async () => {
    const state = await deps.registry.version(request);
    if (state === undefined) return { result: 'gone', problems: [] };
    if (isIdle(state) || (request.cause === 'change' && isSettled(state))) return { result: 'settled', problems: [] };
    const topology = await deps.topology();
    const access = compileAccess(state.product, state.subscriptions, state.shares, topology);
    const database = databaseName(state.product.domain, state.product.name, state.product.major);
    const tables = state.product.tables.map((table) => toTableInput(state.product, table));
    const central = centralAccess(state, access, topology, deps);
    const tagging = productTagging(state, access, { tags: deps.tags, topology, request });
    const converge = async () => {
      const narrow = async (found: readonly TableInputLike[]) =>
        (await tagging.narrow(found)) ?? (await central.narrowBefore(found));
      const found = await convergeCatalog({ database, tables }, deps.catalog, narrow);
      return { catalog: found, grants: await tagging.settle(found, await central.grant(found)) };
    };
    const retired = state.product.state === 'retired';
    const { catalog, grants } = retired
      ? await dismantle(state, topology, deps.catalog, central.revoke)
      : await converge();
    const outcome = outcomeWrites(state, { access, catalog, grants, request, now: deps.now() });
    const removed = retired && catalog.ok;
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

/** True when a reconcile of this very generation has ended well, so that a second request for it has nothing to do. */
function isSettled({ product }: VersionState): boolean {
  return (['Registered', 'Shared'] as const).every((type) => {
    const found = condition(product, type);
    return found?.status === 'true' && found.generation >= product.generation;
  });
}

/** The grants and filters in the governance account, before and after the catalog changes. */
function centralAccess(state: VersionState, access: DesiredAccess, topology: Topology, deps: ReconcileDeps) {
  const desired: ActualAccess = { grants: access.accountGrants, filters: access.filters };
  const look = lookoutOf(state, access, topology);
  const observe = async (known: Partial<ActualAccess> = {}): Promise<ActualAccess> => ({
    grants: known.grants ?? (await grantsNow()),
    filters: known.filters ?? (await filtersNow()),
  });
  const grantsNow = async () => {
    const found = await observeGrants(deps.lakeFormation, { ...look, databaseItself: true });
    return found.filter((grant) => isManagedCentrally(grant, topology.governanceAccount));
  };
  const filtersNow = async () => {
    const filters = [];
    for (const table of look.filtered) filters.push(...(await deps.lakeFormation.filters({ ...look, table })));
    return filters;
  };
  const converge = async (wanted: ActualAccess, assumed?: ActualAccess): Promise<Converged> => {
    try {
      // A role's grant on a filter that is gone can no longer be taken away: the consumer's agent lets go of it first.
      const held = filtersInUse(state, access);
      const keep = ({ table }: { table: string }) => held.has(table);
      return await convergeAccess(wanted, { lakeFormation: deps.lakeFormation, observe, assumed, keep });
    } catch (error) {
      return { ok: false, applied: [], readBack: [], problems: [permanentOnly(error)] };
    }
  };
  return {
    /** Takes every grant and filter away that no agent has to let go of first. */
    revoke: (): Promise<Converged> => converge({ grants: [], filters: [] }),
    /** A wildcard that has to become a list goes before the catalog gets a column that it would show. */
    narrowBefore: async (tables: readonly TableInputLike[]): Promise<string | undefined> => {
      if (state.shares.length === 0 || !mustNarrowFirst(desired, await observe())) return undefined;
      const { ok, problems } = await converge(accessOnExisting(desired, tables));
      return ok ? undefined : `access has to be narrowed before the tables change: ${problems.join('; ')}`;
    },
    grant: async (catalog: CatalogConverged): Promise<Converged> => {
      // Where nothing was ever granted, the look after applying is the first one that can find something.
      const untouched = state.shares.length === 0 && desired.grants.length > 0 && !catalog.created;
      if (catalog.ok || desired.grants.length === 0)
        return converge(desired, untouched ? { grants: [], filters: [] } : undefined);
      const waits = 'nothing is granted before the tables are in the catalog';
      if (state.shares.length === 0) return { ok: false, applied: [], readBack: [], problems: [waits] };
      // What somebody lost is taken away all the same: a catalog that cannot be mended must not keep access alive.
      const possible = catalog.tables === undefined ? desired : accessOnExisting(desired, catalog.tables);
      const narrowed = await converge(withoutWidening(possible, await observe()));
      return { ...narrowed, ok: false, problems: [waits, ...narrowed.problems] };
    },
  };
}

/** Where grants of this product can stand: where they shall be, and where intents that have not been settled had them. */
function lookoutOf({ product, shares }: VersionState, access: DesiredAccess, topology: Topology) {
  const shared = condition(product, 'Shared');
  const verified = shared?.status === 'true' && shared.generation >= product.generation;
  const open = shares.filter((share) => !verified || !isReported(share) || !sameGrants(share, access));
  const former = open.flatMap(({ intent }) => intent.grants);
  const formerTables = open.flatMap(({ intent }) => intent.former?.tables ?? []);
  const wanted = access.accountGrants;
  const filters = [
    ...access.filters.map(({ table }) => table),
    ...filteredTablesOf([...wanted, ...former]),
    ...open.flatMap(({ intent }) => intent.former?.filtered ?? []),
  ];
  return {
    catalogId: topology.governanceAccount,
    database: databaseName(product.domain, product.name, product.major),
    tables: [...new Set([...tablesOf([...wanted, ...former]), ...filters, ...formerTables])].sort(),
    filtered: [...new Set(filters)].sort(),
    principals: [
      ...new Set([...access.shares, ...shares.map(({ intent }) => intent)].map(({ account }) => account)),
    ].sort(),
  };
}

/** The tables with filters that a consumer's roles may still hold: its agent has not confirmed an intent without them. */
function filtersInUse({ shares }: VersionState, access: DesiredAccess): Set<string> {
  const used = shares.flatMap((share) => [
    ...(sameGrants(share, access) ? [] : filteredTablesOf(share.intent.grants)),
    ...(isReported(share) ? [] : (share.intent.former?.filtered ?? [])),
  ]);
  return new Set(used);
}

function isReported({ applied, generation }: ShareRecord): boolean {
  return applied?.ok === true && applied.generation >= generation;
}

function sameGrants(share: ShareRecord, access: DesiredAccess): boolean {
  const next = access.shares.find(({ consumer }) => consumer === share.intent.consumer);
  return JSON.stringify(next?.grants) === JSON.stringify(share.intent.grants);
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

/** The requests of a batch, one for each product version, with what asked for it; a sweep among them makes it a sweep. */
export function mergeRequests<T>(
  records: readonly T[],
  read: (record: T) => ReconcileRequest,
): { readonly work: ReconcileRequest; readonly records: readonly T[] }[] {
  const groups = Map.groupBy(
    records.map((record) => ({ record, request: read(record) })),
    ({ request }) => groupOf(request),
  );
  return [...groups.values()].map((entries) => {
    const last = (entries.at(-1) as (typeof entries)[number]).request;
    const cause = entries.some(({ request }) => request.cause === 'sweep') ? 'sweep' : 'change';
    return { work: { ...last, cause }, records: entries.map(({ record }) => record) };
  });
}
