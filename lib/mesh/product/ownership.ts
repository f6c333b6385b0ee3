import { type Condition, condition } from '../record.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { ProductRecord } from './product.ts';

/**
 * Whether somebody still answers for a product: its owner is among its domain's owners in `mesh.yaml`. One who was and is no more has left, and the
 * product needs another. Undefined where the owner never was among them, e.g. a team, and where the domain itself has left.
 */
export function ownership(product: ProductRecord, topology: Topology, at: string): Condition | undefined {
  const owners = domainNamed(topology, product.domain)?.owners;
  if (owners === undefined) return undefined;
  const same = (name: string) => name.trim().toLowerCase();
  const listed = owners.some((owner) => same(owner) === same(product.owner));
  if (!listed && condition(product, 'Owned') === undefined) return undefined;
  return {
    type: 'Owned',
    status: listed ? 'true' : 'false',
    reason: listed ? 'OwnerListed' : 'OwnerLeft',
    ...(listed
      ? {}
      : { message: `${product.owner} is no longer an owner of ${product.domain}; owners are ${owners.join(', ')}` }),
    generation: product.generation,
    at,
  };
}
