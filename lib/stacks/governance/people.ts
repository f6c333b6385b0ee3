import type { Construct } from 'constructs';
import { PersonRole } from '#constructs/person-role.ts';
import { governanceRoleName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { ASK, INVOKE_WILDCARDS, invoke } from '../api-access.ts';

/** Runs the mesh: sees everything in it, may revoke, and entitle consumers across all domains where policy lets it; it reads no data. */
export function platformRole(scope: Construct, topology: Topology): PersonRole {
  return new PersonRole(scope, 'Platform', {
    roleName: governanceRoleName(topology.mesh, 'platform'),
    description: 'Runs the mesh',
    may: [invoke(topology, ASK)],
    wildcards: INVOKE_WILDCARDS,
  });
}
