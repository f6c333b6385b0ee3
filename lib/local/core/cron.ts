const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const DAY = 86_400_000;
/** A schedule that has no time in this many days has none: leap days come at most eight years apart. */
const HORIZON = 366 * 9;

/** The first time after a time, both in epoch milliseconds. */
export type NextTime = (after: number) => number | undefined;

/** AWS's six fields: minute, hour, day of month, month, day of week (1 is Sunday), year; in UTC. Undefined: not valid. */
export function parseCron(body: string): NextTime | undefined {
  const fields = body.trim().split(/\s+/);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = parseList(minute, 0, 59);
  const hours = parseList(hour, 0, 23);
  const months = parseList(month, 1, 12, MONTHS, 1);
  const years = parseList(year, 1970, 2199);
  const onDay = dayOfMonth === '?' ? parseDayOfWeek(dayOfWeek) : parseDayOfMonth(dayOfMonth);
  if (
    minutes === undefined ||
    hours === undefined ||
    months === undefined ||
    years === undefined ||
    onDay === undefined
  ) {
    return undefined;
  }
  return (after) => {
    const first = Math.floor(after / DAY) * DAY;
    for (let day = 0; day < HORIZON; day += 1) {
      const date = new Date(first + day * DAY);
      if (!years.has(date.getUTCFullYear()) || !months.has(date.getUTCMonth() + 1) || !onDay(date)) continue;
      for (const h of hours) {
        for (const m of minutes) {
          const at = date.getTime() + h * 3_600_000 + m * 60_000;
          if (at > after) return at;
        }
      }
    }
    return undefined;
  };
}

function parseList(
  text: string,
  low: number,
  high: number,
  names: readonly string[] = [],
  base = 0,
): Set<number> | undefined {
  const found: number[] = [];
  for (const part of text.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from = '', to] = range.split('-');
    const start = range === '*' ? low : numberOf(from, names, base);
    const end =
      range === '*' ? high : to === undefined ? (step === undefined ? start : high) : numberOf(to, names, base);
    const stride = step === undefined ? 1 : Number(step);
    if (!(start >= low && end <= high && start <= end && stride > 0)) return undefined;
    for (let value = start; value <= end; value += stride) found.push(value);
  }
  return new Set(found.sort((left, right) => left - right));
}

function numberOf(text: string, names: readonly string[], base: number): number {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return named + base;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** Numbers, `L` (the last day), `15W` (the weekday nearest to the 15th), `LW`. */
function parseDayOfMonth(text: string): ((date: Date) => boolean) | undefined {
  if (text === 'L') return (date) => date.getUTCDate() === lastDay(date);
  const weekday = /^(\d+|L)W$/.exec(text)?.[1];
  if (weekday !== undefined) {
    return (date) => date.getUTCDate() === nearestWeekday(date, weekday === 'L' ? lastDay(date) : Number(weekday));
  }
  const days = parseList(text, 1, 31);
  return days === undefined ? undefined : (date) => days.has(date.getUTCDate());
}

/** Numbers or names, `5L` (the last Thursday), `3#2` (the second Tuesday), `L` (Saturday). */
function parseDayOfWeek(text: string): ((date: Date) => boolean) | undefined {
  if (text === 'L') return (date) => date.getUTCDay() === 6;
  const [, name = '', rest, nth] = /^(\w+?)(L|#([1-5]))$/.exec(text) ?? [];
  if (rest !== undefined) {
    const day = numberOf(name, DAYS, 1) - 1;
    if (!(day >= 0 && day <= 6)) return undefined;
    return (date) =>
      date.getUTCDay() === day &&
      (nth === undefined ? date.getUTCDate() > lastDay(date) - 7 : Math.ceil(date.getUTCDate() / 7) === Number(nth));
  }
  const days = parseList(text, 1, 7, DAYS, 1);
  return days === undefined ? undefined : (date) => days.has(date.getUTCDay() + 1);
}

function lastDay(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

/** The weekday nearest to a day of the date's month, within that month. */
function nearestWeekday(date: Date, day: number): number {
  const at = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day)).getUTCDay();
  if (at === 6) return day > 1 ? day - 1 : day + 2;
  if (at === 0) return day < lastDay(date) ? day + 1 : day - 2;
  return day;
}
