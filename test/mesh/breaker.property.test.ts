import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  admit,
  BREAKER_LIMITS,
  type BreakerLimits,
  type BreakerState,
  failed,
  standingOf,
  succeeded,
  type Ticket,
} from '#mesh/breaker.ts';

const LIMITS: fc.Arbitrary<BreakerLimits> = fc.record({
  failures: fc.integer({ min: 1, max: 5 }),
  rest: fc.integer({ min: 1, max: 1000 }),
  longestRest: fc.integer({ min: 1, max: 5000 }),
  claim: fc.integer({ min: 1, max: 2000 }),
  lookAgain: fc.integer({ min: 100, max: 500 }),
});

/** What a caller does at its turn: try to get leave, or tell how a call that it has leave for ended; a caller that dies tells nothing. */
const STEP = fc.record({
  caller: fc.integer({ min: 0, max: 4 }),
  passes: fc.integer({ min: 0, max: 1500 }),
  ends: fc.constantFrom('well', 'badly', 'never'),
});

/** Callers of one breaker, as they come, who all see what was written before them. */
class Callers {
  state: BreakerState | undefined;
  now = 1_000_000;
  readonly calling = new Map<string, { ticket: Ticket; since: number }>();
  readonly probed: number[] = [];
  readonly #limits: BreakerLimits;

  constructor(limits: BreakerLimits, state?: BreakerState) {
    this.#limits = limits;
    this.state = state;
  }

  /** One try; answers whether the caller got through. */
  ask(by: string): 'go' | 'probe' | 'wait' {
    const admission = admit(this.state, by, this.now, this.#limits);
    if (admission.way === 'wait') return 'wait';
    if (admission.way === 'probe') {
      this.state = admission.next;
      this.probed.push(this.now);
    }
    this.calling.set(by, { ticket: admission.ticket, since: this.now });
    return admission.way;
  }

  end(by: string, ends: 'well' | 'badly' | 'never'): void {
    const call = this.calling.get(by);
    this.calling.delete(by);
    if (call === undefined || ends === 'never') return;
    this.state =
      ends === 'well'
        ? succeeded(this.state, call.ticket)
        : failed(this.state, call.ticket, 'down', this.now, this.#limits);
  }
}

/** A breaker that has just opened. */
function opened(limits: BreakerLimits, now: number): BreakerState {
  let state: BreakerState | undefined;
  for (let count = 0; count < limits.failures; count += 1) state = failed(state, { by: 'a' }, 'down', now, limits);
  if (state === undefined) throw new Error('it never failed');
  return state;
}

describe('a breaker', () => {
  test('opens after so many failures in a row, and a success in between begins the row anew', () => {
    let state: BreakerState | undefined;
    for (const ends of ['badly', 'badly', 'well', 'badly', 'badly']) {
      state = ends === 'well' ? succeeded(state, { by: 'a' }) : failed(state, { by: 'a' }, 'x', 5, BREAKER_LIMITS);
      expect(standingOf(state, 5)).toBe('closed');
    }
    state = failed(state, { by: 'a' }, 'AccessDenied', 5, BREAKER_LIMITS);
    expect(state).toEqual({ failures: 3, why: 'AccessDenied', open: { since: 5, rest: 60_000, probeAt: 60_005 } });
    expect(standingOf(state, 60_004)).toBe('open');
    expect(standingOf(state, 60_005)).toBe('half-open');
  });

  test('doubles its rest with each failed probe, up to a limit', () => {
    const callers = new Callers(BREAKER_LIMITS, opened(BREAKER_LIMITS, 1_000_000));
    const rests: number[] = [];
    for (let probe = 0; probe < 7; probe += 1) {
      callers.now = callers.state?.open?.probeAt ?? 0;
      expect(callers.ask('p')).toBe('probe');
      callers.end('p', 'badly');
      rests.push((callers.state?.open?.rest ?? 0) / 60_000);
    }
    expect(rests).toEqual([2, 4, 8, 16, 30, 30, 30]);
  });

  test('takes no word of an outage from a call that began before it, nor from one whose turn as a probe is over', () => {
    const limits = { ...BREAKER_LIMITS, failures: 1 };
    const state = failed(undefined, { by: 'a' }, 'down', 0, limits);
    expect(succeeded(state, { by: 'b' })).toBe(state);
    expect(failed(state, { by: 'b' }, 'other', 7, limits)).toBe(state);
    const first = admit(state, 'c', 60_000, limits);
    if (first.way !== 'probe') throw new Error(first.way);
    const second = admit(first.next, 'd', 180_000, limits);
    if (second.way !== 'probe') throw new Error(second.way);
    expect(failed(second.next, first.ticket, 'late', 180_001, limits)).toBe(second.next);
    // Late as it is, it got through: the thing answers.
    expect(succeeded(second.next, first.ticket)).toBeUndefined();
  });

  test('never lets more than one probe through at a time, however callers come, end and die', () => {
    fc.assert(
      fc.property(LIMITS, fc.array(STEP, { maxLength: 60 }), (limits, steps) => {
        const callers = new Callers(limits, opened(limits, 1_000_000));
        for (const { caller, passes, ends } of steps) {
          callers.now += passes;
          const by = String(caller);
          if (callers.calling.has(by)) {
            callers.end(by, ends);
            continue;
          }
          const before = callers.state?.open?.probe;
          const way = callers.ask(by);
          if (way !== 'probe') continue;
          // Whoever was the probe before has told its end, is this one, or has had all of its time.
          expect(before === undefined || before.by === by || callers.now >= before.until).toBe(true);
        }
      }),
    );
  });

  test('lets no two probes of an outage begin closer to each other than the rest of the moment, unless the first told its end', () => {
    fc.assert(
      fc.property(LIMITS, fc.array(fc.integer({ min: 0, max: 800 }), { maxLength: 60 }), (limits, gaps) => {
        const callers = new Callers(limits, opened(limits, 1_000_000));
        for (const [index, gap] of gaps.entries()) {
          callers.now += gap;
          callers.ask(`caller ${index}`); // and dies
        }
        const least = Math.min(limits.rest, limits.longestRest);
        for (const [index, at] of callers.probed.entries()) {
          const before = callers.probed[index - 1];
          if (before !== undefined) expect(at - before).toBeGreaterThanOrEqual(least);
        }
      }),
    );
  });

  test('is probed within its limits in an outage of any length, also when every prober dies, and closes at the first success', () => {
    fc.assert(
      fc.property(LIMITS, fc.array(fc.constantFrom('badly', 'never'), { maxLength: 40 }), (limits, outage) => {
        const callers = new Callers(limits, opened(limits, 1_000_000));
        const most = Math.max(limits.longestRest, limits.claim);
        for (const [index, ends] of [...outage, 'well' as const].entries()) {
          const by = `caller ${index}`;
          const since = callers.now;
          // Who is told to wait comes back when he was told to, and no later.
          while (callers.ask(by) === 'wait') {
            const admission = admit(callers.state, by, callers.now, limits);
            if (admission.way !== 'wait') throw new Error(admission.way);
            expect(admission.until).toBeGreaterThan(callers.now);
            callers.now = admission.until;
            expect(callers.now - since).toBeLessThanOrEqual(most);
          }
          callers.end(by, ends);
        }
        expect(callers.state).toBeUndefined();
        expect(callers.ask('anybody')).toBe('go');
      }),
    );
  });
});
