/** A source of numbers in [0, 1). */
export type Chance = () => number;

/** A source that always gives the same for a seed (mulberry32). */
function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The source of the input with that number: it can be made again without those before it. */
export function chanceOf(seed: number, number: number): Chance {
  return seeded(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
}

export function pick<T>(chance: Chance, from: readonly T[]): T {
  return from[Math.floor(chance() * from.length)] as T;
}

/** A whole number from `least` to `most`, both included. */
export function between(chance: Chance, least: number, most: number): number {
  return least + Math.floor(chance() * (most - least + 1));
}

export function times<T>(chance: Chance, least: number, most: number, make: () => T): T[] {
  return Array.from({ length: between(chance, least, most) }, make);
}
