import { everyRecord } from '#aws/registry.ts';
import { WRITTEN_FORMAT } from '#mesh/registry-format.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { VERSION } from '#mesh/version.ts';
import type { Caller } from './caller.ts';
import { globalFirst, takeDeployed } from './policy-sets.ts';
import type { ApiDeps } from './request.ts';
import { stopsSeenBy } from './suspend-domain.ts';

/** Who and why a domain is stopped is not for everybody. */
type SeenTopology = Omit<Topology, 'domains'> & {
  readonly domains: readonly (Omit<Domain, 'stops'> & { readonly stops?: ReturnType<typeof stopsSeenBy> })[];
};

export interface MeshStatus {
  readonly topology: SeenTopology;
  /** Which version of each scope's policies decides, and which is proposed. */
  readonly policies: readonly { readonly scope: string; readonly inForce?: string; readonly proposed?: string }[];
  readonly counts: {
    readonly products: number;
    readonly registered: number;
    readonly quarantined: number;
    /** Subscriptions by state. */
    readonly subscriptions: Readonly<Record<string, number>>;
  };
  readonly versions: {
    readonly governance: string;
    /** In which the registry is written. */
    readonly registryFormat: number;
    /** By domain, as its agent last said; a domain that consumes nothing has nothing to say. */
    readonly domains: Readonly<Record<string, string>>;
  };
}

/** Who takes part in the mesh, what decides in it, and how much of everything there is. Policies that came with the stacks are taken in. */
export async function meshStatus(
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology' | 'policies'>,
): Promise<MeshStatus> {
  const topology = seenBy(caller, await deps.topology());
  const { fresh } = await takeDeployed(deps.policies);
  const heads = fresh ?? (await deps.policies.store.heads());
  const policies = heads.map(({ scope, inForce, proposed }) => ({ scope, inForce, proposed })).toSorted(globalFirst);
  const subscriptions: Record<string, number> = {};
  let products = 0;
  let registered = 0;
  let quarantined = 0;
  for await (const product of everyRecord(deps.registry, 'product')) {
    products += 1;
    if (product.status.registeredAt !== undefined) registered += 1;
    if (product.quarantine !== undefined) quarantined += 1;
  }
  for await (const { state } of everyRecord(deps.registry, 'subscription')) {
    subscriptions[state] = (subscriptions[state] ?? 0) + 1;
  }
  const versions = {
    governance: VERSION,
    registryFormat: WRITTEN_FORMAT,
    domains: await versionsOfDomains(deps.registry),
  };
  return { topology, policies, counts: { products, registered, quarantined, subscriptions }, versions };
}

function seenBy(caller: Caller, topology: Topology): SeenTopology {
  const domains = topology.domains.map(({ stops, ...domain }) =>
    stops === undefined ? domain : { ...domain, stops: stopsSeenBy(caller, domain.name, stops) },
  );
  return { ...topology, domains };
}

async function versionsOfDomains(registry: ApiDeps['registry']): Promise<Record<string, string>> {
  const newest = new Map<string, { readonly at: string; readonly weft: string }>();
  for await (const { intent, applied } of everyRecord(registry, 'share')) {
    if (applied?.weft === undefined) continue;
    if ((newest.get(intent.consumer)?.at ?? '') < applied.at)
      newest.set(intent.consumer, { at: applied.at, weft: applied.weft });
  }
  return Object.fromEntries([...newest].map(([domain, { weft }]) => [domain, weft]));
}
