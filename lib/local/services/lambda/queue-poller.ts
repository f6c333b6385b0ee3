import { createHash } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { type ReceivedMessage, SqsService } from '../sqs/service.ts';
import type { Runner } from './async-queue.ts';
import { failedItems, passesFilters, type StoredMapping } from './mapping.ts';
import type { StoredFunction } from './model.ts';

/** Queue ARN and message id → receipt handle of the messages that a function works on. */
const IN_FLIGHT = 'lambda/in-flight';

/** Takes one batch of visible messages; those that no filter wants are deleted at once, as Lambda does. */
export function receiveBatch(cloud: Cloud, mapping: StoredMapping): readonly ReceivedMessage[] {
  const queues = cloud.service(SqsService);
  const received = queues.receive(mapping.eventSourceArn, Math.min(mapping.batchSize, 10));
  const wanted = received.filter((message) => passesFilters(mapping, filterable(message)));
  for (const message of received) {
    if (!wanted.includes(message)) queues.acknowledge(mapping.eventSourceArn, message.receiptHandle);
  }
  return wanted;
}

/** Gives a batch to the function and deletes what it did; the rest comes back when its visibility timeout is over. */
export async function runMessages(
  cloud: Cloud,
  mapping: StoredMapping,
  stored: StoredFunction,
  messages: readonly ReceivedMessage[],
  run: Runner,
): Promise<void> {
  const Records = messages.map((message) => ({
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: eventAttributes(message),
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: mapping.eventSourceArn,
    awsRegion: mapping.region,
  }));
  const requestId = cloud.contextFor({ kind: 'service', account: stored.account, arn: '', principalId: '' }).requestId;
  for (const { messageId, receiptHandle } of messages) {
    cloud.store.put(IN_FLIGHT, `${mapping.eventSourceArn} ${messageId}`, receiptHandle);
  }
  try {
    const outcome = await run(stored, JSON.stringify({ Records }), requestId);
    for (const { messageId } of messages) cloud.store.delete(IN_FLIGHT, `${mapping.eventSourceArn} ${messageId}`);
    if (outcome.functionError !== undefined) return;
    const ids = messages.map((message) => message.messageId);
    const failed = failedItems(mapping, outcome.payload, ids);
    if (failed === 'all') return;
    const done = messages.filter((message) => !failed.includes(message.messageId));
    cloud.store.transaction(() => {
      for (const message of done) cloud.service(SqsService).acknowledge(mapping.eventSourceArn, message.receiptHandle);
    });
  } catch (error) {
    // A throttled or refused invocation leaves the messages to their visibility timeout.
    if (!(error instanceof AwsError)) throw error;
  }
}

/** Makes visible again what a process that ended had taken and not finished: its poller is gone. */
export function releaseInFlight(cloud: Cloud): void {
  for (const { key, value: handle } of cloud.store.list<string>(IN_FLIGHT)) {
    cloud.store.delete(IN_FLIGHT, key);
    try {
      cloud.service(SqsService).release(key.slice(0, key.indexOf(' ')), handle);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }
}

/** Filters see a body that is JSON as JSON. */
function filterable(message: ReceivedMessage): unknown {
  try {
    return { ...message, body: JSON.parse(message.body) as unknown };
  } catch {
    return message;
  }
}

/** Message attributes in the lower-case form of Lambda's events. */
function eventAttributes(message: ReceivedMessage): Record<string, object> {
  return Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, attribute]) => [
      name,
      {
        stringValue: attribute.StringValue,
        binaryValue: attribute.BinaryValue,
        stringListValues: [],
        binaryListValues: [],
        dataType: attribute.DataType,
      },
    ]),
  );
}
