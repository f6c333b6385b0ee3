import { AccountPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { DETAILS_PREFIX } from '#mesh/audit/log/tile.ts';
import { governanceRoleName, governanceTrailArn, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/**
 * What another account may do in the audit account, whole: the relay's role adds long members of entries, each under a key that is free, and CloudTrail adds
 * the files of one trail. Nobody there reads, lists, deletes, or sets a retention.
 */
export function admitGovernance(topology: Topology, { entries, logs }: { entries: Bucket; logs: Bucket }): void {
  const { mesh, governanceAccount, region } = topology;
  entries.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RelayAdds',
      principals: [new AccountPrincipal(governanceAccount)],
      actions: ['s3:PutObject'],
      resources: [entries.arnForObjects(`${DETAILS_PREFIX}*`)],
      conditions: {
        ArnEquals: { 'aws:PrincipalArn': roleArn(governanceAccount, governanceRoleName(mesh, 'relay')) },
        // Only a write that fails where the key is taken: a second version could hide the first from a reader of the newest.
        Null: { 's3:if-none-match': 'false' },
      },
    }),
  );
  const cloudTrail = [new ServicePrincipal('cloudtrail.amazonaws.com')];
  const source = { 'aws:SourceArn': governanceTrailArn({ mesh, account: governanceAccount, region }) };
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailLooks',
      principals: cloudTrail,
      actions: ['s3:GetBucketAcl'],
      resources: [logs.bucketArn],
      conditions: { StringEquals: source },
    }),
  );
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailDelivers',
      principals: cloudTrail,
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects(`AWSLogs/${governanceAccount}/*`)],
      conditions: { StringEquals: { ...source, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  );
}
