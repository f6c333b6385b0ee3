import { classify, isThrottle, type Patience, pause, symptomOf } from './retry.ts';

/**
 * Calls of one client, as quick after one another as the service takes them. As long as nothing is throttled it changes nothing; then it finds how
 * long one call needs, keeps to a little more, and goes below it slowly and then faster, for the rate may rise.
 */
export interface Pace {
  /** Calls when it is time, and again while the error asks for it; then the last error is thrown as it came. */
  call<T>(work: () => Promise<T>): Promise<T>;
}

/** What a throttle adds to the time from one call to the next, as a share of that time. */
const SLOWS = {
  /** After n calls that got through, this divided by n: the longer a pace did, the less is wrong with it. */
  over: 0.5,
  /** More calls say no more: others have to notice as well when there is one more of them. */
  calls: 10,
  /** After fewer calls than these the last addition was too little, and the next is twice as much. */
  soon: 3,
  /** When the same call is refused once more. Beyond that it says nothing new. */
  again: 0.1,
  most: 0.25,
};

/** The first call after a throttle takes that share of the square of the addition away, each further one a tenth more, up to the last. */
const QUICKENS = { first: 0.4, growth: 1.1, most: 0.1 };

/** The first try after a near miss comes within that share of a turn: the rest would be lost where nothing may come at once. */
const NEAR = 0.1;

/** After that long without a call, in milliseconds, what was learnt says nothing any more. */
const FORGETS = 5_000;

/** Tries beyond those of other errors: a throttle passes for certain. */
const MORE_TRIES = 10;

/** The longest pause after a throttle, in milliseconds: beside others that keep to their pace it is the number of tries that gets one through. */
const LONGEST = 2_000;

/** The time from one call to the next as throttles teach it; all times are in milliseconds. */
function createRhythm() {
  /** 0 while no limit is known. */
  let interval = 0;
  let added = SLOWS.most;
  let quickens = 0;
  /** Calls that got through since the last throttle. */
  let through = 0;
  /** When the last call that got through was made; undefined before the first. */
  let admitted: number | undefined;
  /** When the first try was made that was refused after it. */
  let refused = 0;
  const restart = (uncertain: number) => {
    added = uncertain;
    quickens = Math.min(QUICKENS.most, QUICKENS.first * uncertain ** 2);
    through = 0;
  };
  const slow = (share: number) => {
    restart(share);
    interval = Math.min(FORGETS, interval * (1 + share));
  };
  return {
    interval: () => interval,
    forget(): void {
      interval = 0;
      admitted = undefined;
    },
    /** A call made at that moment got through, perhaps after throttles. */
    through(at: number, throttles: number): void {
      if (interval === 0 && throttles > 0 && admitted !== undefined) {
        // Longer than to the first refused try; not longer than to this one, unless others took what there was.
        interval = Math.min(FORGETS, Math.sqrt((refused - admitted) * (at - admitted)));
        restart(SLOWS.most);
      } else {
        interval *= 1 - quickens;
        quickens = Math.min(QUICKENS.most, quickens * QUICKENS.growth);
        through += 1;
      }
      admitted = at;
    },
    /** A try made at that moment was refused, as the one of so many of the same call. */
    throttled(at: number, inRow: number): void {
      if (inRow === 1) {
        refused = at;
        slow(through < SLOWS.soon ? Math.min(SLOWS.most, added * 2) : SLOWS.over / Math.min(SLOWS.calls, through));
      } else if (inRow === 2) slow(SLOWS.again);
    },
  };
}

/** A pace by the clock of `patience`; without one there is only its patience. */
export function createPace(patience: Patience): Pace {
  const { now } = patience;
  const short = { ...patience, cap: Math.min(LONGEST, patience.cap ?? LONGEST) };
  const rhythm = createRhythm();
  let last = Number.NEGATIVE_INFINITY;

  const turn = async (clock: () => number): Promise<void> => {
    if (clock() - last > FORGETS) rhythm.forget();
    const wait = last + rhythm.interval() - clock();
    if (wait > 0) await patience.sleep(wait);
    last = clock();
  };
  /** What to wait after so many throttles of one call. */
  const rest = (throttles: number): number => {
    const interval = rhythm.interval();
    if (interval === 0) return pause(throttles, short);
    const part = interval * patience.random();
    return throttles === 1 ? NEAR * part : Math.max(part, pause(throttles - 1, short));
  };
  return {
    async call(work) {
      const attempts = patience.attempts ?? 6;
      let throttles = 0;
      for (let attempt = 1; ; attempt += 1) {
        if (now !== undefined) await turn(now);
        try {
          const answer = await work();
          rhythm.through(last, throttles);
          return answer;
        } catch (error) {
          const symptom = symptomOf(error);
          const again = classify(symptom) === 'retry';
          const throttle = again && now !== undefined && isThrottle(symptom);
          if (throttle) throttles += 1;
          else rhythm.through(last, throttles);
          if (!again || attempt >= attempts + Math.min(throttles, MORE_TRIES)) throw error;
          if (throttle) {
            rhythm.throttled(last, throttles);
            await patience.sleep(rest(throttles));
            last = now() - rhythm.interval();
            continue;
          }
          // Where calls keep to a pace the turn is the first pause: another writer is done by then as well.
          const others = attempt - throttles;
          if (others > 1 || rhythm.interval() === 0) await patience.sleep(pause(others, patience));
        }
      }
    },
  };
}
