import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';

/** Messages that belong together: worked once, and failed together. */
export interface Bundle<T> {
  readonly work: T;
  readonly records: readonly SQSRecord[];
}

/** Works bundles one after the other and names the messages of those that failed; `ordered` stops at the first failure, so that nothing overtakes. */
export async function workThrough<T>(
  bundles: readonly Bundle<T>[],
  work: (item: T) => Promise<void>,
  options: { readonly ordered: boolean; readonly onError: (error: unknown, item: T) => void },
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
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}
