import type { Clock } from '#local/core/clock.ts';
import type { Random } from './random.ts';

/** By how much a party's clock may differ from that of AWS, in milliseconds. */
const SKEWS = [-180_000, -30_000, -1_000, 0, 1_000, 30_000, 180_000];

/** The clock of each party: minutes before or behind that of AWS, and set anew now and then, backwards too. */
export class Clocks {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #parties: readonly string[];
  readonly #skews = new Map<string, number>();

  constructor(clock: Clock, random: Random, parties: readonly string[]) {
    this.#clock = clock;
    this.#random = random;
    this.#parties = parties;
  }

  /** The time as that party has it. */
  of(party: string): () => Date {
    return () => new Date(this.#clock.now() + (this.#skews.get(party) ?? 0));
  }

  /** Sets one clock anew, and tells which. */
  set(): string {
    const party = this.#random.pick(this.#parties);
    const skew = this.#random.pick(SKEWS);
    this.#skews.set(party, skew);
    return `${party} ${skew / 1000} s`;
  }

  /** All are right again. */
  straighten(): void {
    this.#skews.clear();
  }
}

/** The most that two clocks differ by, in milliseconds. */
export const MOST_SKEW = Math.max(...SKEWS) - Math.min(...SKEWS);
