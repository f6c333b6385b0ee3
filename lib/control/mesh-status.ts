import { everyRecord } from '#aws/registry.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { globalFirst, takeDeployed } from './policy-sets.ts';
import type { ApiDeps } from './request.ts';

export interface MeshStatus {
  readonly topology: Topology;
  /** Which version of each scope's policies decides, and which is proposed. */
  readonly policies: readonly { readonly scope: string; readonly inForce?: string; readonly proposed?: string }[];
  readonly counts: {
    readonly products: number;
    readonly registered: number;
    readonly quarantined: number;
    /** Subscriptions by state. */
    readonly subscriptions: Readonly<Record<string, number>>;
  };
}

/** Who takes part in the mesh, what decides in it, and how much of everything there is. Policies that came with the stacks are taken in. */
export async function meshStatus(deps: Pick<ApiDeps, 'registry' | 'topology' | 'policies'>): Promise<MeshStatus> {
  const topology = await deps.topology();
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
  return { topology, policies, counts: { products, registered, quarantined, subscriptions } };
}
