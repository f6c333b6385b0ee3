import { expect, test } from '@jest/globals';
import { periodOf } from '#cli/rule-trial.ts';

const NOW = new Date('2026-03-10T12:00:00Z');

test.each([
  ['2026-03-01..2026-03-02', '2026-03-01T00:00:00.000Z', '2026-03-03T00:00:00.000Z'],
  ['2026-03-01..', '2026-03-01T00:00:00.000Z', '2026-03-10T12:00:00.000Z'],
  ['2026-03-01T09:00:00+02:00..2026-03-01T08:00Z', '2026-03-01T07:00:00.000Z', '2026-03-01T08:00:00.000Z'],
])('%s is a period', (text, since, until) => {
  expect(periodOf(text, NOW)).toEqual({ since, until });
});

test.each([
  ['2026-03-01', /is not two days or times/],
  ['..2026-03-01', /is not two days or times/],
  ['2026-03-01T09:00..', /need their zone/],
  ['2026-02-30..', /is not two days or times/],
  ['yesterday..', /is not two days or times/],
  ['2026-03-02..2026-03-01', /ends before it begins/],
  ['2026-03-11..', /lies in the future/],
])('%s is refused', (text, why) => {
  expect(() => periodOf(text, NOW)).toThrow(why);
});
