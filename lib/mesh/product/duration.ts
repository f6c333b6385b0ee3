const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** ODCS's units of time, as people write them; a month is 30 days, a year 365. */
const UNITS: readonly (readonly [names: string, size: number])[] = [
  ['s sec second seconds', 1000],
  ['m min minute minutes', 60_000],
  ['h hr hour hours', HOUR],
  ['d day days', DAY],
  ['w week weeks', 7 * DAY],
  ['mo month months', 30 * DAY],
  ['y yr year years', 365 * DAY],
];

/** A length of time as a contract writes it, e.g. `4 h`, in milliseconds; undefined when it is none. */
export function durationOf(written: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(written.trim()) ?? [];
  const size = UNITS.find(([names]) => names.split(' ').includes(unit.toLowerCase()))?.[1];
  return count === undefined || size === undefined ? undefined : Number(count) * size;
}

/** A length of time in the unit that a contract wrote another one in: `2.5` of `h`. */
export function inUnitOf(written: string, milliseconds: number): { readonly value: number; readonly unit: string } {
  const unit = /([a-z]+)\s*$/i.exec(written)?.[1] ?? 'ms';
  const size = durationOf(`1 ${unit}`) ?? 1;
  return { value: Math.round((milliseconds / size) * 1000) / 1000, unit };
}
