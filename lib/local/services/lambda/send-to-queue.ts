import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { admits } from '../../core/policy.ts';
import type { Caller } from '../../core/service.ts';
import { SqsService } from '../sqs/service.ts';

export interface QueueDelivery {
  readonly caller: Caller;
  /** Condition keys for the queue's policy, e.g. `aws:SourceArn`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly groupId?: string;
  /** Message attributes of type String. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/**
 * Puts a message on a queue for a service, if the queue's policy admits it.
 * @throws AwsError `AccessDenied`, `QueueDoesNotExist`.
 */
export function sendToQueue(cloud: Cloud, queueArn: string, body: string, delivery: QueueDelivery): void {
  const queues = cloud.service(SqsService);
  const { caller, keys, groupId } = delivery;
  const owner = queueArn.split(':')[4] ?? '';
  const request = { caller, action: 'sqs:SendMessage', resource: queueArn, keys };
  cloud.tell(request);
  if (!admits(cloud.store, queues.policyOf(queueArn) || undefined, owner, request)) {
    const text = `User: ${caller.arn} is not authorized to perform: sqs:sendmessage on resource: ${queueArn}`;
    throw new AwsError(
      'AccessDenied',
      `${text} because no resource-based policy allows the sqs:sendmessage action`,
      403,
    );
  }
  const attributes = Object.fromEntries(
    Object.entries(delivery.attributes ?? {}).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  queues.deliver(queueArn, body, { groupId, attributes: delivery.attributes === undefined ? undefined : attributes });
}
