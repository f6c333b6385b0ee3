import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { MeshBus } from '#constructs/mesh-bus.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { apiParameterName, MESH_SOURCE, meshBusName } from '#mesh/topology/names.ts';
import { auditDirectory } from '../audit/audit-directory.ts';
import { DeadLetters } from '../dead-letters.ts';
import type { MeshSite } from '../mesh-site.ts';
import { ControlPlane } from './control-plane.ts';
import { MeshApi } from './mesh-api.ts';
import { platformRole } from './people.ts';
import { Registry } from './registry.ts';
import { admitOrganization } from './senders.ts';
import { keepTopology } from './topology-parameters.ts';

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
    keepTopology(this, topology);

    const registry = new Registry(this, 'Registry', { encryptionKey: controlKey });
    this.bus = new MeshBus(this, 'Bus', {
      busName: meshBusName(topology.mesh),
      description: `Events of the mesh ${topology.mesh}`,
      // What agents obey and domains report is told again by the sweep, and never from an archive.
      archive: {
        days: 90,
        pattern: { source: [MESH_SOURCE], 'detail-type': [{ 'anything-but': ['ShareRequested'] }] },
      },
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
    auditDirectory(this, topology);
    // The schedule's role is a child of the stack, wherever the schedule is.
    acknowledge(this, INLINE_POLICY);
    acceptWildcards(this, { 'Resource::<ControlSweep%.Arn>:*': 'the versions of exactly one Lambda' });
    const platform = platformRole(this, topology);
    new DeadLetters(this, 'DeadLetters', {
      topology,
      bus: this.bus.bus,
      operators: [platform],
      logsKey: controlKey,
      lambdas: props.lambdas,
    });
    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Where the command and the domains call the mesh' });
    new CfnOutput(this, 'RegistryTable', { value: registry.tableName });
  }
}
