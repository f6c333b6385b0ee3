import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type LocalServer, serve } from '#local/core/server.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { StsService } from '#local/services/sts.ts';
import { earlyReturn } from '../../lambdas/shared/early-return.ts';

const ACCOUNT = '333333333333';
const REGION = 'us-east-1';
const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:intents.fifo`;
const TIMEOUT = 1_800;

let cloud: Cloud;
let clock: Clock;
let server: LocalServer;

beforeAll(async () => {
  clock = new Clock(Date.parse('2026-03-10T10:00:00Z'));
  cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-early-')), clock });
  cloud.register(new SqsService(cloud));
  cloud.register(new StsService());
  server = await serve(cloud, 0);
  const role = `arn:aws:iam::${ACCOUNT}:role/agent`;
  const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(role);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_ENDPOINT_URL: server.endpoint,
  });
  const sqs = new SQSClient(cloud.clientConfig(role) as never);
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: String(TIMEOUT) };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'intents.fifo', Attributes }));
  for (const MessageBody of ['done', 'failed', 'behind'])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'share' }));
});

afterAll(async () => {
  await server.close();
  await cloud.close();
  rmSync(cloud.folder, { recursive: true, force: true });
});

test('what failed comes again in a quarter of a minute, and what waits behind it in its group with it', async () => {
  const sqs = cloud.service(SqsService);
  const records = sqs
    .receive(QUEUE, 2)
    .map((message): SQSRecord => ({ ...message, eventSourceARN: QUEUE }) as unknown as SQSRecord);
  expect(records.map(({ body }) => body)).toEqual(['done', 'failed']);
  const [done, failed] = records;
  const answer = { batchItemFailures: [{ itemIdentifier: failed?.messageId ?? '' }] };
  expect(await earlyReturn(REGION)(records, answer)).toBe(answer);
  sqs.acknowledge(QUEUE, done?.receiptHandle ?? '');
  expect(sqs.receive(QUEUE, 10)).toEqual([]);
  clock.advance(15_000);
  expect(sqs.receive(QUEUE, 10).map(({ body }) => body)).toEqual(['failed', 'behind']);
});
