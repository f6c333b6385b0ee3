import { userError } from '../../error.ts';
import { instantOf } from './moment.ts';

/** A stretch of time, its beginning in and its end out of it. */
export interface Period {
  /** As it was written, e.g. `2026-Q3`. */
  readonly name: string;
  /** ISO 8601 in UTC. */
  readonly from: string;
  readonly to: string;
  /** It is not over: what is known goes up to `to`, which is the moment of asking. */
  readonly running: boolean;
}

/**
 * Reads a year, a quarter, a month, or `<from>..<to>`, in UTC.
 * @throws WeftError `WEFT-AUDIT-062` for anything else and for an end before the beginning, `WEFT-AUDIT-061` for one that has not begun.
 */
export function parsePeriod(name: string, now: Date): Period {
  const [from, to] = boundsOf(name);
  if (from.getTime() >= to.getTime()) {
    throw userError('WEFT-AUDIT-062', `${JSON.stringify(name)} ends before it begins`, {
      hint: 'write the earlier moment first',
    });
  }
  if (from.getTime() >= now.getTime()) {
    throw userError('WEFT-AUDIT-061', `${JSON.stringify(name)} has not begun: it is ${now.toISOString()}`, {
      hint: 'a report tells of the past; name a period that has begun',
    });
  }
  const running = to.getTime() > now.getTime();
  return { name, from: from.toISOString(), to: (running ? now : to).toISOString(), running };
}

function boundsOf(name: string): [Date, Date] {
  const [, year, quarter, month] = /^(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?$/.exec(name) ?? [];
  if (year !== undefined) {
    const first = quarter !== undefined ? (Number(quarter) - 1) * 3 : month !== undefined ? Number(month) - 1 : 0;
    const length = quarter !== undefined ? 3 : month !== undefined ? 1 : 12;
    return [new Date(Date.UTC(Number(year), first)), new Date(Date.UTC(Number(year), first + length))];
  }
  const [from, to, ...more] = name.split('..');
  if (from && to && more.length === 0) return [instantOf(from), instantOf(to)];
  throw userError('WEFT-AUDIT-062', `${JSON.stringify(name)} is not a period`, {
    hint: 'write a year, a quarter, a month or two moments: 2026, 2026-Q3, 2026-07, 2026-07-01..2026-07-15',
  });
}
