import { userError } from '../../error.ts';

const ZONED = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A moment that somebody wrote, ISO 8601 with its zone; a date is the beginning of that day in UTC.
 * @throws WeftError `WEFT-AUDIT-060` for anything else, `WEFT-AUDIT-061` for a moment that has not come.
 */
export function parseMoment(text: string, now: Date): Date {
  const moment = instantOf(text);
  if (moment.getTime() > now.getTime()) {
    throw userError('WEFT-AUDIT-061', `${JSON.stringify(text)} has not come yet: it is ${now.toISOString()}`, {
      hint: 'the trail tells of the past; name a moment up to now',
    });
  }
  return moment;
}

/** The same, be it past or not. @throws WeftError `WEFT-AUDIT-060` */
export function instantOf(text: string): Date {
  const moment = new Date(DATE.test(text) ? `${text}T00:00:00Z` : text);
  const real = !Number.isNaN(moment.getTime()) && isDay(text.slice(0, 10));
  if (real && (DATE.test(text) || ZONED.test(text))) return moment;
  const zoneless = real && /^\d{4}-\d{2}-\d{2}T[\d:.]+$/.test(text);
  const what = zoneless ? 'has no time zone' : 'is not a time';
  throw userError('WEFT-AUDIT-060', `${JSON.stringify(text)} ${what}`, {
    hint: 'write ISO 8601 with a zone, e.g. 2026-07-01T09:00:00Z or 2026-07-01T11:00:00+02:00, or a date, which begins in UTC',
  });
}

/** False for a day that no calendar has, which `Date` would take for one of the next month. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
