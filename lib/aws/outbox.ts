import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type Patience, persist } from './retry.ts';

/** A queue of another account, or of this one, that takes messages in any order. */
export interface Outbox {
  send(body: string): Promise<void>;
}

export function createOutbox(client: SQSClient, QueueUrl: string, patience: Patience): Outbox {
  return {
    async send(MessageBody) {
      await persist(() => client.send(new SendMessageCommand({ QueueUrl, MessageBody })), patience);
    },
  };
}
