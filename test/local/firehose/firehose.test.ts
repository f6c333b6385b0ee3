import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { callerFor } from '#local/core/cloud.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { FirehoseService } from '#local/services/firehose/service.ts';

const ACCOUNT = '111111111111';
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const role = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const STREAM = `arn:aws:firehose:us-east-1:${ACCOUNT}:deliverystream/scans`;
const START = Date.parse('2026-03-01T23:58:00Z');
const MINUTE = 60_000;

describe('a Firehose stream', () => {
  let instance: Instance;
  let clock: Clock;
  const folder = () => instance.folder;

  const client = <C>(type: new (config: never) => C, arn = ROOT): C =>
    new type(instance.cloud.clientConfig(arn) as never);
  const call = <T>(operation: string, input: object, arn = ROOT): Promise<T> => {
    const context = instance.cloud.contextFor(callerFor(arn, 'test'));
    return instance.cloud.invoke(instance.cloud.service(FirehoseService), operation, input, context) as Promise<T>;
  };
  const put = (text: string) =>
    call('PutRecord', { DeliveryStreamName: 'scans', Record: { Data: Buffer.from(text).toString('base64') } });
  const create = (more: object = {}) =>
    call('CreateDeliveryStream', {
      DeliveryStreamName: 'scans',
      ExtendedS3DestinationConfiguration: {
        RoleARN: role('delivery'),
        BucketARN: 'arn:aws:s3:::landing',
        Prefix: 'scans/arrived_on=!{timestamp:yyyy-MM-dd}/',
        ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/!{timestamp:yyyy-MM-dd}/',
        BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
        ...more,
      },
    });
  const objects = async () => {
    const s3 = client(S3Client);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: 'landing' }));
    const found: [string, string][] = [];
    for (const { Key = '' } of Contents) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'landing', Key }));
      found.push([Key.slice(0, Key.lastIndexOf('/') + 1), (await Body?.transformToString()) ?? '']);
    }
    return found;
  };
  const pass = async (milliseconds: number) => {
    clock.advance(milliseconds);
    await instance.cloud.settle();
  };
  const makeRole = async (RoleName: string, statements: readonly object[]) => {
    const iam = client(IAMClient);
    const document = (Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([]) }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: document(statements) }));
  };

  beforeEach(async () => {
    clock = new Clock(START);
    instance = await openInstance({
      folder: mkdtempSync(join(tmpdir(), 'weft-firehose-')),
      port: 0,
      live: false,
      clock,
    });
    await client(S3Client).send(new CreateBucketCommand({ Bucket: 'landing' }));
    await makeRole('delivery', [
      { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::landing/*' },
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' },
    ]);
  });

  afterEach(async () => {
    await instance.close();
    rmSync(folder(), { recursive: true, force: true });
  });

  test('keeps records until the oldest has waited long enough, in one object named for the day it arrived', async () => {
    await create({ ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord' }] } });
    await put('{"n":1}');
    await pass(59_000);
    await put('{"n":2}');
    expect(await objects()).toEqual([]);
    await pass(1000);
    expect(await objects()).toEqual([['scans/arrived_on=2026-03-01/', '{"n":1}\n{"n":2}\n']]);
    await pass(2 * MINUTE);
    await put('{"n":3}');
    await pass(MINUTE);
    expect((await objects()).at(-1)).toEqual(['scans/arrived_on=2026-03-02/', '{"n":3}\n']);
  });

  test('delivers at once what is large enough', async () => {
    await create();
    await put('x'.repeat(600_000));
    await instance.cloud.settle();
    expect(await objects()).toEqual([]);
    await put('y'.repeat(600_000));
    await instance.cloud.settle();
    expect((await objects()).map(([, text]) => text.length)).toEqual([1_200_000]);
  });

  test('tells for each record of a batch whether it was taken', async () => {
    await create();
    instance.cloud.service(FirehoseService).refuseNext(STREAM, 2);
    const Records = ['a', 'b', 'c'].map((text) => ({ Data: Buffer.from(text).toString('base64') }));
    expect(await call('PutRecordBatch', { DeliveryStreamName: 'scans', Records })).toEqual({
      FailedPutCount: 2,
      Encrypted: false,
      RequestResponses: [
        { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' },
        { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' },
        { RecordId: expect.any(String) },
      ],
    });
    await pass(MINUTE);
    expect((await objects()).map(([, text]) => text)).toEqual(['c']);
    instance.cloud.service(FirehoseService).refuseNext(STREAM, 1);
    await expect(put('d')).rejects.toMatchObject({ code: 'ServiceUnavailableException' });
  });

  test('loses nothing that S3 does not take', async () => {
    await create();
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::landing/*' }],
    });
    await client(S3Client).send(new PutBucketPolicyCommand({ Bucket: 'landing', Policy }));
    await put('kept');
    await pass(MINUTE);
    expect(await objects()).toEqual([]);
    await client(S3Client).send(
      new PutBucketPolicyCommand({
        Bucket: 'landing',
        Policy: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
      }),
    );
    await pass(MINUTE);
    expect((await objects()).map(([, text]) => text)).toEqual(['kept']);
  });

  test('delivers as its role, which may not do what it was not given', async () => {
    await makeRole('nobody', []);
    await create({ RoleARN: role('nobody') });
    await put('x');
    await pass(MINUTE);
    expect(await objects()).toEqual([]);
  });

  test('puts what its function does not give back where it is looked for', async () => {
    await create({
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'Lambda',
            Parameters: [
              { ParameterName: 'LambdaArn', ParameterValue: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:none` },
            ],
          },
        ],
      },
    });
    await put('raw');
    await pass(MINUTE);
    const [[path, line] = ['', ''], ...more] = await objects();
    expect([path, more]).toEqual(['failed/processing-failed/2026-03-01/', []]);
    const failed = JSON.parse(line) as { errorCode: string; rawData: string };
    expect(failed.errorCode).toBe('Lambda.FunctionError');
    expect(Buffer.from(failed.rawData, 'base64').toString()).toBe('raw');
  });

  test.each([
    [
      'a prefix with expressions and no prefix for errors',
      { ErrorOutputPrefix: undefined },
      /ErrorOutputPrefix must be specified/,
    ],
    ['an unknown expression', { Prefix: '!{partitionKeyFromQuery:a}/' }, /knows no prefix expression/],
    ['a compression that is not modelled', { CompressionFormat: 'Snappy' }, /does not compress by Snappy/],
    [
      'a member that is not modelled',
      { DynamicPartitioningConfiguration: { Enabled: true } },
      /DynamicPartitioningConfiguration/,
    ],
    ['an interval out of range', { BufferingHints: { IntervalInSeconds: 901 } }, /between 0 and 900/],
  ])('refuses %s', async (_, more, message) => {
    await expect(create(more)).rejects.toThrow(message);
  });

  test('takes the events of a rule by the role of the target', async () => {
    await create();
    await makeRole('rule', [{ Effect: 'Allow', Action: 'firehose:PutRecord', Resource: STREAM }]);
    await makeRole('powerless', []);
    const sqs = client(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'dead' }));
    const Arn = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: Arn },
      ],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const events = client(EventBridgeClient);
    for (const name of ['rule', 'powerless']) {
      await events.send(new PutRuleCommand({ Name: name, EventPattern: '{"source":["scanner"]}' }));
      await events.send(
        new PutTargetsCommand({
          Rule: name,
          Targets: [
            { Id: 'stream', Arn: STREAM, RoleArn: role(name), InputPath: '$.detail', DeadLetterConfig: { Arn } },
          ],
        }),
      );
    }
    await expect(
      events.send(new PutTargetsCommand({ Rule: 'rule', Targets: [{ Id: 'x', Arn: STREAM }] })),
    ).rejects.toThrow(/RoleArn is required/);
    await events.send(
      new PutEventsCommand({ Entries: [{ Source: 'scanner', DetailType: 'Scan', Detail: '{"n":1}' }] }),
    );
    await instance.cloud.settle();
    await pass(MINUTE);
    expect((await objects()).map(([, text]) => text)).toEqual(['{"n":1}']);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }));
    expect(Messages.map(({ MessageAttributes }) => MessageAttributes?.ERROR_CODE?.StringValue)).toEqual([
      'NO_PERMISSIONS',
    ]);
  });

  test('is gone with what still waited', async () => {
    await create();
    await put('x');
    await call('DeleteDeliveryStream', { DeliveryStreamName: 'scans' });
    await pass(MINUTE);
    expect(await objects()).toEqual([]);
    await expect(call('DescribeDeliveryStream', { DeliveryStreamName: 'scans' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
