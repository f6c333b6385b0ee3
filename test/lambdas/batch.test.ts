import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { sift, workThrough } from '../../lambdas/shared/batch.ts';

const record = (messageId: string, body: string) => ({ messageId, body }) as SQSRecord;

describe('a batch with a message that cannot be read', () => {
  test.each(['{', 'null', '"text"', ''])('fails %j alone, and works all others', async (body) => {
    const records = [record('a', '{"n":1}'), record('b', body), record('c', '{"n":2}')];
    const read = (one: SQSRecord) => JSON.parse(one.body);
    const told: string[] = [];
    const { readable, unreadable } = sift(records, read, (_error, { messageId }) => told.push(messageId));
    const worked: number[] = [];
    const answer = await workThrough(
      readable.map((one) => ({ work: read(one) as { n: number }, records: [one] })),
      async ({ n }) => void worked.push(n),
      { ordered: true, unreadable, onError: () => undefined },
    );
    expect(worked).toEqual([1, 2]);
    expect(told).toEqual(['b']);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
  });
});
