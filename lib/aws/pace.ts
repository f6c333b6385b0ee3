import { classify, isThrottle, type Patience, pause, symptomOf } from './retry.ts';

/**
 * Calls of one client, as quick after one another as the service takes them. As long as nothing is throttled it changes nothing; then it learns the
 * rate from what got through between two throttles, keeps to it, and goes a little faster with each call, for the rate may rise.
 */
export interface Pace {
  /** Calls when it is time, and again while the error asks for it; then the last error is thrown as it came. */
  call<T>(work: () => Promise<T>): Promise<T>;
}

/** The first call after a throttle shortens the time to the next by that share, and each further one by half as much again, up to the last. */
const QUICKENS = { first: 0.001, growth: 1.5, most: 0.1 };

/** A rate is measured over at least that many calls. */
const WINDOW = 3;

/** After that long without a call, in milliseconds, what was learnt says nothing any more. */
const FORGETS = 5_000;

/** Tries beyond those of other errors: a throttle passes for certain. */
const MORE_TRIES = 3;

/** A pace by the clock of `patience`; without one there is only its patience. */
export function createPace(patience: Patience): Pace {
  const { now } = patience;
  /** Milliseconds from one call to the next; 0 while no limit is known. */
  let interval = 0;
  let last = Number.NEGATIVE_INFINITY;
  let quickens = QUICKENS.first;
  let window: { readonly from: number; through: number } | undefined;

  const turn = async (clock: () => number): Promise<void> => {
    if (clock() - last > FORGETS) {
      interval = 0;
      window = undefined;
    }
    const wait = last + interval - clock();
    if (wait > 0) await patience.sleep(wait);
    last = clock();
  };
  const through = (): void => {
    interval *= 1 - quickens;
    quickens = Math.min(QUICKENS.most, quickens * QUICKENS.growth);
    if (window !== undefined) window.through += 1;
  };
  const throttled = (at: number): void => {
    quickens = QUICKENS.first;
    if (window !== undefined && window.through > 0) interval = Math.min(FORGETS, (at - window.from) / window.through);
    if (window === undefined || window.through >= WINDOW) window = { from: at, through: 0 };
  };
  return {
    async call(work) {
      const attempts = patience.attempts ?? 6;
      let throttles = 0;
      for (let attempt = 1; ; attempt += 1) {
        if (now !== undefined) await turn(now);
        try {
          const answer = await work();
          through();
          return answer;
        } catch (error) {
          const symptom = symptomOf(error);
          if (classify(symptom) !== 'retry') {
            through();
            throw error;
          }
          const throttle = isThrottle(symptom);
          if (throttle) throttles += 1;
          if (attempt >= attempts + (now === undefined ? 0 : Math.min(throttles, MORE_TRIES))) throw error;
          if (!throttle || now === undefined) {
            through();
            await patience.sleep(pause(attempt, patience));
            continue;
          }
          throttled(now());
          // The first throttle after a call that got through is a near miss: part of a turn is enough.
          const near = throttles === 1 && interval > 0;
          await patience.sleep(near ? interval * 0.1 * patience.random() : pause(throttles, patience));
          last = now() - interval;
        }
      }
    },
  };
}
