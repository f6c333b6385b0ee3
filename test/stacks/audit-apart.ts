import type { Topology } from '#mesh/topology/topology.ts';
import { aviation } from './aviation.ts';

export const AUDIT = '210000000002';

/** The example with an audit account of its own. */
export function auditApart(): Topology {
  return { ...aviation(), auditAccount: AUDIT };
}
