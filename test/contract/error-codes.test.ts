import * as trails from '@aws-sdk/client-cloudtrail';
import * as bridge from '@aws-sdk/client-eventbridge';
import * as iam from '@aws-sdk/client-iam';
import * as kms from '@aws-sdk/client-kms';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import { CloudTrailService } from '#local/services/cloudtrail/service.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { FirehoseService } from '#local/services/firehose/service.ts';
import { IamService } from '#local/services/iam/service.ts';
import { KmsService } from '#local/services/kms/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SecretsManagerService } from '#local/services/secrets-manager/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { SsmService } from '#local/services/ssm/service.ts';
import { describeBackends } from './harness.ts';
import { jsonClient } from './json-client.ts';

interface Mistake {
  readonly what: string;
  readonly code: string;
  readonly differs?: string;
  make(): Promise<unknown>;
}

describeBackends(
  'Mistakes',
  {
    moto: true,
    services: (cloud) => [
      new CloudTrailService(cloud),
      new EventBridgeService(cloud),
      new FirehoseService(cloud),
      new IamService(cloud),
      new KmsService(cloud),
      new S3Service(cloud),
      new SecretsManagerService(cloud),
      new SqsService(cloud),
      new SsmService(),
    ],
  },
  (backend) => {
    const newQueue = async () => {
      const client = backend.client(sqs.SQSClient);
      const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: 'work' }));
      return { client, QueueUrl };
    };
    const newKey = async (input: kms.CreateKeyCommandInput = {}) => {
      const client = backend.client(kms.KMSClient);
      return { client, KeyId: (await client.send(new kms.CreateKeyCommand(input))).KeyMetadata?.KeyId ?? '' };
    };
    const secrets = (operation: string, input: object) =>
      backend.client(jsonClient('secretsmanager', 'secretsmanager')).send(operation, input);

    const mistakes: Mistake[] = [
      {
        what: 'SQS: an attribute that is none is asked',
        code: 'InvalidAttributeName',
        make: async () => {
          const { client, QueueUrl } = await newQueue();
          const AttributeNames = ['Nothing' as sqs.QueueAttributeName];
          await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
        },
      },
      {
        what: 'SQS: an attribute beyond its range',
        code: 'InvalidAttributeValue',
        differs: 'sqs-attribute-range',
        make: async () => {
          const { client, QueueUrl } = await newQueue();
          const Attributes = { VisibilityTimeout: '43201' };
          await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }));
        },
      },
      {
        what: 'SQS: a batch of more than a megabyte',
        code: 'BatchRequestTooLong',
        make: async () => {
          const { client, QueueUrl } = await newQueue();
          const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) }));
          await client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
        },
      },
      {
        what: 'SSM: a value that its pattern does not allow',
        code: 'ParameterPatternMismatchException',
        differs: 'ssm-pattern',
        make: () => {
          const input = { Name: '/a', Value: 'x', Type: 'String', AllowedPattern: '^\\d+$' } as const;
          return backend.client(ssm.SSMClient).send(new ssm.PutParameterCommand(input));
        },
      },
      {
        what: 'SSM: a filter that is none',
        code: 'ValidationException',
        make: () => {
          const ParameterFilters = [{ Key: 'Nothing', Values: ['x'] }];
          return backend.client(ssm.SSMClient).send(new ssm.DescribeParametersCommand({ ParameterFilters }));
        },
      },
      {
        what: 'SSM: a token that was never given',
        code: 'InvalidNextToken',
        differs: 'ssm-next-token',
        make: () =>
          backend.client(ssm.SSMClient).send(new ssm.GetParametersByPathCommand({ Path: '/', NextToken: 'nonsense' })),
      },
      {
        what: 'SSM: tags of what has none',
        code: 'InvalidResourceType',
        make: () => {
          const ResourceType = 'Nothing' as ssm.ResourceTypeForTagging;
          const input = { ResourceType, ResourceId: '/a', Tags: [{ Key: 'k', Value: 'v' }] };
          return backend.client(ssm.SSMClient).send(new ssm.AddTagsToResourceCommand(input));
        },
      },
      {
        what: 'KMS: a key that signs encrypts nothing',
        code: 'InvalidKeyUsageException',
        differs: 'kms-usage',
        make: async () => {
          const { client, KeyId } = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
          await client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
        },
      },
      {
        what: 'KMS: another key than the one that encrypted',
        code: 'IncorrectKeyException',
        differs: 'kms-incorrect-key',
        make: async () => {
          const { client, KeyId } = await newKey();
          const sealed = await client.send(new kms.EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
          const other = await newKey();
          await client.send(new kms.DecryptCommand({ KeyId: other.KeyId, CiphertextBlob: sealed.CiphertextBlob }));
        },
      },
      {
        what: 'KMS: an alias with a letter that none has',
        code: 'InvalidAliasNameException',
        differs: 'kms-alias-name',
        make: async () => {
          const { client, KeyId } = await newKey();
          await client.send(new kms.CreateAliasCommand({ AliasName: 'alias/a b', TargetKeyId: KeyId }));
        },
      },
      {
        what: 'EventBridge: a policy of more than 10 KB',
        code: 'PolicyLengthExceededException',
        differs: 'events-policy-length',
        make: async () => {
          const client = backend.client(bridge.EventBridgeClient);
          const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [], Id: 'x'.repeat(10_300) });
          await client.send(new bridge.PutPermissionCommand({ Policy }));
        },
      },
      {
        what: 'EventBridge: a replay is cancelled twice',
        code: 'IllegalStatusException',
        make: async () => {
          const client = backend.client(bridge.EventBridgeClient);
          const EventSourceArn = `arn:aws:events:us-east-1:${backend.account}:event-bus/default`;
          const archive = { ArchiveName: 'all', EventSourceArn };
          const { ArchiveArn } = await client.send(new bridge.CreateArchiveCommand(archive));
          const window = { EventStartTime: new Date(1), EventEndTime: new Date(backend.now()) };
          const replay = { ReplayName: 'again', EventSourceArn: ArchiveArn, Destination: { Arn: EventSourceArn } };
          await client.send(new bridge.StartReplayCommand({ ...replay, ...window }));
          for (const _ of [1, 2]) await client.send(new bridge.CancelReplayCommand({ ReplayName: 'again' }));
        },
      },
      {
        what: 'IAM: a sixth version of a policy',
        code: 'LimitExceededException',
        make: async () => {
          const client = backend.client(iam.IAMClient);
          const Statement = [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }];
          const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
          const made = await client.send(new iam.CreatePolicyCommand({ PolicyName: 'p', PolicyDocument }));
          const PolicyArn = made.Policy?.Arn;
          for (const _ of [2, 3, 4, 5, 6]) {
            await client.send(new iam.CreatePolicyVersionCommand({ PolicyArn, PolicyDocument }));
          }
        },
      },
      {
        what: 'CloudTrail: a trail whose name is too short',
        code: 'InvalidTrailNameException',
        make: () =>
          backend
            .client(trails.CloudTrailClient)
            .send(new trails.CreateTrailCommand({ Name: 'a', S3BucketName: 'logs' })),
      },
      {
        what: 'Secrets Manager: a window of less than a week',
        code: 'InvalidParameterException',
        make: async () => {
          await secrets('CreateSecret', { Name: 'a', SecretString: 'x' });
          await secrets('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 1 });
        },
      },
      {
        what: 'Firehose: a stream without a destination',
        code: 'InvalidArgumentException',
        make: () =>
          backend
            .client(jsonClient('firehose', 'Firehose_20150804'))
            .send('CreateDeliveryStream', { DeliveryStreamName: 'scans' }),
      },
    ];

    for (const { what, code, differs, make } of mistakes) {
      const run = () => expect(make()).rejects.toMatchObject({ name: code });
      if (differs === undefined) test(`${what}: ${code}`, run);
      else backend.differs(differs, `${what}: ${code}`, run);
    }
  },
);
