import type { LakeFormation } from '#aws/lake-formation.ts';
import type { VersionState } from '#aws/registry.ts';
import type { DesiredAccess } from '#mesh/access/compile.ts';
import { leavingGrants } from '#mesh/access/leaving.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import { accessOnExisting, mustNarrowFirst, withoutWidening } from '#mesh/plan/before-catalog.ts';
import { condition } from '#mesh/record.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { databaseName, governanceRoleName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type ActualAccess, type Converged, convergeAccess, permanentOnly } from './converge.ts';
import type { CatalogConverged } from './converge-catalog.ts';
import { isManagedCentrally } from './managed.ts';
import { filteredTablesOf, observeGrants, tablesOf } from './observe-grants.ts';

/** How a run looks at the grants of one product and what it does about them. */
export interface AccessMode {
  /** Every table is looked at, not only those where the mesh's own grants can be. */
  readonly thorough: boolean;
  /** What is too wide is taken away, and nothing else is touched: what was lost waits for somebody's word. */
  readonly narrowOnly: boolean;
}

/** The grants and filters in the governance account, before and after the catalog changes. */
export function centralAccess(
  state: VersionState,
  access: DesiredAccess,
  topology: Topology,
  context: { readonly lakeFormation: LakeFormation; readonly mode: AccessMode; readonly asOf: string },
) {
  const { lakeFormation, mode } = context;
  const desired: ActualAccess = { grants: [...access.accountGrants, ...access.definerGrants], filters: access.filters };
  const look = lookoutOf(state, access, topology, mode.thorough);
  const suspected = leavingGrants(state.product, state.subscriptions, topology, context.asOf);
  let first: ActualAccess | undefined;
  const observe = async (known: Partial<ActualAccess> = {}): Promise<ActualAccess> => {
    const found = { grants: known.grants ?? (await grantsNow()), filters: known.filters ?? (await filtersNow()) };
    first ??= found;
    return found;
  };
  const own = { governanceAccount: topology.governanceAccount, owner: governanceRoleName(topology.mesh, 'reconcile') };
  const grantsNow = async () => {
    const found = await observeGrants(lakeFormation, { ...look, databaseItself: true });
    return found.filter((grant) => isManagedCentrally(grant, own));
  };
  const filtersNow = async () => {
    const filters = [];
    for (const table of look.filtered) filters.push(...(await lakeFormation.filters({ ...look, table })));
    return filters;
  };
  const converge = async (
    wanted: ActualAccess,
    first: { readonly assumed?: ActualAccess; readonly seen?: ActualAccess } = {},
  ): Promise<Converged> => {
    try {
      // A role's grant on a filter that is gone can no longer be taken away: the consumer's agent lets go of it first.
      const held = filtersInUse(state, access);
      const keep = ({ table }: { table: string }) => held.has(table);
      return await convergeAccess(wanted, { lakeFormation, observe, ...first, keep, suspected });
    } catch (error) {
      return { ok: false, applied: [], readBack: [], problems: [permanentOnly(error)] };
    }
  };
  return {
    desired,
    /** The first look of this run; undefined as long as there was none. */
    seen: () => first,
    /** Takes every grant and filter away that no agent has to let go of first. */
    revoke: (): Promise<Converged> => converge({ grants: [], filters: [] }),
    /** A wildcard that has to become a list goes before the catalog gets a column that it would show. */
    narrowBefore: async (tables: readonly TableInputLike[]): Promise<string | undefined> => {
      if (state.shares.length === 0) return undefined;
      const seen = await observe();
      if (!mustNarrowFirst(desired, seen)) return undefined;
      const possible = accessOnExisting(desired, tables);
      const { ok, problems } = await converge(mode.narrowOnly ? onlyNarrower(possible, seen) : possible, { seen });
      return ok ? undefined : `access has to be narrowed before the tables change: ${problems.join('; ')}`;
    },
    grant: async (catalog: CatalogConverged): Promise<Converged> => {
      if (mode.narrowOnly) {
        const seen = await observe();
        return converge(onlyNarrower(desired, seen), { seen });
      }
      // Where nothing was ever granted, the look after applying is the first one that can find something.
      const fresh = state.shares.length === 0 && access.definerGrants.length === 0;
      const untouched = fresh && desired.grants.length > 0 && !catalog.created && !mode.thorough;
      if (catalog.ok || desired.grants.length === 0)
        return converge(desired, untouched ? { assumed: { grants: [], filters: [] } } : {});
      const waits = 'nothing is granted before the tables are in the catalog';
      if (state.shares.length === 0) return { ok: false, applied: [], readBack: [], problems: [waits] };
      // What somebody lost is taken away all the same: a catalog that cannot be mended must not keep access alive.
      const possible = catalog.tables === undefined ? desired : accessOnExisting(desired, catalog.tables);
      const narrowed = await converge(withoutWidening(possible, await observe()));
      return { ...narrowed, ok: false, problems: [waits, ...narrowed.problems] };
    },
  };
}

/** What is there without what is too wide: filters as they should be where they are, and those of others left alone. */
function onlyNarrower(desired: ActualAccess, actual: ActualAccess): ActualAccess {
  const { grants } = withoutWidening(desired, actual);
  const filters = actual.filters.map(
    (filter) => desired.filters.find(({ table, name }) => table === filter.table && name === filter.name) ?? filter,
  );
  return { grants, filters };
}

/** Where grants of this product can stand: where they shall be, and where intents that have not been settled had them. */
function lookoutOf({ product, shares }: VersionState, access: DesiredAccess, topology: Topology, thorough: boolean) {
  const shared = condition(product, 'Shared');
  const verified = shared?.status === 'true' && shared.generation >= product.generation;
  const open = shares.filter((share) => !verified || !isReported(share) || !sameGrants(share, access));
  const former = open.flatMap(({ intent }) => intent.grants);
  const formerTables = open.flatMap(({ intent }) => [
    ...(intent.former?.tables ?? []),
    ...(intent.passesOn?.tables ?? []),
  ]);
  const wanted = [...access.accountGrants, ...access.definerGrants];
  const every = thorough ? product.tables.map(({ name }) => name) : [];
  const filters = [
    ...every,
    ...access.filters.map(({ table }) => table),
    ...filteredTablesOf([...wanted, ...former]),
    ...open.flatMap(({ intent }) => [...(intent.former?.filtered ?? []), ...(intent.passesOn?.filtered ?? [])]),
  ];
  return {
    catalogId: topology.governanceAccount,
    database: databaseName(product.domain, product.name, product.major),
    tables: [...new Set([...tablesOf([...wanted, ...former]), ...filters, ...formerTables])].sort(),
    filtered: [...new Set(filters)].sort(),
    principals: [
      ...new Set([
        ...[...access.shares, ...shares.map(({ intent }) => intent)].map(({ account }) => account),
        ...access.definerGrants.map(({ principal }) => principal),
      ]),
    ].sort(),
    tableByTable: thorough,
  };
}

/** The tables with filters that a consumer's roles may still hold: its agent has not confirmed an intent without them. */
function filtersInUse({ shares }: VersionState, access: DesiredAccess): Set<string> {
  const used = shares.flatMap((share) => [
    ...(sameGrants(share, access)
      ? []
      : [...filteredTablesOf(share.intent.grants), ...(share.intent.passesOn?.filtered ?? [])]),
    ...(isReported(share) ? [] : (share.intent.former?.filtered ?? [])),
  ]);
  return new Set(used);
}

/** True when the consumer's agent has confirmed the share's intent. */
export function isReported({ applied, generation }: ShareRecord): boolean {
  return applied?.ok === true && applied.generation >= generation;
}

function sameGrants(share: ShareRecord, access: DesiredAccess): boolean {
  const next = access.shares.find(({ consumer }) => consumer === share.intent.consumer);
  const essence = (intent: typeof next) => JSON.stringify([intent?.grants, intent?.passesOn]);
  return essence(next) === essence(share.intent);
}
