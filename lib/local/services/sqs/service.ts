import type { Cloud } from '../../core/cloud.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import { sqsCodec } from './codec.ts';
import type { MessageAttributes } from './digest.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
  receiveMessage,
  sendMessage,
  sendMessageBatch,
  systemAttributes,
} from './message-operations.ts';
import {
  changeVisibility,
  enqueue,
  isInFlight,
  liveMessages,
  type Message,
  receiveMessages,
  removeMessage,
} from './messages.ts';
import { arnOfUrl, noQueue, type Queue, queueArn, queueOfArn } from './queue.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  listQueueTags,
  purgeQueue,
  setQueueAttributes,
  startMessageMoveTask,
  tagQueue,
  untagQueue,
} from './queue-operations.ts';

/** What another service puts into a queue beside the body. */
export interface DeliveryOptions {
  readonly groupId?: string;
  readonly dedupId?: string;
  readonly attributes?: MessageAttributes;
  readonly delaySeconds?: number;
}

/** A received message in the shape of a Lambda event's record, without what the event source mapping adds. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: MessageAttributes;
  readonly groupId?: string;
  readonly receiveCount: number;
}

/** Amazon SQS: standard and FIFO queues, dead-letter queues, batches. A long poll answers at once. */
export class SqsService implements Service {
  readonly signingName = 'sqs';
  readonly codec = sqsCodec;
  readonly operations: Operations = {
    CreateQueue: {
      run: createQueue,
      resources: ({ QueueName }: { QueueName: string }, { account, region }) => [
        queueArn({ name: QueueName, account, region }),
      ],
    },
    GetQueueUrl: {
      run: getQueueUrl,
      resources: (input: { QueueName: string; QueueOwnerAWSAccountId?: string }, { account, region }) => [
        queueArn({ name: input.QueueName, account: input.QueueOwnerAWSAccountId ?? account, region }),
      ],
    },
    ListQueues: { run: listQueues },
    DeleteQueue: onQueue(deleteQueue),
    PurgeQueue: onQueue(purgeQueue),
    GetQueueAttributes: onQueue(getQueueAttributes),
    SetQueueAttributes: onQueue(setQueueAttributes),
    TagQueue: onQueue(tagQueue),
    UntagQueue: onQueue(untagQueue),
    ListQueueTags: onQueue(listQueueTags),
    ListDeadLetterSourceQueues: onQueue(listDeadLetterSourceQueues),
    StartMessageMoveTask: {
      run: startMessageMoveTask,
      resources: ({ SourceArn }: { SourceArn: string }) => [SourceArn],
    },
    SendMessage: onQueue(sendMessage),
    SendMessageBatch: { ...onQueue(sendMessageBatch), action: 'sqs:SendMessage' },
    ReceiveMessage: onQueue(receiveMessage),
    DeleteMessage: onQueue(deleteMessage),
    DeleteMessageBatch: { ...onQueue(deleteMessageBatch), action: 'sqs:DeleteMessage' },
    ChangeMessageVisibility: onQueue(changeMessageVisibility),
    ChangeMessageVisibilityBatch: { ...onQueue(changeMessageVisibilityBatch), action: 'sqs:ChangeMessageVisibility' },
  };

  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Puts a message into a queue for another service. @throws AwsError `QueueDoesNotExist`. */
  deliver(arn: string, body: string, options: DeliveryOptions = {}): { messageId: string } {
    const message = enqueue(
      this.#cloud.store,
      this.#queue(arn),
      {
        body,
        sender: 'service',
        attributes: options.attributes,
        delaySeconds: options.delaySeconds,
        group: options.groupId,
        deduplication: options.dedupId,
      },
      this.#cloud.clock.now(),
    );
    this.#cloud.wake();
    return { messageId: message.id };
  }

  /** Takes up to `max` messages for an event source mapping. `visibilitySeconds`: default, the queue's. */
  receive(arn: string, max: number, visibilitySeconds?: number): ReceivedMessage[] {
    const queue = this.#queue(arn);
    const visibility = visibilitySeconds ?? Number(queue.attributes.VisibilityTimeout ?? '30');
    return receiveMessages(this.#cloud.store, queue, max, visibility, this.#cloud.clock.now()).map(receivedMessage);
  }

  /** Deletes a received message. */
  acknowledge(arn: string, receiptHandle: string): void {
    removeMessage(this.#cloud.store, this.#queue(arn), receiptHandle);
  }

  /** Makes a received message visible again after some seconds (0: at once), as a failed batch item is. */
  release(arn: string, receiptHandle: string, afterSeconds = 0): void {
    changeVisibility(this.#cloud.store, this.#queue(arn), receiptHandle, afterSeconds, this.#cloud.clock.now());
  }

  /** Epoch milliseconds at which a message of the queue is, or becomes, visible; undefined when it is empty. */
  nextVisible(arn: string): number | undefined {
    const queue = queueOfArn(this.#cloud.store, arn);
    if (queue === undefined) return undefined;
    const now = this.#cloud.clock.now();
    const lines = new Map<string, number>();
    for (const message of liveMessages(this.#cloud.store, queue, now)) {
      const line = message.group ?? message.sequence;
      const known = lines.get(line);
      if (known === undefined) lines.set(line, message.visibleAt);
      else if (isInFlight(message, now)) lines.set(line, Math.max(known, message.visibleAt));
    }
    return lines.size === 0 ? undefined : Math.min(...lines.values());
  }

  /** The queue's policy as it was set. */
  policyOf(arn: string): string | undefined {
    return queueOfArn(this.#cloud.store, arn)?.attributes.Policy;
  }

  #queue(arn: string): Queue {
    const queue = queueOfArn(this.#cloud.store, arn);
    if (queue === undefined) throw noQueue();
    return queue;
  }
}

function receivedMessage(message: Message): ReceivedMessage {
  return {
    messageId: message.id,
    receiptHandle: message.handle ?? '',
    body: message.body,
    attributes: systemAttributes(message, ['All']) ?? {},
    messageAttributes: message.attributes ?? {},
    groupId: message.group,
    receiveCount: message.received,
  };
}

function onQueue<I extends { readonly QueueUrl: string }>(run: (input: I, context: Context) => unknown): Operation<I> {
  return { run, resources: (input, context) => [arnOfUrl(context, input.QueueUrl)] };
}
