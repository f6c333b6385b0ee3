import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { MeshBus } from '#constructs/mesh-bus.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { apiParameterName, meshBusName, meshParameterName } from '#mesh/topology/names.ts';
import type { MeshSite } from '../mesh-site.ts';
import { ControlPlane } from './control-plane.ts';
import { MeshApi } from './mesh-api.ts';
import { platformRole } from './people.ts';
import { Registry } from './registry.ts';
import { admitOrganization } from './senders.ts';

export interface GovernanceStackProps extends StackProps, MeshSite {
  readonly controlKey: IKey;
  /** Undefined where the audit account is apart. */
  readonly auditKey?: IKey;
}

/** The mesh's control plane: registry, bus, API and the Lambdas between them. */
export class GovernanceStack extends Stack {
  readonly controlPlane: ControlPlane;
  readonly bus: MeshBus;

  constructor(scope: Construct, id: string, props: GovernanceStackProps) {
    super(scope, id, props);
    const { topology, controlKey } = props;
    const { domains: _, ...mesh } = topology;
    new StringParameter(this, 'Mesh', {
      parameterName: meshParameterName(topology.mesh),
      description: `The mesh ${topology.mesh} without its domains`,
      stringValue: JSON.stringify(mesh),
    });

    const registry = new Registry(this, 'Registry', { encryptionKey: controlKey });
    this.bus = new MeshBus(this, 'Bus', {
      busName: meshBusName(topology.mesh),
      description: `Events of the mesh ${topology.mesh}`,
      archiveDays: 90,
    });
    if (topology.organization) admitOrganization(this.bus.bus, topology, topology.organization);
    this.controlPlane = new ControlPlane(this, 'Control', {
      ...props,
      registry,
      bus: this.bus.bus,
      logsKey: controlKey,
    });
    const { api: handler, publish } = this.controlPlane;
    const api = new MeshApi(this, 'MeshApi', { topology, handler, publish, logsKey: controlKey });
    new StringParameter(this, 'Address', {
      parameterName: apiParameterName(topology.mesh),
      description: `Where the domains call the mesh ${topology.mesh}`,
      stringValue: api.url,
    });
    // The schedule's role is a child of the stack, wherever the schedule is.
    acknowledge(this, INLINE_POLICY);
    acceptWildcards(this, { 'Resource::<ControlSweep%.Arn>:*': 'the versions of exactly one Lambda' });
    platformRole(this, topology);
    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Where the command and the domains call the mesh' });
    new CfnOutput(this, 'RegistryTable', { value: registry.tableName });
  }
}
