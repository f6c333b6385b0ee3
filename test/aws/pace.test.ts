import { describe, expect, test } from '@jest/globals';
import { createPace } from '#aws/pace.ts';
import { noWait } from '../control/world.ts';

/** A service that takes ten requests a second, `burst` of them at once, on a clock that only waiting moves. */
function limitedService(burst: number) {
  let clock = 0;
  let tokens = burst;
  let at = 0;
  let chance = 0;
  const counts = { through: 0, throttled: 0 };
  return {
    counts,
    patience: {
      now: () => clock,
      random: () => {
        chance = (chance + 0.37) % 1;
        return chance;
      },
      sleep: async (milliseconds: number) => {
        clock += milliseconds;
      },
    },
    request: async () => {
      clock += 20;
      tokens = Math.min(burst, tokens + (clock - at) / 100);
      at = clock;
      if (tokens < 1 - 1e-9) {
        counts.throttled += 1;
        throw Object.assign(new Error('Rate exceeded'), { name: 'InvalidInputException' });
      }
      tokens -= 1;
      counts.through += 1;
    },
    share: () => (counts.through - burst) / (clock / 100),
    rest: (milliseconds: number) => {
      clock += milliseconds;
    },
    now: () => clock,
  };
}

describe('the pace of a client', () => {
  test.each([
    [10, 0.97],
    [1, 0.85],
  ])('uses a limit up where %i requests may come at once, and is seldom refused', async (burst, share) => {
    const service = limitedService(burst);
    const pace = createPace(service.patience);
    for (let turn = 0; turn < 600; turn += 1) await pace.call(service.request);
    expect(service.share()).toBeGreaterThan(share);
    expect(service.counts.throttled).toBeLessThan(service.counts.through / 4);
  });

  test('waits for nothing while nobody throttles, and again after a rest', async () => {
    const service = limitedService(50);
    const pace = createPace(service.patience);
    for (let turn = 0; turn < 40; turn += 1) await pace.call(service.request);
    expect(service.now()).toBe(40 * 20);
    for (let turn = 0; turn < 100; turn += 1) await pace.call(service.request);
    expect(service.counts.throttled).toBeGreaterThan(0);
    service.rest(60_000);
    const rested = service.now();
    for (let turn = 0; turn < 40; turn += 1) await pace.call(service.request);
    expect(service.now() - rested).toBe(40 * 20);
  });

  test('never repeats what is permanent, and gives a throttle up in the end', async () => {
    const tries = { permanent: 0, throttled: 0 };
    const fail = (kind: keyof typeof tries, name: string) => async () => {
      tries[kind] += 1;
      throw Object.assign(new Error(''), { name });
    };
    const pace = createPace({ ...noWait(), now: () => 0 });
    await expect(pace.call(fail('permanent', 'AccessDeniedException'))).rejects.toThrow();
    await expect(pace.call(fail('throttled', 'ThrottlingException'))).rejects.toThrow();
    expect(tries).toEqual({ permanent: 1, throttled: 9 });
  });
});
