import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { SqsService } from '#local/services/sqs/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('SQS', { moto: true, services: (cloud) => [new SqsService(cloud)] }, (backend) => {
  async function newQueue(QueueName: string, Attributes: Record<string, string> = {}, account?: string) {
    const sqs = backend.client(SQSClient, account);
    const fifo = QueueName.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const created = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { ...fifo, ...Attributes } }));
    const QueueUrl = created.QueueUrl ?? '';
    return {
      sqs,
      QueueUrl,
      send: (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
        sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more })),
      receive: async (more: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
        (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [],
      remove: (message: Message | undefined) =>
        sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
      arn: `arn:aws:sqs:us-east-1:${account ?? backend.account}:${QueueName}`,
    };
  }
  const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);

  describe('queues', () => {
    test('are found by name, listed, described and deleted', async () => {
      const { sqs, QueueUrl, arn } = await newQueue('work', { VisibilityTimeout: '45' });
      expect(QueueUrl.endsWith(`/${backend.account}/work`)).toBe(true);
      expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }))).QueueUrl).toBe(QueueUrl);
      expect((await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'wo' }))).QueueUrls).toEqual([QueueUrl]);
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({ QueueArn: arn, VisibilityTimeout: '45', ApproximateNumberOfMessages: '0' });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '50' } }));
      const changed = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }),
      );
      expect(changed.Attributes).toEqual({ VisibilityTimeout: '50' });
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
      await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'work' }))).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
      });
    });

    test('are made again with the same attributes, not with others', async () => {
      const first = await newQueue('work', { VisibilityTimeout: '45' });
      expect((await newQueue('work', { VisibilityTimeout: '45' })).QueueUrl).toBe(first.QueueUrl);
      await expect(newQueue('work', { VisibilityTimeout: '46' })).rejects.toMatchObject({ name: 'QueueNameExists' });
    });

    backend.differs('sqs-queue-policy', 'of another account need a policy', async () => {
      const { sqs, QueueUrl, arn } = await newQueue('work');
      const stranger = backend.newAccount();
      const other = backend.client(SQSClient, stranger);
      const send = () => other.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
      await expect(send()).rejects.toMatchObject({ name: 'AccessDenied' });
      const Policy = JSON.stringify({
        Statement: [{ Effect: 'Allow', Principal: { AWS: stranger }, Action: 'sqs:SendMessage', Resource: arn }],
      });
      await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
      await send();
      await expect(other.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'AccessDenied' });
    });
  });

  describe('messages', () => {
    test('are received once until their visibility ends, and deleted', async () => {
      const queue = await newQueue('work');
      const sent = await queue.send('hello', {
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
      });
      const [message] = await queue.receive({ MessageAttributeNames: ['All'], AttributeNames: ['All'] });
      expect(message).toMatchObject({
        MessageId: sent.MessageId,
        Body: 'hello',
        MD5OfBody: '5d41402abc4b2a76b9719d911017c592',
        MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
        Attributes: { ApproximateReceiveCount: '1' },
      });
      expect(await queue.receive()).toEqual([]);
      await queue.sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      const [again] = await queue.receive({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
      expect(again?.Attributes).toEqual({ ApproximateReceiveCount: '2' });
      await queue.remove(again);
      const { Attributes } = await queue.sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: queue.QueueUrl,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
    });

    backend.localOnly('clock', 'come back when their visibility ends, and go when their retention does', async () => {
      const queue = await newQueue('work', { MessageRetentionPeriod: '120' });
      await queue.send('hello');
      expect(await queue.receive()).toHaveLength(1);
      backend.advance(31_000);
      expect(await queue.receive()).toHaveLength(1);
      backend.advance(100_000);
      expect(await queue.receive()).toEqual([]);
    });

    backend.localOnly('clock', 'wait for their delay', async () => {
      const queue = await newQueue('work');
      await queue.send('hello', { DelaySeconds: 10 });
      expect(await queue.receive()).toEqual([]);
      const next = backend.cloud.service(SqsService).nextVisible(queue.arn) ?? 0;
      expect(Math.round((next - backend.cloud.clock.now()) / 1000)).toBe(10);
      backend.advance(10_001);
      expect(bodies(await queue.receive())).toEqual(['hello']);
    });

    test('go in batches, and one that is wrong does not hold back the rest', async () => {
      const queue = await newQueue('work');
      const sent = await queue.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: queue.QueueUrl,
          Entries: [
            { Id: 'a', MessageBody: 'one' },
            { Id: 'b', MessageBody: 'two' },
          ],
        }),
      );
      expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'b']);
      const messages = await queue.receive();
      const removed = await queue.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queue.QueueUrl,
          Entries: [
            { Id: 'good', ReceiptHandle: messages[0]?.ReceiptHandle },
            { Id: 'bad', ReceiptHandle: 'not a handle' },
          ],
        }),
      );
      expect(removed.Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(removed.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid', SenderFault: true }]);
      const double = [1, 2].map(() => ({ Id: 'same', MessageBody: 'x' }));
      await expect(
        queue.sqs.send(new SendMessageBatchCommand({ QueueUrl: queue.QueueUrl, Entries: double })),
      ).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
    });

    test('may be 1 MB and not more', async () => {
      const queue = await newQueue('work');
      await queue.send('x'.repeat(1_048_576));
      await expect(queue.send('x'.repeat(1_048_577))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    });

    test('are purged', async () => {
      const queue = await newQueue('work');
      await queue.send('hello');
      await queue.sqs.send(new PurgeQueueCommand({ QueueUrl: queue.QueueUrl }));
      expect(await queue.receive()).toEqual([]);
    });
  });

  describe('FIFO queues', () => {
    test('keep the order of a group and give no more of it while one is in flight', async () => {
      const queue = await newQueue('work.fifo', { ContentBasedDeduplication: 'true' });
      for (const [group, body] of [
        ['g', '1'],
        ['g', '2'],
        ['h', '3'],
      ] as const) {
        await queue.send(body, { MessageGroupId: group });
      }
      const [first] = await queue.receive({ MaxNumberOfMessages: 1 });
      expect(first?.Body).toBe('1');
      expect(bodies(await queue.receive())).toEqual(['3']);
      await queue.remove(first);
      expect(bodies(await queue.receive())).toEqual(['2']);
    });

    test('take a message once for each deduplication id', async () => {
      const queue = await newQueue('work.fifo');
      await queue.send('one', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
      await queue.send('two', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
      expect(bodies(await queue.receive())).toEqual(['one']);
    });

    backend.differs('sqs-duplicate-id', 'answer the id of the first message to a duplicate', async () => {
      const queue = await newQueue('work.fifo');
      const send = async (text: string) =>
        (await queue.send(text, { MessageGroupId: 'g', MessageDeduplicationId: 'd' })).MessageId;
      const first = await send('one');
      expect(await send('two')).toBe(first);
    });

    backend.localOnly('clock', 'forget a deduplication id after five minutes', async () => {
      const queue = await newQueue('work.fifo');
      const one = await queue.send('one', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
      backend.advance(5 * 60_000 + 1);
      const two = await queue.send('one', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
      expect(two.MessageId).not.toBe(one.MessageId);
    });

    test('need a group and a deduplication id', async () => {
      const queue = await newQueue('work.fifo');
      await expect(queue.send('one')).rejects.toMatchObject({ name: 'MissingParameter' });
      await expect(queue.send('one', { MessageGroupId: 'g' })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    });
  });

  describe('dead letters', () => {
    test('are what was received too often', async () => {
      const dead = await newQueue('dead');
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
      const queue = await newQueue('work', { RedrivePolicy, VisibilityTimeout: '0' });
      await queue.send('poison');
      expect(await queue.receive()).toHaveLength(1);
      expect(await queue.receive()).toHaveLength(1);
      expect(await queue.receive()).toEqual([]);
      expect(bodies(await dead.receive({ VisibilityTimeout: 0 }))).toEqual(['poison']);
    });

    backend.differs('sqs-move-task', 'can be moved back to where they came from', async () => {
      const dead = await newQueue('dead');
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const queue = await newQueue('work', { RedrivePolicy, VisibilityTimeout: '0' });
      await queue.send('poison');
      await queue.receive();
      await queue.receive();
      await dead.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
      expect(await dead.receive()).toEqual([]);
      expect(bodies(await queue.receive())).toEqual(['poison']);
      await expect(queue.sqs.send(new StartMessageMoveTaskCommand({ SourceArn: queue.arn }))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    });
  });

  describe('other services', () => {
    backend.localOnly('cloud', 'deliver, receive, release and acknowledge', async () => {
      const queue = await newQueue('work.fifo', { ContentBasedDeduplication: 'true' });
      const service = backend.cloud.service(SqsService);
      service.deliver(queue.arn, 'event', { groupId: 'g' });
      service.deliver(queue.arn, 'next', { groupId: 'g' });
      const [message] = service.receive(queue.arn, 1, 30);
      expect(message).toMatchObject({ body: 'event', attributes: { MessageGroupId: 'g' }, receiveCount: 1 });
      expect(service.receive(queue.arn, 10, 30)).toEqual([]);
      expect(service.nextVisible(queue.arn)).toBeGreaterThan(backend.cloud.clock.now());
      service.release(queue.arn, message?.receiptHandle ?? '');
      const [again] = service.receive(queue.arn, 1, 30);
      expect(again).toMatchObject({ body: 'event', receiveCount: 2 });
      service.acknowledge(queue.arn, again?.receiptHandle ?? '');
      expect(service.receive(queue.arn, 10).map(({ body }) => body)).toEqual(['next']);
    });
  });

  test('tags come and go', async () => {
    const { sqs, QueueUrl } = await newQueue('work');
    const tags = async () => (await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags ?? {};
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { domain: 'sales', class: 'internal' } }));
    await sqs.send(new TagQueueCommand({ QueueUrl, Tags: { domain: 'aviation' } }));
    expect(await tags()).toEqual({ domain: 'aviation', class: 'internal' });
    await sqs.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['class'] }));
    expect(await tags()).toEqual({ domain: 'aviation' });
  });

  test('a dead-letter queue knows its sources', async () => {
    const dead = await newQueue('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 });
    const work = await newQueue('work', { RedrivePolicy });
    await newQueue('other');
    const { queueUrls } = await dead.sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }));
    expect(queueUrls).toEqual([work.QueueUrl]);
  });

  test('a batch changes the visibility of each message by itself', async () => {
    const { sqs, QueueUrl, send, receive } = await newQueue('work');
    await send('one');
    const [message] = await receive();
    const change = { ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 };
    const { Successful, Failed } = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'good', ...change },
          { Id: 'bad', ReceiptHandle: 'nonsense', VisibilityTimeout: 0 },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
    expect(bodies(await receive())).toEqual(['one']);
  });

  const limits: [string, Record<string, string>][] = [
    ['a visibility of more than twelve hours', { VisibilityTimeout: '43201' }],
    ['a retention of less than a minute', { MessageRetentionPeriod: '59' }],
    ['a delay of more than a quarter of an hour', { DelaySeconds: '901' }],
  ];
  test('a redrive policy that is no JSON is refused', async () => {
    await expect(newQueue('work', { RedrivePolicy: 'nonsense' })).rejects.toThrow();
  });

  for (const [what, Attributes] of limits) {
    backend.differs('sqs-attribute-range', `${what} is refused`, async () => {
      await expect(newQueue('work', Attributes)).rejects.toThrow();
    });
  }

  test('eleven messages are too many, to send and to receive', async () => {
    const { sqs, QueueUrl, receive } = await newQueue('work');
    const Entries = Array.from({ length: 11 }, (_, at) => ({ Id: String(at), MessageBody: 'x' }));
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
    await expect(receive({ MaxNumberOfMessages: 11 })).rejects.toThrow();
    await expect(sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }))).rejects.toMatchObject({
      name: 'EmptyBatchRequest',
    });
  });

  backend.differs(
    'sqs-batch-group',
    'a batch of a FIFO queue refuses the entry without a group, and takes the rest',
    async () => {
      const { sqs, QueueUrl, receive } = await newQueue('work.fifo', { ContentBasedDeduplication: 'true' });
      const Entries = [
        { Id: 'good', MessageBody: 'one', MessageGroupId: 'g' },
        { Id: 'bad', MessageBody: 'two' },
      ];
      const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
      expect(Failed?.map(({ Id, SenderFault }) => [Id, SenderFault])).toEqual([['bad', true]]);
      expect(bodies(await receive())).toEqual(['one']);
    },
  );

  test('a message of a FIFO queue that is let go comes first again', async () => {
    const { sqs, QueueUrl, send, receive } = await newQueue('work.fifo', { ContentBasedDeduplication: 'true' });
    await send('one', { MessageGroupId: 'g' });
    await send('two', { MessageGroupId: 'g' });
    const [first] = await receive({ MaxNumberOfMessages: 1 });
    const ReceiptHandle = first?.ReceiptHandle;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    expect(bodies(await receive())).toEqual(['one', 'two']);
  });

  test('a dead-letter queue of a FIFO queue is one itself', async () => {
    const dead = await newQueue('dead.fifo');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const queue = await newQueue('work.fifo', {
      RedrivePolicy,
      ContentBasedDeduplication: 'true',
      VisibilityTimeout: '0',
    });
    await queue.send('poison', { MessageGroupId: 'g' });
    await queue.send('after', { MessageGroupId: 'g' });
    expect(bodies(await queue.receive({ MaxNumberOfMessages: 1 }))).toEqual(['poison']);
    expect(bodies(await queue.receive({ MaxNumberOfMessages: 1 }))).toEqual(['after']);
    expect(bodies(await dead.receive())).toEqual(['poison']);
  });
});
