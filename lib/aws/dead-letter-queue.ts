import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Patience, persist } from './retry.ts';

/** A message that could not be delivered. */
export interface Letter {
  readonly id: string;
  readonly handle: string;
  readonly body: string;
  /** What a service or a sender put beside it. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch milliseconds when it was sent first. */
  readonly sentAt: number;
  /** The queue that it failed in; absent when a service put it here by itself. */
  readonly sourceArn?: string;
  readonly group?: string;
}

export interface LetterBox {
  /** Takes what is there, at most `most`; nobody else sees it for a minute, or until it is let go of. */
  take(url: string, most: number): Promise<Letter[]>;
  release(url: string, letters: readonly Letter[]): Promise<void>;
  remove(url: string, letter: Letter): Promise<void>;
  /** Sends it to a queue as it is; `group` is for a FIFO queue. */
  send(queueArn: string, letter: Letter, group?: string): Promise<void>;
}

const HOLD_SECONDS = 60;

export function createLetterBox(client: SQSClient, patience: Patience): LetterBox {
  return {
    async take(QueueUrl, most) {
      const taken = new Map<string, Letter>();
      while (taken.size < most) {
        const command = new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(10, most - taken.size),
          VisibilityTimeout: HOLD_SECONDS,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        });
        const { Messages = [] } = await persist(() => client.send(command), patience);
        const fresh = Messages.map(letterOf).filter(({ id }) => !taken.has(id));
        if (fresh.length === 0) break;
        for (const letter of fresh) taken.set(letter.id, letter);
      }
      return [...taken.values()];
    },
    async release(QueueUrl, letters) {
      for (let at = 0; at < letters.length; at += 10) {
        const Entries = letters
          .slice(at, at + 10)
          .map(({ handle }, index) => ({ Id: String(index), ReceiptHandle: handle, VisibilityTimeout: 0 }));
        // What cannot be let go of comes back by itself when its time is up.
        await persist(() => client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })), patience);
      }
    },
    async remove(QueueUrl, { handle }) {
      await persist(() => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: handle })), patience);
    },
    async send(queueArn, letter, group = letter.group) {
      const fifo = queueArn.endsWith('.fifo');
      const command = new SendMessageCommand({
        QueueUrl: urlOf(queueArn),
        MessageBody: letter.body,
        ...(fifo ? { MessageGroupId: group ?? 'redrive', MessageDeduplicationId: `redrive-${letter.id}` } : {}),
      });
      await persist(() => client.send(command), patience);
    },
  };
}

function letterOf({ MessageId, ReceiptHandle, Body, Attributes = {}, MessageAttributes = {} }: Message): Letter {
  const attributes = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue ?? '']);
  return {
    id: MessageId ?? '',
    handle: ReceiptHandle ?? '',
    body: Body ?? '',
    attributes: Object.fromEntries(attributes),
    sentAt: Number(Attributes.SentTimestamp ?? 0),
    sourceArn: Attributes.DeadLetterQueueSourceArn,
    group: Attributes.MessageGroupId,
  };
}

function urlOf(arn: string): string {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}
