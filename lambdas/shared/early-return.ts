import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { createEarlyReturn } from '#aws/early-return.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { patience, wayTo } from './clients.ts';

/** Lets the messages of a batch that failed come again before their timeout is over, and hands on the answer that names them. */
export function earlyReturn(
  region: string,
): (records: readonly SQSRecord[], answer: SQSBatchResponse) => Promise<SQSBatchResponse> {
  const comeBackSoon = createEarlyReturn(createJsonCall('sqs', 'AmazonSQS', wayTo('sqs', region), patience, '1.0'));
  return async (records, answer) => {
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    await comeBackSoon(records.filter(({ messageId }) => failed.has(messageId)));
    return answer;
  };
}
