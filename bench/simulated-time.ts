import type { Clock } from '#local/core/clock.ts';

/** Time that goes on to the next moment that somebody waits for, once nobody has anything left to do. */
export class SimulatedTime {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #sleepers: { readonly at: number; readonly order: number; readonly wake: () => void }[] = [];
  #order = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
  }

  /** Milliseconds since the start. */
  now(): number {
    return this.#clock.now() - this.#start;
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((wake) => {
      const sleeper = { at: this.now() + Math.max(0, milliseconds), order: this.#order, wake };
      this.#order += 1;
      // Kept in order from the back: most waits are short.
      let place = this.#sleepers.length;
      while (place > 0 && isLater(sleeper, this.#sleepers[place - 1])) place -= 1;
      this.#sleepers.splice(place, 0, sleeper);
    });
  }

  /** Runs until `isOver`, or until nobody waits any more. */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isOver()) return;
      const next = this.#sleepers.pop();
      if (next === undefined) return;
      this.#clock.advance(next.at - this.now());
      next.wake();
    }
  }
}

function isLater(one: { at: number; order: number }, other: { at: number; order: number } | undefined): boolean {
  return other !== undefined && (one.at > other.at || (one.at === other.at && one.order > other.order));
}
