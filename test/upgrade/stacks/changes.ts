import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { AUDIT } from '../../stacks/audit-apart.ts';
import { anotherDomain } from '../../stacks/aviation.ts';

/** A change of `mesh.yaml`, at a domain where it concerns one. */
export interface MeshChange {
  /** What somebody would say they did. */
  readonly name: string;
  apply(mesh: Topology, index: number): Topology;
  /** Stacks may leave: all of those that `mesh.yaml` no longer asks for. Default false. */
  readonly leaves?: true;
}

function changed(mesh: Topology, index: number, change: Partial<Domain>): Topology {
  const at = index % mesh.domains.length;
  return { ...mesh, domains: mesh.domains.map((domain, place) => (place === at ? { ...domain, ...change } : domain)) };
}

function accountAt(mesh: Topology, index: number): string {
  return mesh.domains[index % mesh.domains.length]?.account ?? '';
}

/** Every kind of change that a mesh lives through without becoming another. */
export const CHANGES: readonly MeshChange[] = [
  {
    name: 'a domain more',
    apply: (mesh, index) => ({ ...mesh, domains: [...mesh.domains, anotherDomain(fresh(mesh, index))] }),
  },
  {
    name: 'a domain more, first in the file',
    apply: (mesh, index) => ({ ...mesh, domains: [anotherDomain(fresh(mesh, index)), ...mesh.domains] }),
  },
  {
    name: 'a domain less',
    leaves: true,
    apply: (mesh, index) =>
      mesh.domains.length < 2
        ? mesh
        : { ...mesh, domains: mesh.domains.filter((_, place) => place !== index % mesh.domains.length) },
  },
  { name: 'the domains in another order', apply: (mesh) => ({ ...mesh, domains: [...mesh.domains].reverse() }) },
  { name: 'another owner', apply: (mesh, index) => changed(mesh, index, { owners: ['new@aviation.example'] }) },
  { name: 'another contact', apply: (mesh, index) => changed(mesh, index, { contact: 'new@aviation.example' }) },
  { name: 'another unit', apply: (mesh, index) => changed(mesh, index, { unit: 'ou-ab12-3cd45efg' }) },
  {
    name: 'a domain becomes a partner',
    // A partner's account gets no trail of the mesh's.
    leaves: true,
    apply: (mesh, index) => changed(mesh, index, { external: true, terms: 'https://aviation.example/terms' }),
  },
  {
    name: 'a partner becomes a domain',
    apply: (mesh, index) => changed(mesh, index, { external: undefined, terms: undefined }),
  },
  {
    name: 'no organization',
    leaves: true,
    apply: ({ organization: _, managementAccount: __, ...mesh }) => mesh,
  },
  { name: 'an organization', apply: (mesh) => ({ ...mesh, organization: 'o-weftdemo01' }) },
  { name: 'another organization', apply: (mesh) => ({ ...mesh, organization: 'o-another0001' }) },
  { name: 'no trail of the organization', leaves: true, apply: ({ managementAccount: _, ...mesh }) => mesh },
  {
    name: 'a trail of the organization',
    leaves: true,
    apply: (mesh) => ({ ...mesh, organization: 'o-weftdemo01', managementAccount: '210000000000' }),
  },
  { name: 'no witness', leaves: true, apply: ({ witnessAccount: _, ...mesh }) => mesh },
  { name: 'a witness', apply: (mesh) => ({ ...mesh, witnessAccount: '210000000009' }) },
  {
    name: 'a level more',
    apply: (mesh) => ({ ...mesh, classification: [...mesh.classification, `level-${mesh.classification.length}`] }),
  },
  {
    name: 'another cross-account version',
    apply: (mesh) => ({ ...mesh, crossAccountVersion: mesh.crossAccountVersion === '4' ? '3' : '4' }),
  },
  { name: 'drift is asked about', apply: (mesh) => ({ ...mesh, governance: { ...mesh.governance, drift: 'ask' } }) },
  {
    name: 'nothing is held back',
    apply: (mesh) => ({ ...mesh, governance: { ...mesh.governance, holdBack: 'never' } }),
  },
  {
    name: 'a council and approvers',
    apply: (mesh) => ({
      ...mesh,
      governance: {
        ...mesh.governance,
        council: { representatives: mesh.domains.slice(0, 1).map(({ name }) => name), quorum: 1 },
        approvers: { legal: ['governance:auditor'] },
        recertifyEvery: { [mesh.classification[0] ?? 'public']: 180 },
      },
    }),
  },
  {
    name: 'an application',
    apply: (mesh, index) => ({
      ...mesh,
      applications: [
        { name: 'billing', role: `arn:aws:iam::${accountAt(mesh, index)}:role/team/billing`, state: 'approved' },
      ],
    }),
  },
  {
    name: 'many applications, one suspended',
    apply: (mesh, index) => ({
      ...mesh,
      applications: Array.from({ length: 60 }, (_, number) => ({
        name: `application-${number}`,
        role: `arn:aws:iam::${accountAt(mesh, index)}:role/applications/application-${number}`,
        state: number === 0 ? ('suspended' as const) : ('approved' as const),
      })),
    }),
  },
];

/** The first number from an index on that no domain has. */
function fresh(mesh: Topology, index: number): number {
  let number = index;
  while (mesh.domains.some(({ name }) => name === anotherDomain(number).name)) number += 1;
  return number;
}

/** The trail moves to an account of its own, or back: what it wrote before stays where it was. */
export const MOVES: Readonly<Record<string, (mesh: Topology) => Topology>> = {
  'the audit account comes apart': ({ managementAccount: _, ...mesh }) => ({ ...mesh, auditAccount: AUDIT }),
  'another name of the mesh': (mesh) => ({ ...mesh, mesh: 'rail' }),
  'another region': (mesh) => ({ ...mesh, region: 'eu-central-1' }),
  'another governance account': (mesh) => ({
    ...mesh,
    governanceAccount: '210000000099',
    auditAccount: '210000000099',
  }),
};
