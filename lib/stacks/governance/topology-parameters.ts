import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { applicationParameterPath, meshParameterName } from '#mesh/topology/names.ts';
import type { Application } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** What one parameter of the standard tier holds, in characters. */
const PARAMETER_LIMIT = 4096;

/** Keeps what `mesh.yaml` says but its domains, which the enrolment of each keeps. */
export function keepTopology(scope: Construct, topology: Topology): void {
  const { domains: _, applications = [], ...mesh } = topology;
  new StringParameter(scope, 'Mesh', {
    parameterName: meshParameterName(topology.mesh),
    description: `The mesh ${topology.mesh} without its domains`,
    stringValue: JSON.stringify({ ...mesh, ...(applications.length === 0 ? {} : { withApplications: true }) }),
  });
  for (const [index, part] of parts(applications).entries()) {
    new StringParameter(scope, `Applications${index}`, {
      parameterName: `${applicationParameterPath(topology.mesh)}/${index}`,
      description: `Applications of the mesh ${topology.mesh}`,
      stringValue: JSON.stringify(part),
    });
  }
}

/** As many applications in each part as a parameter holds. */
function parts(applications: readonly Application[]): Application[][] {
  const full: Application[][] = [];
  for (const application of applications) {
    const last = full.at(-1);
    if (last !== undefined && JSON.stringify([...last, application]).length <= PARAMETER_LIMIT) last.push(application);
    else full.push([application]);
  }
  return full;
}
