import { Stack, type StackProps } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { LakeSettings } from '#constructs/lake-settings.ts';
import { auditKeyAlias, governanceRoleName } from '#mesh/topology/names.ts';
import { isAuditApart, type Topology } from '#mesh/topology/topology.ts';
import { admitTrailsToKey } from '../audit/admit-trails.ts';
import type { MeshSite } from '../mesh-site.ts';
import { ViewGround } from './view-ground.ts';

/** What must be in the governance account before anything else: who administers Lake Formation there, and the keys. */
export class GovernanceFoundationStack extends Stack {
  /** Encrypts the registry and the logs of the Lambdas. */
  readonly controlKey: EncryptedKey;
  /** Encrypts the audit trail; undefined where an audit account apart has it and its key. */
  readonly auditKey: EncryptedKey | undefined;

  constructor(scope: Construct, id: string, props: StackProps & MeshSite) {
    super(scope, id, props);
    const { mesh, crossAccountVersion } = props.topology;
    this.controlKey = new EncryptedKey(this, 'ControlKey', { description: `${mesh}: registry and logs` }).allowLogs();
    if (!isAuditApart(props.topology)) this.auditKey = this.#trailKey(props.topology);
    // Lake Formation keeps administrators by name: the role is here, and its policies are where the Lambda is.
    const reconciler = new Role(this, 'ReconcileRole', {
      roleName: governanceRoleName(mesh, 'reconcile'),
      description: 'Keeps the central catalog and its grants as the registry says',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const settings = new LakeSettings(this, 'LakeSettings', { admins: [reconciler.roleArn], crossAccountVersion });
    new ViewGround(this, 'Views', { topology: props.topology, key: this.controlKey, reconciler, settings });
  }

  #trailKey(topology: Topology): EncryptedKey {
    const { mesh } = topology;
    const key = new EncryptedKey(this, 'AuditKey', {
      alias: auditKeyAlias(mesh),
      description: `${mesh}: audit trail`,
    });
    admitTrailsToKey(topology, key, this.account);
    return key;
  }
}
