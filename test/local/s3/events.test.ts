import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import * as sdk from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { temporaryFolder } from '../deployer/assembly.ts';

const OWNER = '111111111111';
const READER = '222222222222';
const QUEUE = `arn:aws:sqs:us-east-1:${OWNER}:heard`;
const Bucket = 'watched';

describe('a bucket that sends to EventBridge', () => {
  let cloud: Cloud;
  let s3: sdk.S3Client;

  const as = (account: string) => cloud.clientConfig(`arn:aws:iam::${account}:role/me`);
  const put = (Key: string, Body = 'hello') => s3.send(new sdk.PutObjectCommand({ Bucket, Key, Body }));
  const configure = (NotificationConfiguration: sdk.NotificationConfiguration) =>
    s3.send(new sdk.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  const heard = async () => {
    await cloud.settle();
    const sqs = new SQSClient(as(OWNER));
    const QueueUrl = `http://127.0.0.1:4566/${OWNER}/heard`;
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    return Messages.map(({ Body }) => JSON.parse(Body ?? ''));
  };

  beforeEach(async () => {
    cloud = new Cloud({ folder: temporaryFolder(), clock: new Clock() });
    for (const service of [new S3Service(cloud), new EventBridgeService(cloud), new SqsService(cloud)]) {
      cloud.register(service);
    }
    s3 = new sdk.S3Client(as(OWNER));
    await s3.send(new sdk.CreateBucketCommand({ Bucket }));
    const sqs = new SQSClient(as(OWNER));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'heard' }));
    const sender = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Resource: QUEUE };
    const Policy = JSON.stringify({ Statement: [{ ...sender, Action: 'sqs:SendMessage' }] });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const events = new EventBridgeClient(as(OWNER));
    await events.send(new PutRuleCommand({ Name: 'hear', EventPattern: '{"source":["aws.s3"]}' }));
    await events.send(new PutTargetsCommand({ Rule: 'hear', Targets: [{ Id: 'q', Arn: QUEUE }] }));
    await configure({ EventBridgeConfiguration: {} });
  });
  afterEach(() => cloud.close());

  test('tells of an object that came, with its size, and of one that went', async () => {
    const { ETag } = await put('a');
    await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'never-there' }));
    const [came, went, ...more] = await heard();
    expect(more).toEqual([]);
    expect(came).toMatchObject({
      source: 'aws.s3',
      'detail-type': 'Object Created',
      account: OWNER,
      region: 'us-east-1',
      resources: ['arn:aws:s3:::watched'],
    });
    expect(came.detail).toEqual({
      version: '0',
      bucket: { name: Bucket },
      object: {
        key: 'a',
        size: 5,
        etag: ETag?.replaceAll('"', ''),
        sequencer: expect.stringMatching(/^[0-9A-F]{16}$/),
      },
      'request-id': expect.stringMatching(/./),
      requester: OWNER,
      'source-ip-address': '127.0.0.1',
      reason: 'PutObject',
    });
    expect(went).toMatchObject({
      'detail-type': 'Object Deleted',
      detail: { object: { key: 'a' }, reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' },
    });
  });

  test('names the versions, in an order that rises, and the marker on top of them', async () => {
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await s3.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const one = await put('a');
    const two = await put('a', 'again');
    const marker = await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'a' }));
    await s3.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'a', VersionId: one.VersionId }));
    const details = (await heard()).map(({ detail }) => detail);
    const ids = [one, two, marker, one].map(({ VersionId }) => VersionId);
    expect(details.map(({ object }) => object['version-id'])).toEqual(ids);
    expect(details.map((detail) => detail['deletion-type'])).toEqual([
      undefined,
      undefined,
      'Delete Marker Created',
      'Permanently Deleted',
    ]);
    const [first, second] = details.map(({ object }) => object.sequencer);
    expect(first < second).toBe(true);
  });

  test('tells how an object was written, and who asked', async () => {
    const Policy = JSON.stringify({
      Statement: [
        { Effect: 'Allow', Principal: { AWS: READER }, Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/*` },
      ],
    });
    await s3.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy }));
    await put('a');
    const reader = new sdk.S3Client(as(READER));
    await reader.send(new sdk.CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    const { UploadId } = await s3.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key: 'c' }));
    const part = { Bucket, Key: 'c', UploadId, PartNumber: 1 };
    const { ETag } = await s3.send(new sdk.UploadPartCommand({ ...part, Body: 'part' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await s3.send(new sdk.CompleteMultipartUploadCommand({ Bucket, Key: 'c', UploadId, MultipartUpload }));
    cloud.service(S3Service).put(Bucket, 'd', 'by another service');
    const told = (await heard()).map(({ detail }) => [detail.object.key, detail.reason, detail.requester]);
    expect(told).toEqual([
      ['a', 'PutObject', OWNER],
      ['b', 'CopyObject', READER],
      ['c', 'CompleteMultipartUpload', OWNER],
      ['d', 'PutObject', OWNER],
    ]);
  });

  test('is silent once it is told to be, and sends to nothing else', async () => {
    const read = () => s3.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
    expect((await read()).EventBridgeConfiguration).toEqual({});
    await configure({});
    expect((await read()).EventBridgeConfiguration).toBeUndefined();
    await put('a');
    expect(await heard()).toEqual([]);
    const Events: sdk.Event[] = ['s3:ObjectCreated:*'];
    await expect(configure({ QueueConfigurations: [{ QueueArn: QUEUE, Events }] })).rejects.toThrow(
      'QueueConfiguration',
    );
  });
});
