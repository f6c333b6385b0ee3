import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface PrivateBucketProps
  extends Pick<
    BucketProps,
    | 'bucketName'
    | 'lifecycleRules'
    | 'eventBridgeEnabled'
    | 'objectLockEnabled'
    | 'objectLockDefaultRetention'
    | 'serverAccessLogsBucket'
    | 'serverAccessLogsPrefix'
  > {
  readonly encryptionKey: IKey;
}

/** A bucket with the account's own key, versions, TLS only and no public access, kept when its stack goes. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id, {
      ...props,
      encryption: BucketEncryption.KMS,
      bucketKeyEnabled: true,
      versioned: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
