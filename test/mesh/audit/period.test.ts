import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { periodOf } from '#mesh/audit/period.ts';

const value = (from?: string, to?: string) => {
  const period = periodOf(from, to);
  return period.ok ? period.value : period.problems.map(({ code }) => code);
};

describe('a period', () => {
  test.each([
    [undefined, undefined, {}],
    ['2026-05', '2026-05', { from: '2026-05-01T00:00:00Z', until: '2026-06-01T00:00:00Z' }],
    ['2026-12-31', '2026-12-31', { from: '2026-12-31T00:00:00Z', until: '2027-01-01T00:00:00Z' }],
    ['2026-05-03T10:00Z', '2026-05-03T10:00:30Z', { from: '2026-05-03T10:00:00Z', until: '2026-05-03T10:00:31Z' }],
    ['2026-02-29', '2026-13', ['WEFT-AUDIT-042', 'WEFT-AUDIT-042']],
    ['yesterday', undefined, ['WEFT-AUDIT-042']],
    ['2026-05-03T25:00Z', undefined, ['WEFT-AUDIT-042']],
    ['2026-06', '2026-05-31', ['WEFT-AUDIT-043']],
  ])('from %s to %s', (from, to, expected) => {
    expect(value(from, to)).toEqual(expected);
  });

  test('has every instant of its first and of its last day', () => {
    const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, (at) => {
        const day = at.toISOString().slice(0, 10);
        const { from = '', until = '' } = value(day, day) as { from: string; until: string };
        expect(Date.parse(from) <= at.getTime() && at.getTime() < Date.parse(until)).toBe(true);
      }),
    );
  });
});
