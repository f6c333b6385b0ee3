import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  DeleteScheduleCommand,
  DeleteScheduleGroupCommand,
  GetScheduleCommand,
  GetScheduleGroupCommand,
  ListScheduleGroupsCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { SchedulerService } from '#local/services/scheduler/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';

const ACCOUNT = '111111111111';
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/scheduler`;
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:work`;

describe('the scheduler', () => {
  let cloud: Cloud;
  let clock: Clock;
  let client: SchedulerClient;

  beforeEach(async () => {
    clock = new Clock(Date.parse('2026-03-10T10:00:00Z'));
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    for (const type of [SqsService, LambdaService, EventBridgeService, SchedulerService])
      cloud.register(new type(cloud));
    client = new SchedulerClient(cloud.clientConfig(RoleArn));
    await new SQSClient(cloud.clientConfig(RoleArn)).send(new CreateQueueCommand({ QueueName: 'work' }));
  });
  afterEach(() => cloud.close());

  const schedule = (ScheduleExpression: string, more: object = {}, Target: object = {}) => ({
    Name: 'sweep',
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: { Arn: QUEUE, RoleArn, Input: '{"at":"<aws.scheduler.scheduled-time>"}', ...Target },
    ...more,
  });
  const received = async (queue = QUEUE) => {
    await cloud.settle();
    return cloud
      .service(SqsService)
      .receive(queue, 10, 1_000_000)
      .map((message) => message.body);
  };

  test('a rate fires at once, then every period, and once for several missed ones', async () => {
    await client.send(new CreateScheduleCommand(schedule('rate(15 minutes)')));
    expect(await received()).toEqual(['{"at":"2026-03-10T10:00:00Z"}']);
    clock.advance(14 * 60_000);
    expect(await received()).toEqual([]);
    clock.advance(60_000);
    expect(await received()).toEqual(['{"at":"2026-03-10T10:15:00Z"}']);
    clock.advance(3 * 3_600_000);
    expect(await received()).toEqual(['{"at":"2026-03-10T10:30:00Z"}']);
    expect(cloud.service(SchedulerService).nextDue()).toBe(Date.parse('2026-03-10T13:30:00Z'));
  });

  test('cron fires at its times; a disabled schedule does not', async () => {
    await client.send(new CreateScheduleCommand(schedule('cron(30 10 * * ? *)')));
    expect(await received()).toEqual([]);
    clock.advance(30 * 60_000);
    expect(await received()).toHaveLength(1);
    await client.send(new UpdateScheduleCommand(schedule('cron(30 10 * * ? *)', { State: 'DISABLED' })));
    expect(await client.send(new GetScheduleCommand({ Name: 'sweep' }))).toMatchObject({ State: 'DISABLED' });
    clock.advance(86_400_000);
    expect(await received()).toEqual([]);
  });

  test('at() fires once and goes away when asked to', async () => {
    await client.send(
      new CreateScheduleCommand(schedule('at(2026-03-10T11:00:00)', { ActionAfterCompletion: 'DELETE' })),
    );
    clock.advance(3_600_000);
    expect(await received()).toHaveLength(1);
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).toEqual([]);
  });

  test('at() that has fired stays and can be set to another time; a time that has passed is never reached', async () => {
    await client.send(new CreateScheduleCommand(schedule('at(2026-03-10T11:00:00)')));
    clock.advance(3_600_000);
    expect(await received()).toHaveLength(1);
    expect((await client.send(new ListSchedulesCommand({}))).Schedules).toHaveLength(1);
    await client.send(new UpdateScheduleCommand(schedule('at(2026-03-10T12:00:00)')));
    clock.advance(3_600_000);
    expect(await received()).toEqual(['{"at":"2026-03-10T12:00:00Z"}']);
    await client.send(new UpdateScheduleCommand(schedule('at(2026-03-10T11:30:00)')));
    clock.advance(86_400_000);
    expect(await received()).toEqual([]);
  });

  test('who makes or changes a schedule passes its role to Scheduler', async () => {
    const passed: unknown[] = [];
    cloud.observe({ acting: ({ action, resource, keys }) => void passed.push([action, resource, keys]) });
    await client.send(new CreateScheduleCommand(schedule('at(2026-03-10T11:00:00)')));
    await client.send(new UpdateScheduleCommand(schedule('at(2026-03-10T12:00:00)')));
    const once = ['iam:PassRole', RoleArn, { 'iam:PassedToService': 'scheduler.amazonaws.com' }];
    expect(passed).toEqual([once, once]);
  });

  test('what cannot be delivered goes to the dead-letter queue', async () => {
    await new SQSClient(cloud.clientConfig(RoleArn)).send(new CreateQueueCommand({ QueueName: 'dead' }));
    const dead = `arn:aws:sqs:us-east-1:${ACCOUNT}:dead`;
    const Target = { Arn: `${QUEUE}-gone`, DeadLetterConfig: { Arn: dead } };
    await client.send(new CreateScheduleCommand(schedule('rate(1 hour)', {}, Target)));
    expect(await received(dead)).toHaveLength(1);
  });

  test('groups hold schedules and take them along', async () => {
    const inGroup = schedule('rate(1 hour)', { GroupName: 'mesh' });
    await expect(client.send(new CreateScheduleCommand(inGroup))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await client.send(new CreateScheduleGroupCommand({ Name: 'mesh' }));
    await client.send(new CreateScheduleCommand(inGroup));
    await expect(client.send(new CreateScheduleCommand(inGroup))).rejects.toMatchObject({ name: 'ConflictException' });
    expect(await client.send(new GetScheduleGroupCommand({ Name: 'mesh' }))).toMatchObject({ State: 'ACTIVE' });
    const { ScheduleGroups } = await client.send(new ListScheduleGroupsCommand({}));
    expect(ScheduleGroups?.map(({ Name }) => Name)).toEqual(['default', 'mesh']);
    await client.send(new DeleteScheduleCommand({ Name: 'sweep', GroupName: 'mesh' }));
    await expect(client.send(new GetScheduleCommand({ Name: 'sweep', GroupName: 'mesh' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await client.send(new CreateScheduleCommand(inGroup));
    await client.send(new DeleteScheduleGroupCommand({ Name: 'mesh' }));
    expect((await client.send(new ListSchedulesCommand({ GroupName: 'mesh' }))).Schedules).toEqual([]);
  });

  test('refuses what it does not model', async () => {
    for (const more of [
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' as const, MaximumWindowInMinutes: 5 } },
      { ScheduleExpressionTimezone: 'Europe/Berlin' },
      { ScheduleExpression: 'rate(1 minutes)' },
    ]) {
      await expect(client.send(new CreateScheduleCommand(schedule('rate(1 hour)', more)))).rejects.toMatchObject({
        name: 'ValidationException',
      });
    }
  });
});
