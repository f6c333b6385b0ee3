import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';
import { auditKeyAlias, governanceTrailName, trailBucketName } from '#mesh/topology/names.ts';
import type { MeshSite } from '../mesh-site.ts';

/** CloudTrail of the governance account where the audit account is apart: what it writes leaves the account, and nothing of it stays. */
export class TrailStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & MeshSite) {
    super(scope, id, props);
    const { mesh, auditAccount, region } = props.topology;
    const trail = new CfnTrail(this, 'Trail', {
      trailName: governanceTrailName(mesh),
      s3BucketName: trailBucketName(mesh, auditAccount, region),
      kmsKeyId: `arn:aws:kms:${region}:${auditAccount}:${auditKeyAlias(mesh)}`,
      isLogging: true,
      enableLogFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
    });
    acknowledge(trail, {
      'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled':
        'the trail is read where it cannot be changed: in the locked bucket of the audit account; a copy in logs here could be deleted here',
    });
  }
}
