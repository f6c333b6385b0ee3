import type { CentralCatalog, CentralTable } from '#aws/glue.ts';
import type { SourceClaim, VersionState } from '#aws/registry.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import { dismantleCatalog } from '#mesh/plan/catalog.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { databaseName } from '#mesh/topology/names.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { type Converged, permanentOnly } from './converge.ts';
import type { CatalogConverged } from './converge-catalog.ts';

export interface Dismantled {
  readonly catalog: CatalogConverged;
  readonly grants: Converged;
}

/** After that many rounds of deleting and reading back, what is still there is reported. */
const ROUNDS = 3;

/**
 * Takes a retired version apart: its grants and filters first, then, once every consumer's agent has reported that nothing is left there,
 * its tables and its database. It looks at what is, so that it goes on wherever an earlier run ended. `revoke` takes the central grants and
 * tags; it is given the tables that are there.
 */
export async function dismantle(
  state: VersionState,
  topology: Topology,
  catalog: CentralCatalog,
  revoke: (tables: readonly TableInputLike[]) => Promise<Converged>,
): Promise<Dismantled> {
  const { product, shares } = state;
  const database = databaseName(product.domain, product.name, product.major);
  const applied: string[] = [];
  const result = (reason: string, message?: string): CatalogConverged => ({
    ok: reason === 'Removed',
    created: false,
    reason,
    ...(message === undefined ? {} : { message }),
    applied,
  });
  let grants: Converged = { ok: true, applied: [], readBack: [], problems: [] };
  try {
    let actual = await catalog.tables(database);
    // What does not exist carries no grants.
    if (actual !== undefined) grants = await revoke(inputsOf(actual));
    if (!grants.ok) return { catalog: result('RevocationPending', grants.problems.join('; ')), grants };
    const holding = shares.filter((share) => holdsOn(share, topology)).map(({ intent }) => intent.consumer);
    if (holding.length > 0)
      return { catalog: result('WaitingForConsumers', `${holding.join(', ')} still let go`), grants };
    for (let round = 1; actual !== undefined; round += 1) {
      if (round > ROUNDS) return { catalog: result('NotRemoved', `${database} is still there`), grants };
      for (const change of dismantleCatalog(database, inputsOf(actual))) {
        await catalog.apply(change);
        applied.push(change.kind);
      }
      actual = await catalog.tables(database);
    }
    return { catalog: result('Removed'), grants };
  } catch (error) {
    return { catalog: result('RefusedByGlue', permanentOnly(error)), grants };
  }
}

/** The source tables that no other version of the product follows any more, to be given back once a version is gone. */
export function releasedSources(
  gone: VersionState,
  versions: readonly VersionState[],
  topology: Topology,
): SourceClaim[] {
  const { domain, name } = gone.product;
  const account = domainNamed(topology, domain)?.account;
  if (account === undefined) return [];
  const keyOf = ({ source }: ProductTable) => `${source.database}\n${source.table}`;
  const others = versions.filter(({ product }) => product.major !== gone.product.major && isPublished(product));
  const kept = new Set(others.flatMap(({ product }) => product.tables.map(keyOf)));
  const free = new Map(
    gone.product.tables.filter((table) => !kept.has(keyOf(table))).map((table) => [keyOf(table), table]),
  );
  return [...free.values()].map(({ source }) => ({ account, ...source, product: { domain, name }, release: true }));
}

/** True until the consumer's agent has confirmed that neither a grant nor the link is left. An account that left the mesh has no agent to ask. */
function holdsOn({ intent, applied, generation }: ShareRecord, topology: Topology): boolean {
  if (domainNamed(topology, intent.consumer)?.account !== intent.account) return false;
  const confirmed = applied?.ok === true && applied.generation >= generation;
  const empty = intent.link === undefined && intent.grants.length === 0;
  return !(empty && confirmed && !applied.linkExists && applied.readBack.length === 0);
}

function inputsOf(tables: readonly CentralTable[]): CentralTable['input'][] {
  return tables.map(({ input }) => input);
}
