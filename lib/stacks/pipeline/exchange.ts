import { Duration, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import { partnerPrefix } from '#mesh/pipeline/exchange.ts';
import { parsePeriod } from '#mesh/retention/period.ts';
import { exchangeBucketName } from '#mesh/topology/names.ts';
import { domainNamed } from '#mesh/topology/topology.ts';

/** Snapshots of a product without a promise of retention go after so many days. */
const DEFAULT_DAYS = 90;

/** Where partners take snapshots: each one's account reads its own folder, with a key that is for nothing else. */
export class ExchangePort extends Construct {
  readonly bucket: PrivateBucket;
  readonly key: IKey;

  constructor(scope: Construct, id: string, { topology, domain, pipeline, products }: DomainRepository) {
    super(scope, id);
    const key = new EncryptedKey(this, 'Key', {
      description: `${topology.mesh}: files that partners of ${domain.name} take`,
    });
    this.key = key;
    const exchanges = pipeline.exchange ?? [];
    const lifecycleRules = exchanges.map(({ partner, product }) => {
      const sla = products.find(({ name }) => name === product)?.sla;
      return {
        id: `${partner}-${product}`,
        prefix: `${partner}/${product}/`,
        expiration: Duration.days(daysOf(sla?.retention)),
        noncurrentVersionExpiration: Duration.days(30),
      };
    });
    this.bucket = new PrivateBucket(this, 'Bucket', {
      bucketName: exchangeBucketName(topology.mesh, domain.name, domain.account, topology.region),
      encryptionKey: key,
      lifecycleRules,
    });
    for (const partner of new Set(exchanges.map((one) => one.partner))) {
      const account = domainNamed(topology, partner)?.account;
      if (account !== undefined) this.#admit(partner, account, key);
    }
  }

  /** What the pipeline needs to make snapshots, and to take away what an attempt that was cut short left. */
  statements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'Snapshots',
        actions: [
          's3:PutObject',
          's3:GetObject',
          's3:DeleteObject',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ],
        resources: [this.bucket.arnForObjects('*')],
      }),
      new PolicyStatement({
        sid: 'SnapshotBucket',
        actions: ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
        resources: [this.bucket.bucketArn],
      }),
      new PolicyStatement({
        sid: 'SnapshotKey',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.key.keyArn],
      }),
    ];
  }

  /** The account may: which of its roles does is its administrator's to say. */
  #admit(partner: string, account: string, key: EncryptedKey): void {
    const principals = [new AccountPrincipal(account)];
    const folder = partnerPrefix(partner);
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: `Take${account}`,
        principals,
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects(`${folder}*`)],
      }),
    );
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: `List${account}`,
        principals,
        actions: ['s3:ListBucket'],
        resources: [this.bucket.bucketArn],
        conditions: { StringLike: { 's3:prefix': `${folder}*` } },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        sid: `Take${account}`,
        principals,
        actions: ['kms:Decrypt'],
        resources: ['*'],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${Stack.of(this).region}.amazonaws.com` } },
      }),
    );
  }
}

function daysOf(retention: string | number | undefined): number {
  const period = parsePeriod(retention);
  return period === undefined ? DEFAULT_DAYS : period.count * { day: 1, month: 28, year: 365 }[period.unit];
}
