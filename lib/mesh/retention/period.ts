/** How long something is kept, in whole units of the calendar. */
export interface Period {
  readonly count: number;
  readonly unit: 'day' | 'month' | 'year';
}

const DAY = 86_400_000;

const UNITS: readonly (readonly [RegExp, Period['unit'], number])[] = [
  [/^(d|days?)$/, 'day', 1],
  [/^(w|weeks?)$/, 'day', 7],
  [/^(m|mo|months?)$/, 'month', 1],
  [/^(y|yr|years?)$/, 'year', 1],
];

/** `5 y`, `18 months`, `90 d`, or ISO 8601's `P90D`; undefined for anything else, a part of a day included. */
export function parsePeriod(written: string | number | undefined): Period | undefined {
  const text = String(written ?? '').trim();
  const [, count, unit = ''] = /^(\d{1,5})\s*([a-z]+)$/i.exec(text) ?? /^P(\d{1,5})([DWMY])$/.exec(text) ?? [];
  const [, name, size] = UNITS.find(([pattern]) => pattern.test(unit.toLowerCase())) ?? [];
  if (name === undefined || size === undefined || Number(count) === 0) return undefined;
  return { count: Number(count) * size, unit: name };
}

/** The moment one period before a time, by the calendar of UTC: a day that the month does not have is its last. */
export function periodBefore(time: Date, { count, unit }: Period): Date {
  if (unit === 'day') return new Date(time.getTime() - count * DAY);
  const months = unit === 'year' ? count * 12 : count;
  const moved = new Date(time);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() - months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(time.getUTCDate(), last));
  return moved;
}

/** Which of two keeps less, by their length at one time: negative when `a` does. */
export function comparePeriods(a: Period, b: Period, at: Date): number {
  return periodBefore(at, b).getTime() - periodBefore(at, a).getTime();
}
