const MINUTE = 60_000;
const DAY = 86_400_000;
/** Minute, hour, day of the month, month, day of the week. */
const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** True when a table that was last measured then has to be measured again: once a day, and whenever one of its schedules says so. */
export function isDue(schedules: readonly string[], last: string | undefined, now: Date): boolean {
  if (last === undefined) return true;
  const since = Date.parse(last);
  return now.getTime() - since >= DAY || schedules.some((cron) => cameUp(cron, since, now.getTime()));
}

/** True when a schedule of cron, in UTC, came up after `since` and up to `until`; they are no more than a day apart. */
function cameUp(cron: string, since: number, until: number): boolean {
  const fields = readCron(cron);
  if (fields === undefined) return false;
  for (let time = Math.floor(since / MINUTE) * MINUTE + MINUTE; time <= until; time += MINUTE) {
    if (isAt(fields, new Date(time))) return true;
  }
  return false;
}

type Fields = readonly (ReadonlySet<number> | undefined)[];

/** The values of each field; `undefined` for any. */
function readCron(cron: string): Fields | undefined {
  const parts = cron.split(' ');
  if (parts.length !== RANGES.length) return undefined;
  const fields = parts.map((part, index) => (part === '*' ? 'any' : valuesOf(part, RANGES[index] ?? [0, 0])));
  if (fields.includes(undefined)) return undefined;
  return fields.map((field) => (field === 'any' ? undefined : field)) as Fields;
}

function valuesOf(part: string, [low, high]: readonly [number, number]): Set<number> | undefined {
  const values = new Set<number>();
  for (const item of part.split(',')) {
    const [, from = '', to, step] = /^(\*|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(item) ?? [];
    if (from === '' || step === '0') return undefined;
    const first = from === '*' ? low : Number(from);
    const last = to !== undefined ? Number(to) : from === '*' || step !== undefined ? high : first;
    if (first < low || last > high) return undefined;
    for (let value = first; value <= last; value += Number(step ?? 1)) values.add(value);
  }
  return values;
}

/** With both days given, either is enough. */
function isAt([minutes, hours, days, months, weekdays]: Fields, time: Date): boolean {
  const among = (values: ReadonlySet<number> | undefined, value: number) => values?.has(value) ?? true;
  const day = among(days, time.getUTCDate());
  const weekday = among(weekdays, time.getUTCDay()) || (weekdays?.has(7) === true && time.getUTCDay() === 0);
  const isDay = days !== undefined && weekdays !== undefined ? day || weekday : day && weekday;
  return (
    among(minutes, time.getUTCMinutes()) &&
    among(hours, time.getUTCHours()) &&
    among(months, time.getUTCMonth() + 1) &&
    isDay
  );
}
