import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateScheduleGroupCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createEndTimers, type EndTimers, timerName } from '#aws/end-timers.ts';
import type { Way } from '#aws/signed-request.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SchedulerService } from '#local/services/scheduler/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';

const ACCOUNT = '333333333333';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/timers`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:intents.fifo`;
const GROUP = 'toy-finance-ends';
const LINK = 'sales__orders__v1';

describe('the timers of an agent', () => {
  let cloud: Cloud;
  let clock: Clock;
  let client: SchedulerClient;
  let timers: EndTimers;

  beforeEach(async () => {
    clock = new Clock(Date.parse('2026-03-10T10:00:00Z'));
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    for (const type of [SqsService, LambdaService, EventBridgeService, SchedulerService])
      cloud.register(new type(cloud));
    const config = cloud.clientConfig(ROLE);
    client = new SchedulerClient(config);
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
    await new SQSClient(config).send(new CreateQueueCommand({ QueueName: 'intents.fifo', Attributes }));
    await client.send(new CreateScheduleGroupCommand({ Name: GROUP }));
    const place = { group: GROUP, queueArn: QUEUE, messageGroup: 'share', roleArn: ROLE };
    timers = createEndTimers(config as unknown as Way, place, { attempts: 1, random: () => 0, sleep: async () => {} });
  });
  afterEach(() => cloud.close());

  const came = async () => {
    await cloud.settle();
    const messages = cloud.service(SqsService).receive(QUEUE, 10, 0);
    return messages.map(({ body }) => JSON.parse(body));
  };
  const there = () => client.send(new GetScheduleCommand({ Name: timerName(LINK), GroupName: GROUP }));

  test('send their message in the second of the end, or the next whole one', async () => {
    await timers.set(LINK, '2026-03-10T11:00:00.001Z', { n: 1 });
    expect((await there()).ScheduleExpression).toBe('at(2026-03-10T11:00:01)');
    clock.advance(3_600_000);
    expect(await came()).toEqual([]);
    clock.advance(1_000);
    expect(await came()).toEqual([{ n: 1 }]);
  });

  test('give way to a later one of the same link, before they fired and after', async () => {
    await timers.set(LINK, '2026-03-10T11:00:00Z', { n: 1 });
    await timers.set(LINK, '2026-03-10T12:00:00Z', { n: 2 });
    clock.advance(3_600_000);
    expect(await came()).toEqual([]);
    clock.advance(3_600_000);
    expect(await came()).toEqual([{ n: 2 }]);
    await timers.set(LINK, '2026-03-10T13:00:00Z', { n: 3 });
    clock.advance(3_600_000);
    expect(await came()).toContainEqual({ n: 3 });
  });

  test('are gone once they are cleared, and to clear none is no mistake', async () => {
    await timers.set(LINK, '2026-03-10T11:00:00Z', { n: 1 });
    await timers.clear(LINK);
    await timers.clear(LINK);
    await expect(there()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    clock.advance(7_200_000);
    expect(await came()).toEqual([]);
  });

  test('that AWS refuses are refused by AWS’s name', async () => {
    const elsewhere = { group: 'none', queueArn: QUEUE, messageGroup: 'share', roleArn: ROLE };
    const lost = createEndTimers(cloud.clientConfig(ROLE) as unknown as Way, elsewhere, {
      attempts: 1,
      random: () => 0,
      sleep: async () => {},
    });
    await expect(lost.set(LINK, '2026-03-10T11:00:00Z', {})).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('have names that Scheduler takes, for long databases, too', () => {
    const long = (end: string) => `${'a'.repeat(60)}__${end}__v1`;
    expect(timerName(LINK)).toBe(LINK);
    for (const end of ['orders', 'others']) expect(timerName(long(end))).toMatch(/^[0-9a-zA-Z._-]{1,64}$/);
    expect(timerName(long('orders'))).not.toBe(timerName(long('others')));
  });
});
