import { userError } from '../../error.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * The moment that a text names, in milliseconds: a time of ISO 8601 with its zone, or a day, which stands for its first moment in UTC.
 * @throws WEFT-AUDIT-020 for anything else, WEFT-AUDIT-021 when it has not come yet.
 */
export function momentOf(text: string, option: string, now: number): number {
  const [, day = text, zone] = TIME.exec(text) ?? [];
  const isDay = DAY.test(text);
  if (!isDay && TIME.test(text) && zone === undefined) {
    throw userError('WEFT-AUDIT-020', `${option} ${JSON.stringify(text)} has no zone`, {
      hint: `say which: ${text}Z is UTC, ${text}+02:00 is two hours ahead of it`,
    });
  }
  const moment = isDay || zone !== undefined ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(moment) || !isInCalendar(day)) {
    throw userError('WEFT-AUDIT-020', `${option} ${JSON.stringify(text)} is not a time`, {
      hint: 'a time with its zone, e.g. 2026-05-31T10:00:00Z or 2026-05-31T12:00:00+02:00, or a day, e.g. 2026-05-31',
    });
  }
  if (moment > now) {
    throw userError('WEFT-AUDIT-021', `${option} ${JSON.stringify(text)} has not come yet`, {
      hint: `the trail tells of times up to now, ${new Date(now).toISOString()}`,
    });
  }
  return moment;
}

/** `2026-02-30` is read as the 2nd of March by Date. */
function isInCalendar(day: string): boolean {
  const read = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(day);
}
