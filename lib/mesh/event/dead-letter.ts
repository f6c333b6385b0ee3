import { isObject } from './check.ts';

/** What could not be delivered, as people are shown it: never a value of a row or a record. */
export interface DeadLetter {
  /** The queue's place in its stack, e.g. `Agent/IntentsDeadLetters`. */
  readonly queue: string;
  readonly id: string;
  /** ISO 8601: when it was sent first. */
  readonly at: string;
  /** `<type> <subject>` of an event, else what kind of message it is. */
  readonly what: string;
  readonly why: string;
  /** Where it goes when it is delivered again; absent: it cannot be. */
  readonly to?: string;
}

/** Where a message was meant to go. */
export type Destination =
  | { readonly kind: 'queue'; readonly arn: string; readonly rule?: string }
  | { readonly kind: 'lambda'; readonly arn: string }
  | { readonly kind: 'bus'; readonly arn: string };

/** What a dead-letter queue knows of one message. */
export interface Undelivered {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sourceArn?: string;
  /** The function whose failed invocations the queue takes. */
  readonly lambda?: string;
}

/**
 * Where a message was meant to go: the queue it failed in, the target of a rule that could not reach it, or the function that failed with it.
 * Undefined for the pointer into a stream that a function of the registry leaves: the sweep does again what it stood for.
 */
export function destinationOf({ body, attributes, sourceArn, lambda }: Undelivered): Destination | undefined {
  if (sourceArn !== undefined) return { kind: 'queue', arn: sourceArn };
  const { RULE_ARN: rule, TARGET_ARN: arn } = attributes;
  if (arn !== undefined) {
    if (arn.includes(':event-bus/')) return { kind: 'bus', arn };
    if (arn.includes(':lambda:')) return { kind: 'lambda', arn };
    if (arn.includes(':sqs:')) return { kind: 'queue', arn, rule };
  }
  const { message } = read(body);
  if (isObject(message) && 'DDBStreamBatchInfo' in message) return undefined;
  return lambda === undefined ? undefined : { kind: 'lambda', arn: lambda };
}

/** Why a message is there, as far as whoever put it there said so. */
export function whyOf({ body, attributes, sourceArn }: Undelivered): string {
  const { ERROR_CODE, ERROR_MESSAGE, ErrorCode, ErrorMessage } = attributes;
  const said = [ERROR_CODE ?? ErrorCode, ERROR_MESSAGE ?? ErrorMessage].filter((text) => text !== undefined);
  if (said.length > 0) return said.join(': ');
  const { message } = read(body);
  const context = isObject(message) ? message.requestContext : undefined;
  if (isObject(context) && typeof context.condition === 'string') return context.condition;
  return sourceArn === undefined ? 'unknown' : `failed each time it was taken from ${nameOf(sourceArn)}`;
}

/** What a message is, without what it holds. */
export function whatOf({ body }: Pick<Undelivered, 'body'>): string {
  const { message } = read(body);
  if (!isObject(message)) return 'a text';
  const type = message['detail-type'];
  if (typeof type === 'string') {
    const subject = isObject(message.detail) ? message.detail.subject : undefined;
    return typeof subject === 'string' ? `${type} ${subject}` : type;
  }
  const { domain, name, major } = message;
  if (typeof domain === 'string' && typeof name === 'string') return `reconcile ${domain}/${name}#${String(major)}`;
  if ('DDBStreamBatchInfo' in message) return 'changes of the registry';
  return 'a message';
}

/** The last part of an ARN. */
export function nameOf(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? arn;
}

function read(body: string): { message?: unknown } {
  try {
    return { message: JSON.parse(body) as unknown };
  } catch {
    return {};
  }
}
