import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type BatchOutcome, sendAll } from './batch.ts';
import { type Patience, persist } from './retry.ts';

/** A message for a FIFO queue: one at a time within its group, once within five minutes for each deduplication text. */
export interface FifoMessage {
  readonly group: string;
  /** Any text; SQS sees its hash. */
  readonly deduplication: string;
  readonly body: object;
}

export interface FifoQueue {
  /** Sends every message, at most 10 in a call, and says which did not go through. */
  send<T extends FifoMessage>(messages: readonly T[]): Promise<BatchOutcome<T>>;
}

export function createFifoQueue(
  client: SQSClient,
  QueueUrl: string,
  patience: Patience,
  digest: (text: string) => string,
): FifoQueue {
  return {
    send(messages) {
      return sendAll(
        messages,
        async (group) => {
          const Entries = group.map((message, index) => ({
            Id: String(index),
            MessageGroupId: digest(message.group),
            MessageDeduplicationId: digest(message.deduplication),
            MessageBody: JSON.stringify(message.body),
          }));
          const answer = await persist(() => client.send(new SendMessageBatchCommand({ QueueUrl, Entries })), patience);
          return (answer.Failed ?? []).map(({ Id, Code, Message, SenderFault }) => ({
            index: Number(Id),
            // A fault of the queue itself is worth another try whatever its code.
            symptom: { name: Code ?? 'Unknown', message: Message ?? '', status: SenderFault === true ? 400 : 500 },
          }));
        },
        {
          size: 10,
          weight: { of: ({ body }) => Buffer.byteLength(JSON.stringify(body)), limit: 200 * 1024 },
          patience,
        },
      );
    },
  };
}
