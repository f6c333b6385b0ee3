import { jsonCodec } from '../../core/codecs.ts';
import type { Codec } from '../../core/service.ts';

const json = jsonCodec('1.0');

/** The codes that clients of the older Query protocol know; newer ones get them in a header (`x-amzn-query-error`). */
const QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
};

/** AWS JSON 1.0, with the error's Query code in a header. */
export const sqsCodec: Codec = {
  ...json,
  encodeError: (error, requestId) => {
    const response = json.encodeError(error, requestId);
    const code = QUERY_CODES[error.code] ?? error.code;
    const fault = error.status >= 500 ? 'Receiver' : 'Sender';
    return { ...response, headers: { ...response.headers, 'x-amzn-query-error': `${code};${fault}` } };
  },
};
