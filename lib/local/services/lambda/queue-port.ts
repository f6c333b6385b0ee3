import type { Cloud } from '../../core/cloud.ts';

/** A message as a poller receives it. */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes?: Readonly<Record<string, unknown>>;
}

/** What event sources and deliveries need of SQS. */
export interface Queues {
  receive(queueArn: string, max: number, visibilitySeconds?: number): readonly QueueMessage[];
  acknowledge(queueArn: string, receiptHandle: string): void;
  deliver(
    queueArn: string,
    body: string,
    options?: { groupId?: string; dedupId?: string; attributes?: Readonly<Record<string, string>> },
  ): unknown;
  nextVisible(queueArn: string): number | undefined;
}

export function queuesOf(cloud: Cloud): Queues {
  const service = cloud.serviceNamed('sqs');
  if (service === undefined) throw new Error('service sqs is not registered');
  return service as unknown as Queues;
}
