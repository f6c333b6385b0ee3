import { Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { LakeSettings } from '#constructs/lake-settings.ts';
import { auditKeyAlias, governanceRoleName, roleArn } from '#mesh/topology/names.ts';
import type { MeshSite } from '../mesh-site.ts';
import { admitTrailsToKey } from './admit-trails.ts';

/** What must be in the audit account before the trail: Lake Formation's settings, with no administrator of the mesh among them, and the key. */
export class AuditFoundationStack extends Stack {
  readonly key: EncryptedKey;
  /** Encrypts the logs of the Lambdas, so that CloudWatch Logs has no use of the trail's key. */
  readonly logsKey: EncryptedKey;

  constructor(scope: Construct, id: string, props: StackProps & MeshSite) {
    super(scope, id, props);
    const { topology } = props;
    const { mesh, governanceAccount } = topology;
    new LakeSettings(this, 'LakeSettings', { admins: [], crossAccountVersion: topology.crossAccountVersion });
    this.key = new EncryptedKey(this, 'Key', { alias: auditKeyAlias(mesh), description: `${mesh}: audit trail` });
    this.logsKey = new EncryptedKey(this, 'LogsKey', { description: `${mesh}: logs of the audit account` }).allowLogs();
    admitTrailsToKey(topology, this.key, this.account);
    this.#admitRelay(governanceAccount, roleArn(governanceAccount, governanceRoleName(mesh, 'relay')));
  }

  /** By condition and not by principal, because a policy that names a role of another account is refused until that role exists. */
  #admitRelay(account: string, relay: string): void {
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'RelayEncrypts',
        principals: [new AccountPrincipal(account)],
        actions: ['kms:GenerateDataKey'],
        resources: ['*'],
        conditions: {
          ArnEquals: { 'aws:PrincipalArn': relay },
          StringEquals: { 'kms:ViaService': `s3.${this.region}.amazonaws.com` },
        },
      }),
    );
  }
}
