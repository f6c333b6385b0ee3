import { APPLICATION_TAG, approvedApplications } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';

type Conditions = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/**
 * The condition that holds for a session that says which application it is used through, when that application is not an approved one. None where
 * `mesh.yaml` lists no applications: then no session may say so.
 */
export function unapprovedApplications(topology: Topology): Conditions[] {
  if (topology.applications === undefined) return [];
  const key = `aws:PrincipalTag/${APPLICATION_TAG}`;
  const approved = approvedApplications(topology);
  const said = { Null: { [key]: 'false' } };
  return [approved.length === 0 ? said : { ...said, StringNotEquals: { [key]: approved } }];
}
