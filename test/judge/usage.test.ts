import { expect, test } from '@jest/globals';
import { unexplained } from './unexplained.ts';
import { type Granted, united } from './usage.ts';

const permit = (role: string, action: string, resource: string, used = false): Granted => ({
  role,
  action,
  resource,
  used,
});
const QUEUE = 'arn:aws:sqs:<region>:<own>:<Queue>';

test('what one suite uses is used', () => {
  const [one, ...more] = united([
    permit('worker', 'sqs:SendMessage', QUEUE),
    permit('worker', 'sqs:SendMessage', QUEUE, true),
    permit('worker', 'sqs:SendMessage', QUEUE),
  ]);
  expect([one?.used, more]).toEqual([true, []]);
});

test('a permit without a reason is named, and so is a reason without a permit', () => {
  const unused = [permit('worker', 'sqs:SendMessage', QUEUE), permit('worker', 'sqs:PurgeQueue', QUEUE)];
  const reasons = [
    { role: 'work*', action: 'sqs:Send*', resource: '*<Queue>', reason: 'it may' },
    { role: 'worker', action: 'sqs:*', resource: '*<Other>', reason: 'it may' },
  ];
  expect(unexplained(unused, reasons)).toEqual([
    'worker: sqs:* on *<Other>: the reason explains nothing',
    `worker: sqs:PurgeQueue on ${QUEUE}: is never used`,
  ]);
  expect(unexplained(unused, [{ role: 'worker', action: '*', reason: 'it may' }])).toEqual([]);
});
