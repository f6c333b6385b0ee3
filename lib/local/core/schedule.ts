import { parseCron } from './cron.ts';
import { AwsError } from './error.ts';

/** A parsed `rate(…)`, `cron(…)` or `at(…)`. */
export interface Schedule {
  readonly kind: 'rate' | 'cron' | 'at';
  /** The first time after `after`; undefined when there is none. `anchor` is what a rate counts from. Epoch milliseconds. */
  next(after: number, anchor: number): number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses a schedule expression in UTC.
 * @throws AwsError `ValidationException`.
 */
export function parseSchedule(expression: string): Schedule {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') return rate(expression, body);
  if (kind === 'at') return once(expression, body);
  if (kind !== 'cron') throw invalid(expression);
  const next = parseCron(body);
  if (next === undefined) throw invalid(expression);
  return { kind, next: (after) => next(after) };
}

function rate(expression: string, body: string): Schedule {
  const [, count, unit = '', plural] = /^(\d+)\s+(minute|hour|day)(s?)$/.exec(body.trim()) ?? [];
  const value = Number(count);
  if (!(value >= 1) || (value === 1) === (plural === 's')) throw invalid(expression);
  const period = value * (UNITS[unit] ?? 0);
  return {
    kind: 'rate',
    next: (after, anchor) => (after < anchor ? anchor : anchor + (Math.floor((after - anchor) / period) + 1) * period),
  };
}

function once(expression: string, body: string): Schedule {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body.trim()) ? Date.parse(`${body.trim()}Z`) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(expression);
  return { kind: 'at', next: (after) => (at > after ? at : undefined) };
}

function invalid(expression: string): AwsError {
  return new AwsError('ValidationException', `Parameter ScheduleExpression is not valid: ${expression}`);
}
