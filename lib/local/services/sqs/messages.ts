import { createHash } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Store } from '../../core/store.ts';
import { type MessageAttributes, md5 } from './digest.ts';
import { attribute, isFifo, type Queue, queueArn, queueOfArn, seconds } from './queue.ts';

/** A message as it is stored; times are epoch milliseconds. */
export interface Message {
  readonly id: string;
  /** Its place in the queue: 20 digits, rising. */
  readonly sequence: string;
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  readonly sender: string;
  readonly sent: number;
  readonly visibleAt: number;
  readonly received: number;
  readonly firstReceived?: number;
  /** The handle of the last receive. */
  readonly handle?: string;
  readonly group?: string;
  readonly deduplication?: string;
  /** The queue that a message in a dead-letter queue came from. */
  readonly deadLetterSource?: string;
}

export interface NewMessage {
  readonly body: string;
  readonly sender: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  /** Default: the queue's. */
  readonly delaySeconds?: number;
  readonly group?: string;
  readonly deduplication?: string;
}

const DEDUPLICATION_MILLISECONDS = 5 * 60_000;

function messagesNamespace(queue: Queue): string {
  return `sqs/${queue.account}/${queue.region}/message/${queue.name}`;
}

function tokensNamespace(queue: Queue): string {
  return `sqs/${queue.account}/${queue.region}/token/${queue.name}`;
}

/** Adds a message, unless a FIFO queue got the same one within five minutes: then the first is given back. */
export function enqueue(store: Store, queue: Queue, message: NewMessage, now: number): Message {
  const token = isFifo(queue) ? tokenOf(queue, message) : undefined;
  return store.transaction(() => {
    const known =
      token === undefined ? undefined : store.get<{ message: Message; at: number }>(tokensNamespace(queue), token);
    if (known !== undefined && now - known.at < DEDUPLICATION_MILLISECONDS) return known.message;
    const sequence = nextSequence(store, queue);
    const delay = message.delaySeconds ?? seconds(queue, 'DelaySeconds');
    const stored: Message = {
      id: uuid(`${queueArn(queue)} ${sequence} ${now}`),
      sequence,
      body: message.body,
      attributes: message.attributes,
      traceHeader: message.traceHeader,
      sender: message.sender,
      sent: now,
      visibleAt: now + delay * 1000,
      received: 0,
      group: message.group,
      deduplication: message.deduplication ?? (isFifo(queue) ? sha256(message.body) : undefined),
    };
    store.put(messagesNamespace(queue), sequence, stored);
    if (token !== undefined) store.put(tokensNamespace(queue), token, { message: stored, at: now });
    return stored;
  });
}

/**
 * Takes up to `most` visible messages, invisible for `visibility` seconds from now. A message received too often goes to the
 * dead-letter queue instead; a FIFO group with a message in flight gives none, and each other gives what it has before the next.
 */
export function receiveMessages(store: Store, queue: Queue, most: number, visibility: number, now: number): Message[] {
  return store.transaction(() => {
    const taken: Message[] = [];
    const messages = liveMessages(store, queue, now);
    const blocked = new Set(messages.filter((message) => isInFlight(message, now)).map(({ group }) => group ?? ''));
    blocked.delete('');
    for (const message of isFifo(queue) ? byGroup(messages) : messages) {
      if (taken.length >= most) break;
      if (message.group !== undefined && blocked.has(message.group)) continue;
      if (message.visibleAt > now) {
        // A delayed message holds the rest of its group back, as one in flight does.
        if (message.group !== undefined) blocked.add(message.group);
        continue;
      }
      if (goesToDeadLetters(store, queue, message)) continue;
      const received: Message = {
        ...message,
        received: message.received + 1,
        firstReceived: message.firstReceived ?? now,
        visibleAt: now + visibility * 1000,
        handle: Buffer.from(`${message.sequence} ${message.received + 1} ${message.id}`).toString('base64'),
      };
      store.put(messagesNamespace(queue), message.sequence, received);
      taken.push(received);
    }
    return taken;
  });
}

/** As many messages of one group as there are before those of the next, the group with the oldest message first. */
function byGroup(messages: readonly Message[]): Message[] {
  return [...Map.groupBy(messages, ({ group }) => group).values()].flat();
}

export function isInFlight(message: Message, now: number): boolean {
  return message.received > 0 && message.visibleAt > now;
}

/** Removes the message of a handle; one that is gone already is no error. @throws AwsError `ReceiptHandleIsInvalid`. */
export function removeMessage(store: Store, queue: Queue, handle: string): void {
  const message = messageOfHandle(store, queue, handle);
  // On a FIFO queue a handle is worth nothing once its visibility ended and the message was received again.
  if (message !== undefined && (message.handle === handle || !isFifo(queue))) {
    store.delete(messagesNamespace(queue), message.sequence);
  }
}

/** Makes the message of a handle visible `visibility` seconds from now. @throws AwsError `MessageNotInflight`. */
export function changeVisibility(store: Store, queue: Queue, handle: string, visibility: number, now: number): void {
  const message = messageOfHandle(store, queue, handle);
  if (message === undefined || message.visibleAt <= now) {
    throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
  }
  store.put(messagesNamespace(queue), message.sequence, { ...message, visibleAt: now + visibility * 1000 });
}

/** Messages in order, without those past the queue's retention, which are dropped. */
export function liveMessages(store: Store, queue: Queue, now: number): Message[] {
  const oldest = now - seconds(queue, 'MessageRetentionPeriod') * 1000;
  const live: Message[] = [];
  for (const { key, value } of store.list<Message>(messagesNamespace(queue))) {
    if (value.sent > oldest) live.push(value);
    else store.delete(messagesNamespace(queue), key);
  }
  return live;
}

export function purge(store: Store, queue: Queue): void {
  store.clear(messagesNamespace(queue));
  store.clear(tokensNamespace(queue));
}

/** Puts a message into another queue as it is, with a new place. */
export function moveMessage(store: Store, message: Message, from: Queue, to: Queue, now: number, dead: boolean): void {
  store.delete(messagesNamespace(from), message.sequence);
  const sequence = nextSequence(store, to);
  store.put(messagesNamespace(to), sequence, {
    ...message,
    sequence,
    visibleAt: now,
    received: dead ? message.received : 0,
    handle: undefined,
    deadLetterSource: dead ? queueArn(from) : undefined,
  });
}

function goesToDeadLetters(store: Store, queue: Queue, message: Message): boolean {
  const policy = attribute(queue, 'RedrivePolicy');
  if (policy === undefined || policy === '') return false;
  const redrive = JSON.parse(policy) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  if (message.received < Number(redrive.maxReceiveCount)) return false;
  const target = queueOfArn(store, redrive.deadLetterTargetArn);
  if (target === undefined) return false;
  moveMessage(store, message, queue, target, message.visibleAt, true);
  return true;
}

function messageOfHandle(store: Store, queue: Queue, handle: string): Message | undefined {
  const [sequence = '', , id = ''] = Buffer.from(handle, 'base64').toString().split(' ');
  if (!/^\d{20}$/.test(sequence)) {
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  const message = store.get<Message>(messagesNamespace(queue), sequence);
  return message?.id === id ? message : undefined;
}

function tokenOf(queue: Queue, message: NewMessage): string {
  if (message.group === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  }
  const content = attribute(queue, 'ContentBasedDeduplication') === 'true';
  if (message.deduplication === undefined && !content) {
    throw new AwsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  const scope = attribute(queue, 'DeduplicationScope') === 'messageGroup' ? `${message.group} ` : '';
  return scope + (message.deduplication ?? sha256(message.body));
}

function nextSequence(store: Store, queue: Queue): string {
  const namespace = `sqs/${queue.account}/${queue.region}/sequence`;
  const last = (store.get<number>(namespace, queue.name) ?? 0) + 1;
  store.put(namespace, queue.name, last);
  return String(last).padStart(20, '0');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function uuid(text: string): string {
  const digest = md5(text);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20)}`;
}
