import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import type { Call } from '#local/core/service.ts';
import { recordOf } from '#local/services/cloudtrail/record.ts';
import { CloudTrailService } from '#local/services/cloudtrail/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';

const ROLE = 'arn:aws:iam::111111111111:role/auditor';
const MEMBER = 'arn:aws:iam::222222222222:role/analyst';
type Logged = Record<string, unknown> & { eventName: string };

describe('CloudTrail', () => {
  let cloud: Cloud;
  let clock: Clock;

  beforeEach(async () => {
    clock = new Clock(Date.parse('2026-03-10T10:07:30Z'));
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    for (const type of [SqsService, S3Service, CloudTrailService]) cloud.register(new type(cloud));
    await bucket('logs');
  });
  afterEach(() => cloud.close());

  /** A bucket whose policy lets CloudTrail write, as a trail's construct makes it. */
  const bucket = async (Bucket: string) => {
    const s3 = new S3Client(cloud.clientConfig(ROLE));
    await s3.send(new CreateBucketCommand({ Bucket })).catch(() => undefined);
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'cloudtrail.amazonaws.com' },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/AWSLogs/*`,
      Condition: {
        StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudtrail:us-east-1:111111111111:trail/*' },
      },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  };
  const trail = async (more: object = {}) => {
    const client = new CloudTrailClient(cloud.clientConfig(ROLE));
    await client.send(new CreateTrailCommand({ Name: 'audit', S3BucketName: 'logs', ...more }));
    await client.send(new StartLoggingCommand({ Name: 'audit' }));
    return client;
  };
  const queues = (role: string) => new SQSClient(cloud.clientConfig(role));
  const files = async () => {
    await cloud.settle();
    const s3 = new S3Client(cloud.clientConfig(ROLE));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix: 'AWSLogs/' }));
    const records: Logged[] = [];
    for (const { Key } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'logs', Key }));
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      records.push(...(JSON.parse(gunzipSync(bytes).toString('utf8')) as { Records: Logged[] }).Records);
    }
    return { keys: Contents.map(({ Key }) => Key ?? ''), records };
  };

  test('delivers who did what, in its own layout', async () => {
    await trail();
    await queues(ROLE).send(new CreateQueueCommand({ QueueName: 'work' }));
    await expect(queues(ROLE).send(new GetQueueUrlCommand({ QueueName: 'gone' }))).rejects.toThrow();
    const { keys, records } = await files();
    expect(keys).toEqual([
      expect.stringMatching(
        /^AWSLogs\/111111111111\/CloudTrail\/us-east-1\/2026\/03\/10\/111111111111_CloudTrail_us-east-1_20260310T1007Z_[A-Za-z0-9]{16}\.json\.gz$/,
      ),
    ]);
    expect(records.find((record) => record.eventName === 'CreateQueue')).toMatchObject({
      eventTime: '2026-03-10T10:07:30Z',
      eventSource: 'sqs.amazonaws.com',
      awsRegion: 'us-east-1',
      requestParameters: { queueName: 'work' },
      readOnly: false,
      managementEvent: true,
      recipientAccountId: '111111111111',
      userIdentity: {
        type: 'AssumedRole',
        arn: 'arn:aws:sts::111111111111:assumed-role/auditor/local',
        sessionContext: { sessionIssuer: { arn: ROLE, userName: 'auditor' } },
      },
    });
    expect(records.find((record) => record.eventName === 'GetQueueUrl')).toMatchObject({
      errorCode: expect.any(String),
      readOnly: true,
      responseElements: null,
    });
  });

  test('an account sees its own calls only, an organization trail those of every member', async () => {
    const client = await trail();
    await queues(MEMBER).send(new CreateQueueCommand({ QueueName: 'theirs' }));
    expect((await files()).records.map((record) => record.recipientAccountId)).not.toContain('222222222222');
    for (const account of ['111111111111', '222222222222']) setOrganization(cloud.store, account, 'o-mesh');
    await client.send(new CreateTrailCommand({ Name: 'org', S3BucketName: 'logs', IsOrganizationTrail: true }));
    await client.send(new StartLoggingCommand({ Name: 'org' }));
    await queues(MEMBER).send(new CreateQueueCommand({ QueueName: 'theirs2' }));
    const { keys, records } = await files();
    expect(keys.some((key) => key.startsWith('AWSLogs/o-mesh/222222222222/CloudTrail/us-east-1/'))).toBe(true);
    expect(records.some((record) => record.recipientAccountId === '222222222222')).toBe(true);
  });

  test('data events only when they are selected', async () => {
    const client = await trail();
    const { QueueUrl } = await queues(ROLE).send(new CreateQueueCommand({ QueueName: 'work' }));
    await queues(ROLE).send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }));
    expect((await files()).records.map((record) => record.eventName)).not.toContain('SendMessage');
    const field = (Field: string, ...Equals: string[]) => ({ Field, Equals });
    const FieldSelectors = [field('eventCategory', 'Data'), field('resources.type', 'AWS::SQS::Queue')];
    const AdvancedEventSelectors = [{ FieldSelectors }];
    await client.send(new PutEventSelectorsCommand({ TrailName: 'audit', AdvancedEventSelectors }));
    await queues(ROLE).send(new SendMessageCommand({ QueueUrl, MessageBody: 'two' }));
    const record = (await files()).records.find((entry) => entry.eventName === 'SendMessage');
    expect(record).toMatchObject({ managementEvent: false, eventCategory: 'Data' });
  });

  test('write-only selectors leave reads out; a stopped trail takes nothing', async () => {
    const client = await trail();
    const EventSelectors = [{ ReadWriteType: 'WriteOnly' as const, IncludeManagementEvents: true }];
    await client.send(new PutEventSelectorsCommand({ TrailName: 'audit', EventSelectors }));
    await client.send(new DescribeTrailsCommand({}));
    await client.send(new StopLoggingCommand({ Name: 'audit' }));
    await queues(ROLE).send(new CreateQueueCommand({ QueueName: 'late' }));
    const names = (await files()).records.map((record) => record.eventName);
    expect(names).toContain('PutEventSelectors');
    expect(names).not.toContain('DescribeTrails');
    expect(names).not.toContain('CreateQueue');
  });

  test('a service may record more, e.g. a vended credential, for the caller and the owner', async () => {
    await trail();
    cloud.service(CloudTrailService).record('111111111111', {
      eventSource: 'lakeformation.amazonaws.com',
      eventName: 'GetDataAccess',
      userIdentity: { type: 'AWSAccount', accountId: '222222222222' },
      sharedEventID: 'shared',
    });
    const record = (await files()).records.find((entry) => entry.eventName === 'GetDataAccess');
    expect(record).toMatchObject({ recipientAccountId: '111111111111', sharedEventID: 'shared', readOnly: true });
  });

  test('what cannot be delivered waits, and the status says why', async () => {
    const client = new CloudTrailClient(cloud.clientConfig(ROLE));
    await client.send(new CreateTrailCommand({ Name: 'audit', S3BucketName: 'nowhere' }));
    await client.send(new StartLoggingCommand({ Name: 'audit' }));
    await queues(ROLE).send(new CreateQueueCommand({ QueueName: 'work' }));
    await cloud.settle();
    const status = await client.send(new GetTrailStatusCommand({ Name: 'audit' }));
    expect(status).toMatchObject({ IsLogging: true, LatestDeliveryError: 'NoSuchBucket' });
    await new S3Client(cloud.clientConfig(ROLE)).send(new CreateBucketCommand({ Bucket: 'nowhere' }));
    clock.advance(60_000);
    await cloud.settle();
    expect((await client.send(new GetTrailStatusCommand({ Name: 'audit' }))).LatestDeliveryError).toBe('AccessDenied');
    await bucket('nowhere');
    clock.advance(60_000);
    await cloud.settle();
    expect((await client.send(new GetTrailStatusCommand({ Name: 'audit' }))).LatestDeliveryError).toBeUndefined();
  });

  test('a trail is shown, changed and deleted with its selectors', async () => {
    const client = await trail();
    await client.send(new UpdateTrailCommand({ Name: 'audit', S3KeyPrefix: 'mesh' }));
    expect((await client.send(new GetTrailCommand({ Name: 'audit' }))).Trail).toMatchObject({ S3KeyPrefix: 'mesh' });
    const EventSelectors = [{ ReadWriteType: 'WriteOnly' as const, IncludeManagementEvents: true }];
    await client.send(new PutEventSelectorsCommand({ TrailName: 'audit', EventSelectors }));
    const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: 'audit' }));
    expect(selectors.EventSelectors).toEqual(EventSelectors);
    await client.send(new DeleteTrailCommand({ Name: 'audit' }));
    await expect(client.send(new GetTrailCommand({ Name: 'audit' }))).rejects.toMatchObject({
      name: 'TrailNotFoundException',
    });
  });

  test('the text of a query and secrets are not in a record', () => {
    const call = {
      service: 'athena',
      operation: 'StartQueryExecution',
      input: { QueryString: 'SELECT secret', WorkGroup: 'w', Blob: Buffer.from('x') },
      caller: { kind: 'root', account: '111111111111', arn: 'arn:aws:iam::111111111111:root', principalId: '1' },
      resources: [],
      at: 0,
    };
    const { record } = recordOf(call as unknown as Call, { output: { QueryExecutionId: 'q', SessionToken: 't' } });
    expect(record.requestParameters).toEqual({ queryString: '***OMITTED***', workGroup: 'w', blob: undefined });
    expect(record.responseElements).toEqual({ queryExecutionId: 'q' });
  });
});
