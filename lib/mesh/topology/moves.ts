import type { Topology } from './topology.ts';

/** A change of `mesh.yaml` that does not change the mesh but makes another one beside it. */
export interface Move {
  /** The key of `mesh.yaml`. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly fix: string;
}

/**
 * What tells one mesh from another: its name and its region are in the names of its buckets, and its registry and its trail are in an
 * account each. Deploying such a change leaves everything that is there behind, kept but unused, and begins anew.
 */
export function movesOf(mesh: Topology, changed: Topology): Move[] {
  const compared: readonly (readonly [string, string, string, string])[] = [
    ['mesh', mesh.mesh, changed.mesh, 'make a new mesh of that name beside this one, and publish anew'],
    ['region', mesh.region, changed.region, 'make a new mesh in that region, under another name'],
    [
      'governance.account',
      mesh.governanceAccount,
      changed.governanceAccount,
      'make a new mesh in that account: the registry does not move',
    ],
    [
      'audit.account',
      mesh.auditAccount,
      changed.auditAccount,
      'choose it before the first deployment: the trail does not move, and its key is in use',
    ],
  ];
  return compared.filter(([, from, to]) => from !== to).map(([what, from, to, fix]) => ({ what, from, to, fix }));
}
