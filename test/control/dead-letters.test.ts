import { expect, test } from '@jest/globals';
import type { Letter } from '#aws/dead-letter-queue.ts';
import { type DeadLettersDeps, redrive } from '#control/dead-letters.ts';

const HELD = 'arn:aws:sqs:eu-central-1:222222222222:held.fifo';

/** A FIFO dead-letter queue that gives no more than the first ten of a group, as SQS does; `fails` is where nothing can be sent any more. */
function fifo(count: number, fails = Number.POSITIVE_INFINITY) {
  const letters = Array.from({ length: count }, (_, index): Letter => {
    const attributes = { TARGET_ARN: HELD, ERROR_MESSAGE: 'it waited for seven days' };
    return { id: String(index), handle: 'h', body: '{}', attributes, sentAt: index, group: 'analytics' };
  });
  const sent: [string, string | undefined][] = [];
  const deps: DeadLettersDeps = {
    queues: [{ name: 'Held', url: 'https://sqs.eu-central-1.amazonaws.com/222222222222/dead.fifo' }],
    letters: {
      take: async () => letters.slice(0, 10),
      release: async () => undefined,
      remove: async (_, letter) => void letters.splice(letters.indexOf(letter), 1),
      send: async (arn, { id }, group) => {
        if (sent.length >= fails) throw new Error('full');
        sent.push([`${arn} ${id}`, group]);
      },
    },
    invoke: async () => undefined,
    busOf: () => {
      throw new Error('there is no bus');
    },
    groupOf: async () => undefined,
  };
  return { deps, sent, letters };
}

test('all that waited for a consumer goes back to where it waited, in its group and order', async () => {
  const { deps, sent, letters } = fifo(35);
  const { redriven, failed } = await redrive({}, deps);
  expect([redriven.length, failed, letters]).toEqual([35, [], []]);
  expect(sent).toEqual(Array.from({ length: 35 }, (_, index) => [`${HELD} ${index}`, 'analytics']));
});

test('what cannot be sent ends it, and is told once', async () => {
  const { deps, letters } = fifo(35, 14);
  const { redriven, failed } = await redrive({}, deps);
  expect([redriven.length, failed.length, letters.length]).toEqual([14, 6, 21]);
});
