import type { Checked, Problem } from '../error.ts';

/** A stretch of time: from an instant on, and up to another one that is no more in it. ISO 8601 in UTC; absent: without a border. */
export interface Period {
  readonly from?: string;
  readonly until?: string;
}

const FORM = /^(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d))?Z)?)?$/;

/**
 * The period between two moments that people give as a month (`2026-05`), a day (`2026-05-03`) or an instant (`2026-05-03T10:00Z`). A month or day at the end is in
 * it whole. Every mistake is told: no such date (`WEFT-AUDIT-042`), an end before the beginning (`WEFT-AUDIT-043`).
 */
export function periodOf(from: string | undefined, to: string | undefined): Checked<Period> {
  const problems: Problem[] = [];
  const read = (text: string | undefined, path: string) => {
    if (text === undefined) return undefined;
    const span = spanOf(text);
    if (span !== undefined) return span;
    problems.push({
      code: 'WEFT-AUDIT-042',
      severity: 'error',
      path,
      message: `--${path} "${text}" is no date`,
      fix: 'give a month (2026-05), a day (2026-05-03) or an instant (2026-05-03T10:00Z)',
    });
    return undefined;
  };
  const begin = read(from, 'from')?.begin;
  const end = read(to, 'to')?.end;
  if (problems.length > 0) return { ok: false, problems };
  if (begin !== undefined && end !== undefined && begin >= end) {
    problems.push({
      code: 'WEFT-AUDIT-043',
      severity: 'error',
      path: 'to',
      message: `--to "${to}" ends before --from "${from}" begins`,
      fix: 'exchange the two',
    });
    return { ok: false, problems };
  }
  const iso = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const value = {
    ...(begin === undefined ? {} : { from: iso(begin) }),
    ...(end === undefined ? {} : { until: iso(end) }),
  };
  return { ok: true, value, problems };
}

/** Epoch milliseconds of the first instant of a moment and of the first one behind it. */
function spanOf(text: string): { begin: number; end: number } | undefined {
  const [, year, month, day, hour, minute, second] = FORM.exec(text) ?? [];
  if (year === undefined) return undefined;
  const parts = [
    Number(year),
    Number(month) - 1,
    Number(day ?? 1),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  ];
  const [y = 0, m = 0, d = 1, h = 0, min = 0, s = 0] = parts;
  const begin = Date.UTC(y, m, d, h, min, s);
  // A date that does not exist comes out as another one.
  const written = new Date(begin).toISOString();
  if (!written.startsWith(text.replace(/Z$/, ''))) return undefined;
  if (hour !== undefined) return { begin, end: begin + 1000 };
  return { begin, end: day === undefined ? Date.UTC(y, m + 1, 1) : Date.UTC(y, m, d + 1) };
}
