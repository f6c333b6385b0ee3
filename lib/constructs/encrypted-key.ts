import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, type KeyProps } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

export interface EncryptedKeyProps extends Pick<KeyProps, 'alias'> {
  readonly description: string;
}

/** A customer managed key: rotated every year, kept when its stack goes. */
export class EncryptedKey extends Key {
  constructor(scope: Construct, id: string, props: EncryptedKeyProps) {
    super(scope, id, { ...props, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
  }

  /** Lets CloudWatch Logs of this account encrypt log groups with the key. */
  allowLogs(): this {
    const { account, region, partition } = Stack.of(this);
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
    return this;
  }
}
