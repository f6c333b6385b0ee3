import type { JsonCall } from './json-call.ts';

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
  /** Puts a message like it behind all others of its group, with a count of its own; the caller takes this one from the queue. */
  sendAgain(message: WaitingMessage): Promise<void>;
}

/** Where people find what was given up. */
export interface Burial {
  /** Puts a message among the dead letters with the reason, from where it can be delivered again; the caller takes it from the queue. */
  bury(message: WaitingMessage, why: string): Promise<void>;
}

/** A little below the twelve hours, for they count from when the message was received. */
const LONGEST_WAIT = 11 * 3600;
/** Characters of a reason. */
const WHY = 500;

/** @param call SQS's JSON protocol, which is of version 1.0 */
export function createWaitingRoom(call: JsonCall, QueueUrl: string): WaitingRoom {
  return {
    async postpone({ handle: ReceiptHandle }, seconds) {
      const VisibilityTimeout = Math.min(Math.max(seconds, 1), LONGEST_WAIT);
      await call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout });
    },
    async sendAgain({ id, body, group, received }) {
      const MessageDeduplicationId = `${id}-${received}`;
      await call('SendMessage', { QueueUrl, MessageBody: body, MessageGroupId: group, MessageDeduplicationId });
    },
  };
}

/** @param call as above */
export function createBurial(
  call: JsonCall,
  { queueArn, deadLettersUrl }: { readonly queueArn: string; readonly deadLettersUrl: string },
): Burial {
  return {
    async bury({ id, body, group }, why) {
      // The names that EventBridge gives, by which whoever delivers it again finds the way.
      const said = { TARGET_ARN: queueArn, ERROR_MESSAGE: why.slice(0, WHY) };
      const attributes = Object.entries(said).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]);
      await call('SendMessage', {
        QueueUrl: deadLettersUrl,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(attributes),
        MessageGroupId: group,
        MessageDeduplicationId: id,
      });
    },
  };
}
