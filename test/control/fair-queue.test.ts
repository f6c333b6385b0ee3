import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEarlyReturn } from '#aws/early-return.ts';
import { LANES, laneOf } from '#aws/registry-keys.ts';
import { fewestFirst } from '#control/reconcile-request.ts';

const of = (domain: string, name = 'orders', major = 1) => ({ domain, name, major });

describe('the lanes of a domain', () => {
  test('a version is always in the same one, however many there are of others', () => {
    const lanes = new Set(Array.from({ length: 1_000 }, (_, index) => laneOf(of('sales', `product-${index}`))));
    expect(lanes.size).toBe(LANES);
    expect(laneOf(of('sales'))).toBe(laneOf(of('sales')));
  });

  test('no two domains share one', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    const two = (a: string, b: string, x: string, y: string) => a === b || laneOf(of(a, x)) !== laneOf(of(b, y));
    fc.assert(fc.property(name, name, name, name, two));
  });
});

test('in a batch the one request of a domain goes before the many of another, and each domain keeps its order', () => {
  const batch = ['loud-1', 'loud-2', 'quiet-1', 'loud-3'].map((name) => ({
    work: { domain: name.split('-')[0] as string, name },
  }));
  expect(fewestFirst(batch).map(({ work }) => work.name)).toEqual(['quiet-1', 'loud-1', 'loud-2', 'loud-3']);
});

describe('messages that failed', () => {
  const message = (receiptHandle: string, times: number) => ({
    receiptHandle,
    eventSourceARN: 'arn:aws:sqs:eu-central-1:111111111111:requests.fifo',
    attributes: { ApproximateReceiveCount: String(times) },
  });

  test('come again soon, later each time, and in the end when the queue says', async () => {
    const asked: object[] = [];
    const comeBackSoon = createEarlyReturn(async (_operation, input) => void asked.push(input));
    await comeBackSoon([message('a', 1), message('b', 3), message('c', 4)]);
    expect(asked).toEqual([
      {
        QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/111111111111/requests.fifo',
        Entries: [
          { Id: '0', ReceiptHandle: 'a', VisibilityTimeout: 15 },
          { Id: '1', ReceiptHandle: 'b', VisibilityTimeout: 300 },
        ],
      },
    ]);
  });

  test('wait for their timeout when nobody can be asked, and nobody is asked about none', async () => {
    let calls = 0;
    const comeBackSoon = createEarlyReturn(async () => {
      calls += 1;
      throw new Error('away');
    });
    await comeBackSoon([message('a', 1)]);
    await comeBackSoon([]);
    expect(calls).toBe(1);
  });
});
