import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { type MessageAttributes, md5, md5OfAttributes, messageSize } from './digest.ts';
import { changeVisibility, enqueue, type Message, receiveMessages, removeMessage } from './messages.ts';
import { attribute, invalidValue, isFifo, type Queue, requireQueue, seconds } from './queue.ts';

interface OfQueue {
  readonly QueueUrl: string;
}

interface SendEntry {
  readonly Id?: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: MessageAttributes;
  readonly MessageSystemAttributes?: MessageAttributes;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

interface ReceiveInput extends OfQueue {
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

type Batch<E> = OfQueue & { readonly Entries: readonly (E & { readonly Id: string })[] };

const MOST_ENTRIES = 10;
const BATCH_BYTES = 1_048_576;

export function sendMessage(input: OfQueue & SendEntry, context: Context) {
  return send(requireQueue(context, input.QueueUrl, 'SendMessage'), input, context);
}

export function sendMessageBatch(input: Batch<SendEntry>, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'SendMessage');
  const bytes = input.Entries.reduce((sum, entry) => sum + messageSize(entry.MessageBody, entry.MessageAttributes), 0);
  if (bytes > BATCH_BYTES) {
    throw new AwsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
    );
  }
  return batch(input.Entries, (entry) => send(queue, entry, context));
}

export function receiveMessage(input: ReceiveInput, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'ReceiveMessage');
  const most = input.MaxNumberOfMessages ?? 1;
  if (most < 1 || most > 10) throw invalidValue('MaxNumberOfMessages', most);
  const visibility = input.VisibilityTimeout ?? seconds(queue, 'VisibilityTimeout');
  if (visibility < 0 || visibility > 43_200) throw invalidValue('VisibilityTimeout', visibility);
  const { store, clock } = context.cloud;
  const taken = receiveMessages(store, queue, most, visibility, clock.now());
  const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const Messages = taken.map((message) => {
    const attributes = chosen(message.attributes, input.MessageAttributeNames ?? []);
    return {
      MessageId: message.id,
      ReceiptHandle: message.handle,
      MD5OfBody: md5(message.body),
      Body: message.body,
      Attributes: systemAttributes(message, system),
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfAttributes(attributes),
    };
  });
  return { Messages: Messages.length > 0 ? Messages : undefined };
}

export function deleteMessage(input: OfQueue & { ReceiptHandle: string }, context: Context) {
  removeMessage(context.cloud.store, requireQueue(context, input.QueueUrl, 'DeleteMessage'), input.ReceiptHandle);
  return {};
}

export function deleteMessageBatch(input: Batch<{ ReceiptHandle: string }>, context: Context) {
  const queue = requireQueue(context, input.QueueUrl, 'DeleteMessage');
  return batch(input.Entries, ({ ReceiptHandle }) => {
    removeMessage(context.cloud.store, queue, ReceiptHandle);
    return {};
  });
}

export function changeMessageVisibility(
  input: OfQueue & { ReceiptHandle: string; VisibilityTimeout: number },
  context: Context,
) {
  revisit(requireQueue(context, input.QueueUrl, 'ChangeMessageVisibility'), input, context);
  return {};
}

export function changeMessageVisibilityBatch(
  input: Batch<{ ReceiptHandle: string; VisibilityTimeout?: number }>,
  context: Context,
) {
  const queue = requireQueue(context, input.QueueUrl, 'ChangeMessageVisibility');
  return batch(input.Entries, (entry) => {
    revisit(queue, entry, context);
    return {};
  });
}

function revisit(queue: Queue, input: { ReceiptHandle: string; VisibilityTimeout?: number }, context: Context): void {
  const visibility = input.VisibilityTimeout ?? 30;
  if (visibility < 0 || visibility > 43_200) throw invalidValue('VisibilityTimeout', visibility);
  changeVisibility(context.cloud.store, queue, input.ReceiptHandle, visibility, context.cloud.clock.now());
}

function send(queue: Queue, entry: SendEntry, context: Context) {
  const { MessageBody: body, MessageAttributes: attributes } = entry;
  if (body === undefined || body === '') {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  const most = Number(attribute(queue, 'MaximumMessageSize'));
  if (messageSize(body, attributes) > most) {
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`,
    );
  }
  if (Object.keys(attributes ?? {}).length > 10) {
    throw new AwsError('InvalidParameterValue', 'Number of message attributes exceeds the allowed maximum [10].');
  }
  if (isFifo(queue) && (entry.DelaySeconds ?? 0) !== 0) throw notForThisKind('DelaySeconds', entry.DelaySeconds);
  if (!isFifo(queue) && entry.MessageDeduplicationId !== undefined) {
    throw notForThisKind('MessageDeduplicationId', entry.MessageDeduplicationId);
  }
  if ((entry.DelaySeconds ?? 0) < 0 || (entry.DelaySeconds ?? 0) > 900) {
    throw invalidValue('DelaySeconds', entry.DelaySeconds);
  }
  const message = enqueue(
    context.cloud.store,
    queue,
    {
      body,
      attributes,
      sender: context.caller.principalId,
      traceHeader: entry.MessageSystemAttributes?.AWSTraceHeader?.StringValue,
      delaySeconds: entry.DelaySeconds,
      group: entry.MessageGroupId,
      deduplication: entry.MessageDeduplicationId,
    },
    context.cloud.clock.now(),
  );
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(body),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    SequenceNumber: isFifo(queue) ? message.sequence : undefined,
  };
}

/** Runs each entry by itself; one that fails is told apart, the rest holds. */
function batch<E extends { readonly Id: string }, R>(entries: readonly E[], run: (entry: E) => R) {
  if (entries.length === 0) {
    throw new AwsError(
      'EmptyBatchRequest',
      'There should be at least one SendMessageBatchRequestEntry in the request.',
    );
  }
  if (entries.length > MOST_ENTRIES) {
    throw new AwsError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are ${MOST_ENTRIES}. You have sent ${entries.length}.`,
    );
  }
  const ids = entries.map(({ Id }) => Id);
  const double = ids.find((id, at) => ids.indexOf(id) !== at);
  if (double !== undefined) throw new AwsError('BatchEntryIdsNotDistinct', `Id ${double} repeated.`);
  const Successful: (R & { Id: string })[] = [];
  const Failed: { Id: string; SenderFault: boolean; Code: string; Message: string }[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed: Failed.length > 0 ? Failed : undefined };
}

/** The system attributes of a message under the names that the API has for them. */
export function systemAttributes(message: Message, names: readonly string[]): Record<string, string> | undefined {
  const all: Record<string, string | undefined> = {
    SenderId: message.sender,
    SentTimestamp: String(message.sent),
    ApproximateReceiveCount: String(message.received),
    ApproximateFirstReceiveTimestamp: String(message.firstReceived ?? message.sent),
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.deadLetterSource,
    MessageGroupId: message.group,
    MessageDeduplicationId: message.deduplication,
    SequenceNumber: message.group === undefined ? undefined : message.sequence,
  };
  const wanted: Record<string, string> = {};
  for (const [name, value] of Object.entries(all)) {
    if (value !== undefined && (names.includes('All') || names.includes(name))) wanted[name] = value;
  }
  return Object.keys(wanted).length > 0 ? wanted : undefined;
}

function chosen(attributes: MessageAttributes | undefined, names: readonly string[]): MessageAttributes | undefined {
  const matches = (name: string) =>
    names.some(
      (wanted) =>
        wanted === 'All' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -2))),
    );
  const kept = Object.entries(attributes ?? {}).filter(([name]) => matches(name));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function notForThisKind(member: string, value: unknown): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${member} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );
}
