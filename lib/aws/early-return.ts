import type { JsonCall } from './json-call.ts';

/** A message that a Lambda could not work, as its event has it. */
export interface UnworkedMessage {
  readonly receiptHandle: string;
  readonly eventSourceARN: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}

/** Seconds until a message comes again, by how often it came; later it waits for its queue's visibility timeout. */
const WAITS = [15, 60, 300];

/**
 * Lets messages that failed come again sooner than their queue's visibility timeout, which is long for the sake of slow work: until then everything behind them in their
 * message group waits. A call that fails leaves them to the timeout.
 */
export function createEarlyReturn(call: JsonCall): (messages: readonly UnworkedMessage[]) => Promise<void> {
  return async (messages) => {
    const early = messages.filter((message) => timesOf(message) <= WAITS.length);
    for (const [arn, own] of Map.groupBy(early, ({ eventSourceARN }) => eventSourceARN)) {
      const Entries = own.map((message, index) => ({
        Id: String(index),
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: WAITS[timesOf(message) - 1],
      }));
      await call('ChangeMessageVisibilityBatch', { QueueUrl: urlOf(arn), Entries }).catch(() => undefined);
    }
  };
}

function timesOf({ attributes }: UnworkedMessage): number {
  return Number(attributes.ApproximateReceiveCount);
}

function urlOf(arn: string): string {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}
