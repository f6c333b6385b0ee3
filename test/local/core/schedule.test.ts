import { describe, expect, test } from '@jest/globals';
import { parseSchedule } from '#local/core/schedule.ts';

const AFTER = Date.parse('2026-03-10T10:07:30Z');

describe('a schedule expression', () => {
  test.each([
    ['rate(15 minutes)', '2026-03-10T10:15:00Z'],
    ['rate(1 day)', '2026-03-11T10:00:00Z'],
    ['cron(0/15 * * * ? *)', '2026-03-10T10:15:00Z'],
    ['cron(7 10 * * ? *)', '2026-03-11T10:07:00Z'],
    ['cron(0 8 1 * ? *)', '2026-04-01T08:00:00Z'],
    ['cron(0 18 ? * MON-FRI *)', '2026-03-10T18:00:00Z'],
    ['cron(0 9 ? * 2#1 *)', '2026-04-06T09:00:00Z'],
    ['cron(0 9 ? * 6L *)', '2026-03-27T09:00:00Z'],
    ['cron(0 9 L * ? *)', '2026-03-31T09:00:00Z'],
    ['cron(0 9 1W AUG ? *)', '2026-08-03T09:00:00Z'],
    ['cron(0 0 29 2 ? *)', '2028-02-29T00:00:00Z'],
    ['cron(30 6,12 ? * * 2027-2028)', '2027-01-01T06:30:00Z'],
    ['at(2026-03-10T12:00:00)', '2026-03-10T12:00:00Z'],
  ])('%s fires next at %s', (expression, expected) => {
    const next = parseSchedule(expression).next(AFTER, Date.parse('2026-03-10T10:00:00Z'));
    expect(new Date(next ?? 0).toISOString()).toBe(expected.replace('Z', '.000Z'));
  });

  test.each(['at(2020-01-01T00:00:00)', 'cron(0 0 1 1 ? 2020)'])('%s never fires again', (expression) => {
    expect(parseSchedule(expression).next(AFTER, AFTER)).toBeUndefined();
  });

  test.each([
    'rate(1 minutes)',
    'rate(2 day)',
    'rate(0 minutes)',
    'cron(* * * * * *)',
    'cron(0 25 * * ? *)',
    'cron(0 0 * ? *)',
    'at(tomorrow)',
    'every day',
  ])('%s is refused', (expression) => {
    expect(() => parseSchedule(expression)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });
});
