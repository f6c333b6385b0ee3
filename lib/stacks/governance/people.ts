import type { Construct } from 'constructs';
import { PersonRole } from '#constructs/person-role.ts';
import { governanceRoleName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { INVOKE_WILDCARDS, invoke, READ, REVOKE, SUSPEND } from '../api-access.ts';

/** Runs the mesh: sees everything in it and may revoke, but reads no data and grants none. */
export function platformRole(scope: Construct, topology: Topology): PersonRole {
  return new PersonRole(scope, 'Platform', {
    roleName: governanceRoleName(topology.mesh, 'platform'),
    description: 'Runs the mesh',
    may: [invoke(topology, [...READ, ...REVOKE, ...SUSPEND])],
    wildcards: INVOKE_WILDCARDS,
  });
}
