import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Patience, persist } from './retry.ts';

/** A message of a FIFO queue as Lambda hands it on. */
export interface WaitingMessage {
  readonly id: string;
  readonly handle: string;
  readonly body: string;
  readonly group: string;
  /** Epoch milliseconds. */
  readonly sentAt: number;
  /** How often it was taken from the queue, this time included. */
  readonly received: number;
}

/** A FIFO queue whose messages may be left to wait: within a group nobody overtakes whom is waiting. */
export interface WaitingRoom {
  /** Leaves a message invisible for so many seconds from now; SQS takes 12 hours from when it was received at most. */
  postpone(message: WaitingMessage, seconds: number): Promise<void>;
  /** Puts a message among the dead letters with the reason, from where it can be delivered again; the caller takes it from the queue. */
  bury(message: WaitingMessage, why: string): Promise<void>;
}

/** A little below the twelve hours, for they count from when the message was received. */
const LONGEST_WAIT = 11 * 3600;
/** What SQS takes in an attribute of a message would be more. */
const WHY = 500;

export function createWaitingRoom(
  client: SQSClient,
  queues: { readonly arn: string; readonly url: string; readonly deadLettersUrl: string },
  patience: Patience,
): WaitingRoom {
  return {
    async postpone({ handle: ReceiptHandle }, seconds) {
      const VisibilityTimeout = Math.min(Math.max(seconds, 1), LONGEST_WAIT);
      const command = new ChangeMessageVisibilityCommand({ QueueUrl: queues.url, ReceiptHandle, VisibilityTimeout });
      await persist(() => client.send(command), patience);
    },
    async bury({ id, body, group }, why) {
      // The names that EventBridge gives, by which whoever delivers it again finds the way.
      const StringValue = why.slice(0, WHY);
      const MessageAttributes = {
        TARGET_ARN: { DataType: 'String', StringValue: queues.arn },
        ERROR_MESSAGE: { DataType: 'String', StringValue },
      };
      const command = new SendMessageCommand({
        QueueUrl: queues.deadLettersUrl,
        MessageBody: body,
        MessageAttributes,
        MessageGroupId: group,
        MessageDeduplicationId: id,
      });
      await persist(() => client.send(command), patience);
    },
  };
}
