import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { SqsService } from '#local/services/sqs/service.ts';

test('a FIFO queue hands out as many messages of one group as there are before it begins with the next', async () => {
  const cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')) });
  cloud.register(new SqsService(cloud));
  const sqs = new SQSClient(cloud.clientConfig('arn:aws:iam::111111111111:root'));
  const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true' };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'work.fifo', Attributes }));
  for (const body of ['a1', 'b1', 'a2', 'c1', 'a3', 'b2']) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageGroupId: body.slice(0, 1) }));
  }
  const receive = async (MaxNumberOfMessages: number) => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages }));
    return Messages.map(({ Body }) => Body);
  };
  expect(await receive(2)).toEqual(['a1', 'a2']);
  expect(await receive(10)).toEqual(['b1', 'b2', 'c1']);
  expect(await receive(10)).toEqual([]);
  await cloud.close();
});
