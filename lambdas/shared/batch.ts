import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { WaitingMessage } from '#aws/waiting-room.ts';

/** Messages that belong together: worked once, and failed together. */
export interface Bundle<T> {
  readonly work: T;
  readonly records: readonly SQSRecord[];
}

/** Tells the messages that can be read from those that cannot: those fail by themselves, and keep nothing else from being worked. */
export function sift(
  records: readonly SQSRecord[],
  read: (record: SQSRecord) => unknown,
  onError: (error: unknown, record: SQSRecord) => void,
): { readonly readable: readonly SQSRecord[]; readonly unreadable: readonly SQSRecord[] } {
  const unreadable = records.filter((record) => {
    try {
      const value = read(record);
      if (typeof value !== 'object' || value === null) throw new TypeError('the message is no object');
      return false;
    } catch (error) {
      onError(error, record);
      return true;
    }
  });
  return { readable: records.filter((record) => !unreadable.includes(record)), unreadable };
}

/** Works bundles one after the other and names the messages of those that failed; `ordered` stops at the first failure, so that nothing overtakes. */
export async function workThrough<T>(
  bundles: readonly Bundle<T>[],
  work: (item: T) => Promise<void>,
  options: {
    readonly ordered: boolean;
    readonly onError: (error: unknown, item: T) => void;
    /** Messages that are given back as they are; they stop nothing. */
    readonly unreadable?: readonly SQSRecord[];
  },
): Promise<SQSBatchResponse> {
  const failed: SQSRecord[] = [];
  for (const bundle of bundles) {
    if (options.ordered && failed.length > 0) {
      failed.push(...bundle.records);
      continue;
    }
    try {
      await work(bundle.work);
    } catch (error) {
      options.onError(error, bundle.work);
      failed.push(...bundle.records);
    }
  }
  const open = [...(options.unreadable ?? []), ...failed];
  return { batchItemFailures: open.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** A message of a FIFO queue, as who leaves it to wait has to know it. */
export function waitingOf({ messageId, receiptHandle, body, attributes }: SQSRecord): WaitingMessage {
  return {
    id: messageId,
    handle: receiptHandle,
    body,
    group: attributes.MessageGroupId ?? '',
    sentAt: Number(attributes.SentTimestamp),
    received: Number(attributes.ApproximateReceiveCount),
  };
}
