import * as sdk from '@aws-sdk/client-s3';
import { describe, expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/protocol-http';
import { S3Service } from '#local/services/s3/service.ts';
import { describeBackends } from './harness.ts';

describeBackends(
  'Configurations of S3 buckets',
  { moto: true, services: (cloud) => [new S3Service(cloud)] },
  (backend) => {
    async function newBucket(more: Partial<sdk.CreateBucketCommandInput> = {}) {
      const s3 = backend.client(sdk.S3Client);
      const Bucket = `bucket-${backend.account}`;
      await s3.send(new sdk.CreateBucketCommand({ Bucket, ...more }));
      return { s3, Bucket };
    }

    interface Configuration {
      readonly name: string;
      /** The code that answers where there is none; without one the document is empty. */
      readonly absent?: string;
      put(s3: sdk.S3Client, Bucket: string): Promise<unknown>;
      get(s3: sdk.S3Client, Bucket: string): Promise<object>;
      remove(s3: sdk.S3Client, Bucket: string): Promise<unknown>;
      readonly holds: object;
    }

    const Rules: sdk.LifecycleRule[] = [
      { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 7 } },
    ];
    const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://mesh.example'] }];
    const TagSet = [{ Key: 'domain', Value: 'aviation' }];
    const key = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'k' } as const;
    const ServerSideEncryptionConfiguration = { Rules: [{ ApplyServerSideEncryptionByDefault: key }] };
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' as const }] };
    const PublicAccessBlockConfiguration = { BlockPublicAcls: true, BlockPublicPolicy: true };

    const configurations: Configuration[] = [
      {
        name: 'lifecycle',
        absent: 'NoSuchLifecycleConfiguration',
        put: (s3, Bucket) =>
          s3.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
        get: (s3, Bucket) => s3.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })),
        remove: (s3, Bucket) => s3.send(new sdk.DeleteBucketLifecycleCommand({ Bucket })),
        holds: { Rules },
      },
      {
        name: 'cross-origin rules',
        absent: 'NoSuchCORSConfiguration',
        put: (s3, Bucket) => s3.send(new sdk.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } })),
        get: (s3, Bucket) => s3.send(new sdk.GetBucketCorsCommand({ Bucket })),
        remove: (s3, Bucket) => s3.send(new sdk.DeleteBucketCorsCommand({ Bucket })),
        holds: { CORSRules },
      },
      {
        name: 'tags',
        absent: 'NoSuchTagSet',
        put: (s3, Bucket) => s3.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } })),
        get: (s3, Bucket) => s3.send(new sdk.GetBucketTaggingCommand({ Bucket })),
        remove: (s3, Bucket) => s3.send(new sdk.DeleteBucketTaggingCommand({ Bucket })),
        holds: { TagSet },
      },
      {
        name: 'public access block',
        absent: 'NoSuchPublicAccessBlockConfiguration',
        put: (s3, Bucket) => s3.send(new sdk.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration })),
        get: (s3, Bucket) => s3.send(new sdk.GetPublicAccessBlockCommand({ Bucket })),
        remove: (s3, Bucket) => s3.send(new sdk.DeletePublicAccessBlockCommand({ Bucket })),
        holds: { PublicAccessBlockConfiguration },
      },
      {
        name: 'ownership controls',
        absent: 'OwnershipControlsNotFoundError',
        put: (s3, Bucket) => s3.send(new sdk.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls })),
        get: (s3, Bucket) => s3.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket })),
        remove: (s3, Bucket) => s3.send(new sdk.DeleteBucketOwnershipControlsCommand({ Bucket })),
        holds: { OwnershipControls },
      },
    ];

    describe('come, are read back and go', () => {
      test.each(configurations)('$name', async ({ absent, put, get, remove, holds }) => {
        const { s3, Bucket } = await newBucket();
        const missing = () => expect(get(s3, Bucket)).rejects.toMatchObject({ name: absent });
        await missing();
        await put(s3, Bucket);
        expect(await get(s3, Bucket)).toMatchObject(holds);
        await remove(s3, Bucket);
        await missing();
      });
    });

    backend.differs('s3-default-encryption', 'encryption goes back to AES256', async () => {
      const { s3, Bucket } = await newBucket();
      await s3.send(new sdk.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration }));
      const read = async () => {
        const answer = await s3.send(new sdk.GetBucketEncryptionCommand({ Bucket }));
        return answer.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
      };
      expect(await read()).toMatchObject(key);
      await s3.send(new sdk.DeleteBucketEncryptionCommand({ Bucket }));
      expect(await read()).toEqual({ SSEAlgorithm: 'AES256' });
    });

    test('logging is kept, and ends with an empty status', async () => {
      const { s3, Bucket } = await newBucket();
      const read = async () => (await s3.send(new sdk.GetBucketLoggingCommand({ Bucket }))).LoggingEnabled;
      expect(await read()).toBeUndefined();
      const statement = {
        Effect: 'Allow',
        Principal: { Service: 'logging.s3.amazonaws.com' },
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::${Bucket}/logs/*`,
      };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await s3.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy }));
      const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: 'logs/' };
      await s3.send(new sdk.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
      expect(await read()).toEqual(LoggingEnabled);
      await s3.send(new sdk.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
      expect(await read()).toBeUndefined();
    });

    backend.differs('s3-logging', 'logging is not asked whether it may write to the bucket', async () => {
      const { s3, Bucket } = await newBucket();
      const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: 'logs/' };
      await s3.send(new sdk.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }));
    });

    backend.differs('s3-notification', 'what a bucket tells the bus of its account', async () => {
      const { s3, Bucket } = await newBucket();
      const read = () => s3.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
      expect((await read()).EventBridgeConfiguration).toBeUndefined();
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      await s3.send(new sdk.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
      expect((await read()).EventBridgeConfiguration).toEqual({});
    });

    test('the lock and its default are read back', async () => {
      const { s3, Bucket } = await newBucket({ ObjectLockEnabledForBucket: true });
      const read = async () =>
        (await s3.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }))).ObjectLockConfiguration;
      expect(await read()).toEqual({ ObjectLockEnabled: 'Enabled' });
      const Rule = { DefaultRetention: { Mode: 'GOVERNANCE', Days: 3 } } as const;
      const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled', Rule } as const;
      await s3.send(new sdk.PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
      expect(await read()).toMatchObject(ObjectLockConfiguration);
    });

    test('location, access control list and policy of a new bucket', async () => {
      const { s3, Bucket } = await newBucket();
      expect((await s3.send(new sdk.GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
      const { Grants } = await s3.send(new sdk.GetBucketAclCommand({ Bucket }));
      expect(Grants?.map(({ Permission }) => Permission)).toEqual(['FULL_CONTROL']);
      const Resource = `arn:aws:s3:::${Bucket}/*`;
      const Statement = [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource }];
      await s3.send(
        new sdk.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
      );
      await s3.send(new sdk.DeleteBucketPolicyCommand({ Bucket }));
      await expect(s3.send(new sdk.GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
        name: 'NoSuchBucketPolicy',
      });
    });

    backend.differs('s3-policy-status', 'a bucket without a policy has no status of it', async () => {
      const { s3, Bucket } = await newBucket();
      await expect(s3.send(new sdk.GetBucketPolicyStatusCommand({ Bucket }))).rejects.toMatchObject({
        name: 'NoSuchBucketPolicy',
      });
    });

    backend.differs('s3-ownership', 'ownership other than by the bucket owner is refused', async () => {
      const { s3, Bucket } = await newBucket();
      const Rules = [{ ObjectOwnership: 'ObjectWriter' as const }];
      await expect(
        s3.send(new sdk.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules } })),
      ).rejects.toThrow('BucketOwnerEnforced');
    });

    backend.localOnly('cloud', 'what S3 cannot delete is not taken for the bucket', async () => {
      const { s3, Bucket } = await newBucket();
      const { requestHandler } = backend.cloud.clientConfig(`arn:aws:iam::${backend.account}:role/tester`);
      for (const query of ['versioning', 'object-lock', 'notification', 'logging']) {
        const headers = { host: '127.0.0.1' };
        const signer = await s3.config.signer();
        const request = new HttpRequest({ method: 'DELETE', path: `/${Bucket}`, query: { [query]: '' }, headers });
        const { response } = await requestHandler.handle((await signer.sign(request)) as HttpRequest);
        expect(response.statusCode).toBe(405);
      }
      await s3.send(new sdk.HeadBucketCommand({ Bucket }));
    });
  },
);
