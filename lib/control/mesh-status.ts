import { everyRecord } from '#aws/registry.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { ApiDeps } from './request.ts';

export interface MeshStatus {
  readonly topology: Topology;
  readonly counts: {
    readonly products: number;
    readonly registered: number;
    readonly quarantined: number;
    /** Subscriptions by state. */
    readonly subscriptions: Readonly<Record<string, number>>;
  };
}

/** Who takes part in the mesh, and how much of everything there is. */
export async function meshStatus(deps: Pick<ApiDeps, 'registry' | 'topology'>): Promise<MeshStatus> {
  const topology = await deps.topology();
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
  return { topology, counts: { products, registered, quarantined, subscriptions } };
}
