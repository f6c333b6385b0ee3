import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface PrivateBucketProps
  extends Pick<BucketProps, 'bucketName' | 'lifecycleRules' | 'objectLockEnabled' | 'objectLockDefaultRetention'> {
  /** The account's own key, or why S3's own will do. */
  readonly encryptionKey: IKey | { readonly without: string };
  /** Tell the account's default event bus of changes to objects. Default false. */
  readonly events?: boolean;
}

const LOGGING =
  'reads of governed data are in CloudTrail as GetDataAccess and, by source identity, as S3 data events; server access logs add no principal';

/** A bucket with the account's own key, versions, TLS only and no public access, kept when its stack goes. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    const { events, encryptionKey, ...bucket } = props;
    const reason = 'without' in encryptionKey ? encryptionKey.without : undefined;
    super(scope, id, {
      ...bucket,
      ...('without' in encryptionKey
        ? { encryption: BucketEncryption.S3_MANAGED }
        : { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }),
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // The L2's own switch would deploy a custom resource and its Lambda for this one property.
    if (events && this.node.defaultChild instanceof CfnBucket) {
      this.node.defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    }
    if (reason !== undefined) acknowledge(this, { 'NIST.800.53.R5-S3DefaultEncryptionKMS': reason });
    acknowledge(this, {
      'AwsSolutions-S1': LOGGING,
      'NIST.800.53.R5-S3BucketLoggingEnabled': LOGGING,
      'NIST.800.53.R5-S3BucketReplicationEnabled':
        'a copy in a second region is a decision about where data may be; versions protect against overwriting and deletion',
    });
  }
}
