import { describe, expect, test } from '@jest/globals';
import { createPace } from '#aws/pace.ts';
import { Clock } from '#local/core/clock.ts';
import { virtualTime } from '../../bench/limiter.ts';
import { SERVICES } from '../../bench/pace.ts';
import { SimulatedTime } from '../../bench/simulated-time.ts';
import { noWait } from '../control/world.ts';

interface Stated {
  /** Requests a second. */
  readonly rate: number;
  /** Requests that may come at once after a rest. */
  readonly burst: number;
  /** Of one request, in milliseconds; half on the way there. */
  readonly latency: number;
  /** By what share of itself the latency differs at most. */
  readonly jitter?: number;
}

/** A service that takes so many requests a second, on a clock that only waiting moves. */
function limitedService(stated: Stated) {
  const { burst, latency, jitter = 0 } = stated;
  let clock = 0;
  let tokens = burst;
  let at = 0;
  let chance = 0;
  const counts = { through: 0, throttled: 0 };
  const random = () => {
    chance = (chance + 0.37) % 1;
    return chance;
  };
  return {
    counts,
    patience: {
      now: () => clock,
      random,
      sleep: async (milliseconds: number) => {
        clock += milliseconds;
      },
    },
    request: async () => {
      const way = (latency / 2) * (1 + jitter * (2 * random() - 1));
      clock += way;
      tokens = Math.min(burst, tokens + ((clock - at) / 1000) * stated.rate);
      at = clock;
      clock += way;
      if (tokens < 1 - 1e-9) {
        counts.throttled += 1;
        throw Object.assign(new Error('Rate exceeded'), { name: 'InvalidInputException' });
      }
      tokens -= 1;
      counts.through += 1;
    },
    share: () => (counts.through - burst) / ((clock / 1000) * stated.rate),
    rest: (milliseconds: number) => {
      clock += milliseconds;
    },
    now: () => clock,
  };
}

describe('the pace of a client', () => {
  test.each(
    SERVICES.flatMap((of) => [
      { ...of, burst: 10, jitter: 0.5, share: 0.96 },
      { ...of, burst: 2, jitter: 0.5, share: 0.93 },
      { ...of, burst: 1, jitter: 0, share: 0.9 },
    ]),
  )('uses $share of $rate requests a second of $latency ms, $burst at once, and is seldom refused', async (of) => {
    const service = limitedService(of);
    const pace = createPace(service.patience);
    for (let turn = 0; turn < 400; turn += 1) await pace.call(service.request);
    expect(service.share()).toBeGreaterThan(of.share);
    expect(service.counts.throttled).toBeLessThan(service.counts.through / 4);
  });

  test('finds a rate that falls to a fifth, and one that rises to five times as much', async () => {
    for (const [before, after] of [
      [20, 4],
      [4, 20],
    ] as const) {
      const of = { rate: before, burst: 1, latency: 25 };
      const service = limitedService(of);
      const pace = createPace(service.patience);
      for (let turn = 0; turn < 100; turn += 1) await pace.call(service.request);
      of.rate = after;
      for (let turn = 0; turn < 60; turn += 1) await pace.call(service.request);
      const started = service.now();
      for (let turn = 0; turn < 100; turn += 1) await pace.call(service.request);
      expect((100 * 1000) / after / (service.now() - started)).toBeGreaterThan(0.9);
    }
  });

  test('waits for nothing while nobody throttles, and again after a rest', async () => {
    const service = limitedService({ rate: 10, burst: 50, latency: 20 });
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

  test('gives way to one that comes new', async () => {
    const waits: number[] = [];
    for (let seed = 1; seed <= 15; seed += 1) {
      const time = new SimulatedTime(new Clock(0));
      const { random } = virtualTime(seed);
      let tokens = 10;
      let at = 0;
      const request = async () => {
        await time.sleep(25);
        tokens = Math.min(10, tokens + (time.now() - at) / 100);
        at = time.now();
        if (tokens < 1 - 1e-9) throw Object.assign(new Error(''), { name: 'ThrottlingException' });
        tokens -= 1;
      };
      const client = () => createPace({ now: () => time.now(), sleep: (wait) => time.sleep(wait), random });
      const busy = async () => {
        const pace = client();
        for (;;) await pace.call(request).catch(() => undefined);
      };
      for (let others = 0; others < 4; others += 1) void busy();
      let over = false;
      const newcomer = async () => {
        await time.sleep(60_000);
        const pace = client();
        for (let call = 0; call < 10; call += 1) await pace.call(request);
        waits.push(time.now() - 60_000);
        over = true;
      };
      void newcomer();
      await time.run(() => over);
    }
    waits.sort((a, b) => a - b);
    // A fifth of ten calls a second would be five seconds.
    expect(waits[7]).toBeLessThan(3_000);
    expect(waits[12]).toBeLessThan(10_000);
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
    expect(tries).toEqual({ permanent: 1, throttled: 16 });
  });
});
