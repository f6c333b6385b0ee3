import type { Stack } from 'aws-cdk-lib';
import { CfnEventBusPolicy } from 'aws-cdk-lib/aws-events';
import { BusLink } from '#constructs/bus-link.ts';
import type { MeshBus } from '#constructs/mesh-bus.ts';
import { busArn, domainSource, MESH_SOURCE, meshBusName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

/** Joins a domain's bus to the mesh's: what the mesh says comes in from the governance account only, the domain's reports go out. */
export function connectToMesh(stack: Stack, topology: Topology, domain: Domain, bus: MeshBus): void {
  const { mesh, region, governanceAccount } = topology;
  new CfnEventBusPolicy(stack, 'MeshSender', {
    eventBusName: bus.bus.eventBusName,
    statementId: 'mesh',
    statement: {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${governanceAccount}:root` },
      Action: 'events:PutEvents',
      Resource: bus.bus.eventBusArn,
      Condition: { StringEquals: { 'events:source': MESH_SOURCE } },
    },
  });
  new BusLink(stack, 'Reports', {
    description: `What ${domain.name} reports to the mesh`,
    from: bus.bus.eventBusName,
    to: busArn({ mesh, account: governanceAccount, region }, meshBusName(mesh)),
    pattern: { source: [domainSource(domain.name)] },
    undeliveredArn: bus.undelivered.queueArn,
  });
}
