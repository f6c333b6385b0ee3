import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { accountTrail } from '#constructs/account-trail.ts';
import { auditBucketName, auditKeyAlias, trailBucketName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { organizationTrailAccount, type TrailSite, trailsOf } from '#mesh/topology/trails.ts';
import type { MeshSite } from '../mesh-site.ts';

export interface TrailStackProps extends StackProps, MeshSite {
  readonly site: TrailSite;
}

/** CloudTrail of one account, or of the whole organization from its management account: what it writes leaves the account, and nothing of it stays. */
export class TrailStack extends Stack {
  constructor(scope: Construct, id: string, props: TrailStackProps) {
    super(scope, id, props);
    const { topology, site } = props;
    const { mesh, auditAccount, region } = topology;
    accountTrail(this, 'Trail', {
      name: site.name,
      bucketName: trailBucketName(mesh, auditAccount, region),
      keyArn: `arn:aws:kms:${region}:${auditAccount}:${auditKeyAlias(mesh)}`,
      buckets: `${mesh}-`,
      writesOnly: auditBucketName(mesh, auditAccount, region),
      organization: site.account === organizationTrailAccount(topology) || undefined,
    });
  }
}

/** The trail that an account of the mesh has itself; undefined where the organization's takes its place, or a partner's has none. */
export function trailOf(topology: Topology, account: string): TrailSite | undefined {
  return trailsOf(topology).find((site) => site.account === account);
}
