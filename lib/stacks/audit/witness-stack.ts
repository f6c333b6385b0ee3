import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import { governanceRoleName, roleArn, witnessBucketName } from '#mesh/topology/names.ts';
import type { MeshSite } from '../mesh-site.ts';

/** A bucket that takes each checkpoint of the log once: a second one of the same size, which a second history would be, is refused. */
export class WitnessStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & MeshSite) {
    super(scope, id, props);
    const { topology, options } = props;
    const { mesh, auditAccount } = topology;
    const bucket = new PrivateBucket(this, 'Checkpoints', {
      bucketName: witnessBucketName(mesh, this.account, this.region),
      encryptionKey: {
        without: 'checkpoints are hashes and signatures, made to be shown; another account writes them',
      },
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(options.auditRetentionDays)),
    });
    const principal = (role: 'appender' | 'auditor') => ({
      ArnEquals: { 'aws:PrincipalArn': roleArn(auditAccount, governanceRoleName(mesh, role)) },
    });
    const audit = [new AccountPrincipal(auditAccount)];
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AppenderAdds',
        principals: audit,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects('*')],
        conditions: { ...principal('appender'), Null: { 's3:if-none-match': 'false' } },
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AuditorReads',
        principals: audit,
        actions: ['s3:GetObject', 's3:ListBucket'],
        resources: [bucket.bucketArn, bucket.arnForObjects('*')],
        conditions: principal('auditor'),
      }),
    );
  }
}
