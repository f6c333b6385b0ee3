import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FairShare } from '#lambdas/shared/fair-share.ts';

/** An environment that answers one call at a time: calls come in an order, each takes its time, and a refused one takes none. */
function served(calls: readonly { readonly who: string; readonly takes: number; readonly pause: number }[]) {
  let clock = 0;
  const share = new FairShare(() => clock);
  const work = new Map<string, number>();
  let refused = 0;
  for (const { who, takes, pause } of calls) {
    clock += pause;
    if (share.wait(who) > 0) {
      refused += 1;
      clock += 1;
      continue;
    }
    clock += takes;
    share.took(who, takes);
    work.set(who, (work.get(who) ?? 0) + takes);
  }
  return { work, refused, clock };
}

test('alone, an account takes all it wants', () => {
  const calls = Array.from({ length: 2000 }, () => ({ who: 'loud', takes: 100, pause: 0 }));
  expect(served(calls)).toMatchObject({ refused: 0, clock: 200_000 });
});

test('what an account took while nobody else called is not held against it once somebody does', () => {
  const alone = Array.from({ length: 6000 }, () => ({ who: 'busy', takes: 100, pause: 0 }));
  const both = [
    { who: 'other', takes: 10, pause: 0 },
    { who: 'busy', takes: 100, pause: 0 },
  ];
  expect(served([...alone, ...both]).refused).toBe(0);
});

test('one that has not called for half a minute is nobody to share with, whatever it took before', () => {
  const many = (who: string, takes: number, count: number) =>
    Array.from({ length: count }, () => ({ who, takes, pause: 0 }));
  const calls = [...many('quiet', 10, 1), ...many('gone', 5000, 40), { who: 'loud', takes: 10, pause: 31_000 }];
  expect(served([...calls, ...many('loud', 1000, 60)]).refused).toBe(served(calls).refused);
});

test('beside others, the loud one takes its share and the quiet one is never refused', () => {
  const calls = Array.from({ length: 20_000 }, (_, index) =>
    index % 100 === 99 ? { who: 'quiet', takes: 50, pause: 0 } : { who: 'loud', takes: 100, pause: 0 },
  );
  const { work, clock } = served(calls);
  expect(work.get('quiet')).toBe(200 * 50);
  expect((work.get('loud') ?? 0) / clock).toBeLessThan(0.65);
});

test('whatever comes, while others call nobody takes more than a burst, a call and half the time', () => {
  const call = fc.record({
    who: fc.constantFrom('a', 'b', 'c'),
    takes: fc.integer({ min: 1, max: 5_000 }),
    pause: fc.integer({ min: 0, max: 300 }),
  });
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 200 }), (calls) => {
      // Everybody has called at the beginning, and calls again and again.
      const all = calls.flatMap((one) => [...['a', 'b', 'c'].map((who) => ({ who, takes: 1, pause: 0 })), one]);
      const { work, clock } = served(all);
      for (const done of work.values()) expect(done).toBeLessThanOrEqual(10_000 + 5_000 + clock / 2);
    }),
    { numRuns: 200 },
  );
});
