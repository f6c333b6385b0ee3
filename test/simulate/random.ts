/** A stream of numbers that a seed decides (SplitMix32): the same seed gives the same run. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state ^ (this.#state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to `below`. */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True once in a while: with that chance, from 0 to 1. */
  chance(of: number): boolean {
    return this.next() < of;
  }

  /** One of them. @throws when there is none */
  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (from.length === 0) throw new Error('there is nothing to pick from');
    return one as T;
  }
}
