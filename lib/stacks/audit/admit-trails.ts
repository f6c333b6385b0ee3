import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { userError } from '#mesh/error.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type TrailSite, trailsOf } from '#mesh/topology/trails.ts';

const cloudTrail = () => [new ServicePrincipal('cloudtrail.amazonaws.com')];

/** A bucket's policy takes 20 KB; the rest of this one is room for its other statements. */
const ROOM = 17_000;

/** Each trail is named twice by its ARN, and each of its folders by an ARN of the bucket. */
const OF_AN_OBJECT = 70;

/** `WEFT-STACK-005` for more trails than the policy of one bucket can name. */
function requireRoom(sites: readonly TrailSite[]): void {
  const sizeOf = ({ arn, roots }: TrailSite) =>
    2 * arn.length + roots.reduce((sum, root) => sum + root.length + OF_AN_OBJECT, 0);
  const needed = sites.reduce((sum, site) => sum + sizeOf(site), 0);
  if (needed <= ROOM) return;
  const found = `${sites.length} trails of accounts of their own`;
  const room = Math.floor(ROOM / (needed / sites.length));
  throw userError('WEFT-STACK-005', `${found}: the policy of the trail's bucket has room for about ${room}`, {
    hint: 'name the management account of the organization in mesh.yaml: then one trail sees all accounts',
  });
}

/** CloudTrail adds the files of the trails of other accounts, below the prefixes of those accounts, and of no other trail. */
export function admitTrails(topology: Topology, logs: Bucket): void {
  const sites = trailsOf(topology);
  if (sites.length === 0) return;
  requireRoom(sites);
  const source = { 'aws:SourceArn': sites.map(({ arn }) => arn) };
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailLooks',
      principals: cloudTrail(),
      actions: ['s3:GetBucketAcl'],
      resources: [logs.bucketArn],
      conditions: { StringEquals: source },
    }),
  );
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailDelivers',
      principals: cloudTrail(),
      actions: ['s3:PutObject'],
      resources: sites.flatMap(({ roots }) => roots.map((root) => logs.arnForObjects(`${root}/*`))),
      conditions: { StringEquals: { ...source, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  );
}

/** CloudTrail adds the files of the trails of the bucket's own account, and of no other: any account asks the same service. */
export function admitOwnTrails({ region }: Topology, logs: Bucket, account: string): void {
  const source = { 'aws:SourceArn': `arn:aws:cloudtrail:${region}:${account}:trail/*` };
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OwnTrailLooks',
      principals: cloudTrail(),
      actions: ['s3:GetBucketAcl'],
      resources: [logs.bucketArn],
      conditions: { StringLike: source },
    }),
  );
  logs.addToResourcePolicy(
    new PolicyStatement({
      sid: 'OwnTrailDelivers',
      principals: cloudTrail(),
      actions: ['s3:PutObject'],
      resources: [logs.arnForObjects(`AWSLogs/${account}/*`)],
      conditions: { StringLike: { ...source, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  );
}

/** CloudTrail encrypts for the trails of other accounts and for those of the key's own account, and decrypts for none. */
export function admitTrailsToKey(topology: Topology, key: IKey, account: string): void {
  const trails = [
    ...trailsOf(topology).map(({ arn }) => arn),
    `arn:aws:cloudtrail:${topology.region}:${account}:trail/*`,
  ];
  const source = { 'aws:SourceArn': trails };
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailEncrypts',
      principals: cloudTrail(),
      actions: ['kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { ArnLike: source, StringLike: { 'kms:EncryptionContext:aws:cloudtrail:arn': trails } },
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'TrailLooks',
      principals: cloudTrail(),
      actions: ['kms:DescribeKey'],
      resources: ['*'],
      conditions: { ArnLike: source },
    }),
  );
}
