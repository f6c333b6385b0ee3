import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { AwsError } from '#local/core/error.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { temporaryFolder } from '../deployer/assembly.ts';

const ACCOUNT = '111111111111';
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

/** Queues of which one takes nothing for as long as it is `ill`. */
class AilingQueues extends SqsService {
  ill = true;
  attempts = 0;

  override deliver(...[arn, body, options]: Parameters<SqsService['deliver']>): { messageId: string } {
    if (arn === arnOf('work')) {
      this.attempts += 1;
      if (this.ill) throw new AwsError('ServiceUnavailable', 'not now', 503);
    }
    return super.deliver(arn, body, options);
  }
}

describe('a delivery that a target does not take', () => {
  let cloud: Cloud;
  let queues: AilingQueues;

  beforeEach(async () => {
    cloud = new Cloud({ folder: temporaryFolder(), clock: new Clock() });
    queues = new AilingQueues(cloud);
    for (const service of [queues, new EventBridgeService(cloud)]) cloud.register(service);
    const sqs = new SQSClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:role/me`));
    for (const QueueName of ['work', 'dead']) {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
      const sender = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Resource: arnOf(QueueName) };
      const Policy = JSON.stringify({ Statement: [{ ...sender, Action: 'sqs:SendMessage' }] });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    }
  });
  afterEach(() => cloud.close());

  const send = async (RetryPolicy?: { MaximumRetryAttempts?: number; MaximumEventAgeInSeconds?: number }) => {
    const events = new EventBridgeClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:role/me`));
    await events.send(new PutRuleCommand({ Name: 'r', EventPattern: '{"source":["mine"]}' }));
    const target = { Id: 't', Arn: arnOf('work'), DeadLetterConfig: { Arn: arnOf('dead') }, RetryPolicy };
    await events.send(new PutTargetsCommand({ Rule: 'r', Targets: [target] }));
    await events.send(new PutEventsCommand({ Entries: [{ Source: 'mine', DetailType: 'Made', Detail: '{"n":1}' }] }));
    await cloud.settle();
  };
  const pass = async (seconds: number) => {
    cloud.clock.advance(seconds * 1000);
    await cloud.settle();
  };
  const condition = () => queues.receive(arnOf('dead'), 10).map((message) => JSON.stringify(message));

  test('is tried again after one second, two, four', async () => {
    await send();
    const seen = [queues.attempts];
    for (const seconds of [1, 1, 1, 3]) {
      await pass(seconds);
      seen.push(queues.attempts);
    }
    expect(seen).toEqual([1, 2, 2, 3, 3]);
    queues.ill = false;
    await pass(1);
    expect(queues.receive(arnOf('work'), 10)).toHaveLength(1);
    expect(condition()).toEqual([]);
  });

  test('ends in the dead-letter queue after as many retries as the target allows', async () => {
    await send({ MaximumRetryAttempts: 2 });
    await pass(1);
    expect(condition()).toEqual([]);
    await pass(2);
    await pass(3600);
    expect(queues.attempts).toBe(3);
    const dead = condition();
    expect(dead).toHaveLength(1);
    expect(dead[0]).toContain('MaximumRetryAttempts');
    expect(dead[0]).toContain(arnOf('work'));
  });

  test('ends there when the event would be too old for the next retry', async () => {
    await send({ MaximumEventAgeInSeconds: 60 });
    for (let seconds = 0; seconds < 120; seconds += 1) await pass(1);
    const dead = condition();
    expect(dead).toHaveLength(1);
    expect(dead[0]).toContain('MaximumEventAgeInSeconds');
  });
});
