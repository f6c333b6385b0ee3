import { AwsError } from '../../core/error.ts';
import { ownMember } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { liveMessages, moveMessage, purge } from './messages.ts';
import {
  attribute,
  DEFAULTS,
  invalidValue,
  isFifo,
  type Queue,
  queueArn,
  queueOfArn,
  queuesNamespace,
  requireQueue,
} from './queue.ts';

interface CreateQueueInput {
  readonly QueueName: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

interface OfQueue {
  readonly QueueUrl: string;
}

/** The range that each numeric attribute may have. */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
};
const SETTABLE = new Set([
  ...Object.keys(RANGES),
  'Policy',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'SqsManagedSseEnabled',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);
const FIFO_ONLY = ['ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'];

export function createQueue(input: CreateQueueInput, context: Context) {
  const { account, region, now } = context;
  const { store } = context.cloud;
  const fifo = input.QueueName.endsWith('.fifo');
  const base = fifo ? input.QueueName.slice(0, -5) : input.QueueName;
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(base) || input.QueueName.length > 80) {
    throw new AwsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const attributes = checkAttributes(input.Attributes ?? {}, fifo);
  if (fifo !== (attributes.FifoQueue === 'true')) {
    throw new AwsError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  const known = store.get<Queue>(queuesNamespace(account, region), input.QueueName);
  if (known === undefined) {
    const queue = {
      name: input.QueueName,
      account,
      region,
      created: now,
      modified: now,
      attributes,
      tags: input.tags ?? {},
    };
    store.put(queuesNamespace(account, region), queue.name, queue satisfies Queue);
  } else {
    const other = Object.entries(attributes).find(([name, value]) => attribute(known, name) !== value);
    if (other !== undefined) {
      throw new AwsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${other[0]}`,
      );
    }
  }
  return { QueueUrl: urlOf(context, { account, name: input.QueueName }) };
}

export function getQueueUrl(input: { QueueName: string; QueueOwnerAWSAccountId?: string }, context: Context) {
  const account = input.QueueOwnerAWSAccountId ?? context.account;
  const QueueUrl = urlOf(context, { account, name: input.QueueName });
  requireQueue(context, QueueUrl, 'GetQueueUrl');
  return { QueueUrl };
}

export function listQueues(
  input: { QueueNamePrefix?: string; MaxResults?: number; NextToken?: string },
  context: Context,
) {
  const all = context.cloud.store
    .list<Queue>(queuesNamespace(context.account, context.region), input.QueueNamePrefix ?? '')
    .map(({ value }) => value)
    .filter(({ name }) => input.NextToken === undefined || name > input.NextToken);
  const page = all.slice(0, input.MaxResults ?? 1000);
  const NextToken = page.length < all.length ? page.at(-1)?.name : undefined;
  return { QueueUrls: page.length > 0 ? page.map((queue) => urlOf(context, queue)) : undefined, NextToken };
}

export function deleteQueue(input: OfQueue, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'DeleteQueue');
  const { store } = context.cloud;
  store.transaction(() => {
    purge(store, queue);
    store.delete(queuesNamespace(queue.account, queue.region), queue.name);
  });
  return {};
}

export function purgeQueue(input: OfQueue, context: Context) {
  purge(context.cloud.store, requireQueue(context, input.QueueUrl, 'PurgeQueue'));
  return {};
}

export function getQueueAttributes(input: OfQueue & { AttributeNames?: readonly string[] }, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'GetQueueAttributes');
  const { store, clock } = context.cloud;
  const messages = liveMessages(store, queue, clock.now());
  const hidden = messages.filter(({ visibleAt }) => visibleAt > clock.now());
  const delayed = hidden.filter(({ received }) => received === 0).length;
  const all: Record<string, string> = {
    QueueArn: queueArn(queue),
    ...DEFAULTS,
    SqsManagedSseEnabled: queue.attributes.KmsMasterKeyId === undefined ? 'true' : 'false',
    ...(isFifo(queue)
      ? { ContentBasedDeduplication: 'false', DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' }
      : {}),
    ...queue.attributes,
    ApproximateNumberOfMessages: String(messages.length - hidden.length),
    ApproximateNumberOfMessagesNotVisible: String(hidden.length - delayed),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(queue.created / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modified / 1000)),
  };
  const names = input.AttributeNames ?? [];
  const unknown = names.find((name) => name !== 'All' && !SETTABLE.has(name) && all[name] === undefined);
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const wanted = Object.entries(all).filter(([name]) => names.includes('All') || names.includes(name));
  return { Attributes: wanted.length > 0 ? Object.fromEntries(wanted) : undefined };
}

export function setQueueAttributes(
  input: OfQueue & { Attributes: Readonly<Record<string, string>> },
  context: Context,
) {
  const queue = requireQueue(context, input.QueueUrl, 'SetQueueAttributes');
  const given = checkAttributes(input.Attributes, isFifo(queue));
  if (given.FifoQueue !== undefined && given.FifoQueue !== queue.attributes.FifoQueue) {
    throw new AwsError('InvalidAttributeName', 'Unknown Attribute FifoQueue.');
  }
  const merged = Object.entries({ ...queue.attributes, ...given }).filter(([, value]) => value !== '');
  save(context, { ...queue, attributes: Object.fromEntries(merged), modified: context.now });
  return {};
}

export function tagQueue(input: OfQueue & { Tags: Readonly<Record<string, string>> }, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'TagQueue');
  save(context, { ...queue, tags: { ...queue.tags, ...input.Tags } });
  return {};
}

export function untagQueue(input: OfQueue & { TagKeys: readonly string[] }, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'UntagQueue');
  const kept = Object.entries(queue.tags).filter(([key]) => !input.TagKeys.includes(key));
  save(context, { ...queue, tags: Object.fromEntries(kept) });
  return {};
}

export function listQueueTags(input: OfQueue, context: Context) {
  return { Tags: requireQueue(context, input.QueueUrl, 'ListQueueTags').tags };
}

export function listDeadLetterSourceQueues(input: OfQueue, context: Context) {
  const target = queueArn(requireQueue(context, input.QueueUrl, 'ListDeadLetterSourceQueues'));
  return {
    queueUrls: context.cloud.store
      .list<Queue>(queuesNamespace(context.account, context.region))
      .map(({ value }) => value)
      .filter(({ attributes }) => deadLetterTarget(attributes.RedrivePolicy) === target)
      .map((queue) => urlOf(context, queue)),
  };
}

/** Moves everything out of a dead-letter queue at once: back to where each message came from, or to one queue. */
export function startMessageMoveTask(input: { SourceArn: string; DestinationArn?: string }, context: Context) {
  const { store, clock } = context.cloud;
  const source = queueOfArn(store, input.SourceArn);
  if (source === undefined || source.account !== context.account) throw noTask();
  const isDeadLetterQueue = store
    .list<Queue>(queuesNamespace(source.account, source.region))
    .some(({ value }) => deadLetterTarget(value.attributes.RedrivePolicy) === input.SourceArn);
  if (!isDeadLetterQueue) {
    throw new AwsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
  }
  if (input.DestinationArn !== undefined && queueOfArn(store, input.DestinationArn) === undefined) throw noTask();
  store.transaction(() => {
    for (const message of liveMessages(store, source, clock.now())) {
      const target = queueOfArn(store, input.DestinationArn ?? message.deadLetterSource ?? '');
      if (target !== undefined && message.visibleAt <= clock.now()) {
        moveMessage(store, message, source, target, clock.now(), false);
      }
    }
  });
  return { TaskHandle: Buffer.from(`${context.requestId} ${input.SourceArn}`).toString('base64') };
}

function noTask(): AwsError {
  return new AwsError(
    'ResourceNotFoundException',
    "The resource that you specified for the SourceArn parameter doesn't exist.",
    404,
  );
}

/** A queue's URL on the endpoint that this cloud is reached by. */
function urlOf(context: Context, { account, name }: { account: string; name: string }): string {
  return `${context.cloud.endpoint ?? 'http://127.0.0.1:4566'}/${account}/${name}`;
}

function deadLetterTarget(policy: string | undefined): string | undefined {
  if (policy === undefined || policy === '') return undefined;
  return (JSON.parse(policy) as { deadLetterTargetArn?: string }).deadLetterTargetArn;
}

function checkAttributes(given: Readonly<Record<string, string>>, fifo: boolean): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(given)) {
    if (!SETTABLE.has(name) || (FIFO_ONLY.includes(name) && !fifo)) {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    const range = ownMember(RANGES, name);
    const number = Number(value);
    if (range !== undefined && !(Number.isInteger(number) && number >= range[0] && number <= range[1])) {
      throw new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
    if ((name === 'RedrivePolicy' || name === 'Policy') && value !== '') checkJson(name, value);
  }
  return given;
}

function checkJson(name: string, value: string): void {
  try {
    const parsed = JSON.parse(value) as Readonly<Record<string, unknown>>;
    const count = Number(parsed.maxReceiveCount);
    const fits = name === 'Policy' || (typeof parsed.deadLetterTargetArn === 'string' && count >= 1 && count <= 1000);
    if (fits) return;
  } catch {
    // What is not JSON gets the same answer.
  }
  throw invalidValue(name, value);
}

function save(context: Context, queue: Queue): void {
  context.cloud.store.put(queuesNamespace(queue.account, queue.region), queue.name, queue);
}
