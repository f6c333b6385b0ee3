/** The time of a local cloud: the machine's, plus what a test has moved it by. */
export class Clock {
  #offset = 0;
  readonly #fixed: number | undefined;

  /** @param fixed epoch milliseconds at which the clock stands still but for `advance`; the machine's time when absent. */
  constructor(fixed?: number) {
    this.#fixed = fixed;
  }

  /** Epoch milliseconds. */
  now(): number {
    return (this.#fixed ?? Date.now()) + this.#offset;
  }

  date(): Date {
    return new Date(this.now());
  }

  advance(milliseconds: number): void {
    this.#offset += milliseconds;
  }
}
