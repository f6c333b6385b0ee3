import { AwsError } from '../../core/error.ts';
import { ownMember } from '../../core/members.ts';
import { admits } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';
import type { Store } from '../../core/store.ts';

/** A queue as it is stored. */
export interface Queue {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly modified: number;
  /** As text, the way the API has them; the defaults are not in it. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export const DEFAULTS: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

export const queuesNamespace = (account: string, region: string) => `sqs/${account}/${region}/queue`;

export function queueArn(queue: { readonly name: string; readonly account: string; readonly region: string }): string {
  return `arn:aws:sqs:${queue.region}:${queue.account}:${queue.name}`;
}

export function isFifo(queue: Queue): boolean {
  return queue.name.endsWith('.fifo');
}

export function attribute(queue: Queue, name: string): string | undefined {
  return ownMember(queue.attributes, name) ?? ownMember(DEFAULTS, name);
}

export function seconds(queue: Queue, name: string): number {
  return Number(attribute(queue, name) ?? '0');
}

/** The queue of an ARN, when there is one. */
export function queueOfArn(store: Store, arn: string): Queue | undefined {
  const [, , service, region = '', account = '', name = ''] = arn.split(':');
  return service === 'sqs' ? store.get<Queue>(queuesNamespace(account, region), name) : undefined;
}

/** Account and name of a queue's URL; only the path counts, whatever the host. */
function partsOfUrl(url: string): { account: string; name: string } {
  const [, account = '', name = ''] = /\/(\d{12})\/([^/?]+)$/.exec(url) ?? [];
  return { account, name };
}

export function arnOfUrl(context: Context, url: string): string {
  const { account, name } = partsOfUrl(url);
  return queueArn({ account, name, region: context.region });
}

/**
 * The queue of a URL, once its policy lets the caller do `action` on it.
 * @throws AwsError `AWS.SimpleQueueService.NonExistentQueue` or `AccessDenied`.
 */
export function requireQueue(context: Context, url: string, action: string): Queue {
  const { account, name } = partsOfUrl(url);
  const queue = context.cloud.store.get<Queue>(queuesNamespace(account, context.region), name);
  if (queue === undefined) throw noQueue();
  const request = { caller: context.caller, action: `sqs:${action}`, resource: queueArn(queue) };
  if (admits(context.cloud.store, queue.attributes.Policy || undefined, queue.account, request)) return queue;
  throw new AwsError(
    'AccessDenied',
    `User: ${context.caller.arn} is not authorized to perform: sqs:${action.toLowerCase()} on resource: ${queueArn(queue)} because no resource-based policy allows the sqs:${action.toLowerCase()} action`,
    403,
  );
}

export function noQueue(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}

export function invalidValue(member: string, value: unknown): AwsError {
  return new AwsError('InvalidParameterValue', `Value ${value} for parameter ${member} is invalid.`);
}
