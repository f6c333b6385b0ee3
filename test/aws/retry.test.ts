import { describe, expect, test } from '@jest/globals';
import { sendAll } from '#aws/batch.ts';
import { classify, pause, persist } from '#aws/retry.ts';
import { noWait } from '../control/world.ts';

const named = (name: string, message = '') => Object.assign(new Error(message), { name });

describe('classifying what AWS says', () => {
  test.each([
    ['ThrottlingException', 'Rate exceeded', 'retry'],
    [
      'InvalidInputException',
      'Rate exceeded (Service: AWSGlue; Status Code: 400; Error Code: ThrottlingException)',
      'retry',
    ],
    ['ConcurrentModificationException', '', 'retry'],
    ['OperationTimeoutException', '', 'retry'],
    ['ECONNRESET', 'socket hang up', 'retry'],
    [
      'AccessDeniedException',
      'Resource does not exist or requester is not authorized to access requested permissions.',
      'unclear',
    ],
    ['AccessDeniedException', 'Insufficient Lake Formation permission(s)', 'permanent'],
    ['InvalidInputException', 'Illegal combination', 'permanent'],
    ['EntityNotFoundException', '', 'permanent'],
  ])('%s "%s" asks for %s', (name, message, kind) => {
    expect(classify({ name, message })).toBe(kind);
  });

  test('a fault with a status of the 500s is worth another try, an operation that is not modelled is not', () => {
    expect(classify({ name: 'Anything', message: '', status: 503 })).toBe('retry');
    expect(classify({ name: 'WeftLocalNotImplemented', message: '', status: 501 })).toBe('permanent');
  });
});

describe('trying again', () => {
  test('ends after the last try with the error as it came', async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      throw named('ThrottlingException');
    };
    await expect(persist(work, noWait(4))).rejects.toThrow(expect.objectContaining({ name: 'ThrottlingException' }));
    expect(tries).toBe(4);
  });

  test('never repeats what is permanent', async () => {
    let tries = 0;
    const work = async () => {
      tries += 1;
      throw named('AccessDeniedException');
    };
    await expect(persist(work, noWait())).rejects.toThrow();
    expect(tries).toBe(1);
  });

  test('pauses below a ceiling that doubles up to its own, never a fixed time', () => {
    const at = (random: number) =>
      [1, 2, 3, 10].map((attempt) => pause(attempt, { ...noWait(), random: () => random }));
    expect(at(0)).toEqual([0, 0, 0, 0]);
    expect(at(0.999999)).toEqual([100, 200, 400, 5_000]);
  });
});

describe('sending batches', () => {
  test('groups by size and by weight, and lets what is too heavy stand alone', async () => {
    const groups = async (
      entries: number[],
      options: { size: number; weight?: { of(one: number): number; limit: number } },
    ) => {
      const sent: number[][] = [];
      const send = async (group: readonly number[]) => {
        sent.push([...group]);
        return [];
      };
      await sendAll(entries, send, { ...options, patience: noWait() });
      return sent;
    };
    expect(await groups([1, 2, 3, 4, 5], { size: 2 })).toEqual([[1, 2], [3, 4], [5]]);
    const weight = { of: (entry: number) => entry, limit: 5 };
    expect(await groups([2, 3, 1, 9, 1], { size: 10, weight })).toEqual([[2, 3], [1], [9], [1]]);
  });

  test('fills a call up with others when some entries have to go again, without a pause for those', async () => {
    const sent: string[][] = [];
    const pauses: number[] = [];
    const send = async (group: readonly string[]) => {
      sent.push([...group]);
      const slow = sent.length < 3 ? group.indexOf('b') : -1;
      return slow < 0 ? [] : [{ index: slow, symptom: { name: 'ConcurrentModificationException', message: '' } }];
    };
    const patience = { random: () => 1, sleep: async (milliseconds: number) => void pauses.push(milliseconds) };
    const outcome = await sendAll(['a', 'b', 'c', 'd', 'e', 'f'], send, { size: 3, refill: true, patience });
    expect(sent).toEqual([
      ['a', 'b', 'c'],
      ['b', 'd', 'e'],
      ['b', 'f'],
    ]);
    expect(outcome.done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(pauses).toEqual([]);
  });

  test('sends again only the entries that may be, and puts each entry in exactly one list', async () => {
    const sent: string[][] = [];
    const send = async (group: readonly string[]) => {
      sent.push([...group]);
      return group.flatMap((entry, index) => {
        if (entry === 'slow' && sent.length < 3) return [{ index, symptom: { name: 'InternalFailure', message: '' } }];
        if (entry === 'never') return [{ index, symptom: { name: 'MalformedDetail', message: '' } }];
        if (entry === 'gone') return [{ index, symptom: { name: 'Gone', message: '' } }];
        return [];
      });
    };
    const outcome = await sendAll(['good', 'slow', 'never', 'gone'], send, {
      size: 10,
      patience: noWait(),
      classify: ({ name }) => (name === 'Gone' ? 'done' : undefined),
    });
    expect(sent).toEqual([['good', 'slow', 'never', 'gone'], ['slow'], ['slow']]);
    expect(outcome.done).toEqual(['good', 'gone', 'slow']);
    expect(outcome.failed.map(({ entry }) => entry)).toEqual(['never']);
  });

  test('an entry that is always throttled ends among the failed', async () => {
    const send = async () => [{ index: 0, symptom: { name: 'ThrottlingException', message: '' } }];
    const outcome = await sendAll(['x'], send, { size: 10, patience: noWait(3) });
    expect(outcome.failed.map(({ symptom }) => symptom.name)).toEqual(['ThrottlingException']);
  });
});
