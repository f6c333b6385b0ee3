import type { Topology } from '#mesh/topology/topology.ts';
import { aviation } from './aviation.ts';

export const AUDIT = '210000000002';

/** The example with an audit account of its own, and a trail in each account instead of the organization's. */
export function auditApart(): Topology {
  const { managementAccount: _, ...topology } = aviation();
  return { ...topology, auditAccount: AUDIT };
}
