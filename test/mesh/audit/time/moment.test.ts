import { describe, expect, test } from '@jest/globals';
import { momentOf } from '#mesh/audit/time/moment.ts';

const NOW = Date.parse('2026-06-15T12:00:00Z');

describe('a moment that somebody asks for', () => {
  test.each([
    ['2026-05-31T10:00:00Z', '2026-05-31T10:00:00.000Z'],
    ['2026-05-31T10:00Z', '2026-05-31T10:00:00.000Z'],
    ['2026-05-31T10:00:00.123456Z', '2026-05-31T10:00:00.123Z'],
    ['2026-05-31T10:00:00+02:00', '2026-05-31T08:00:00.000Z'],
    ['2026-05-31T23:30:00-05:00', '2026-06-01T04:30:00.000Z'],
    ['2026-05-31', '2026-05-31T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-06-15T12:00:00Z', '2026-06-15T12:00:00.000Z'],
  ])('%s is %s', (text, moment) => {
    expect(new Date(momentOf(text, '--at', NOW)).toISOString()).toBe(moment);
  });

  test.each([
    ['2026-05-31T10:00:00', 'WEFT-AUDIT-020', /has no zone/],
    ['2026-05-31T10:00', 'WEFT-AUDIT-020', /has no zone/],
    ['2025-02-29', 'WEFT-AUDIT-020', /is not a time/],
    ['2026-02-30T10:00:00Z', 'WEFT-AUDIT-020', /is not a time/],
    ['2026-13-01', 'WEFT-AUDIT-020', /is not a time/],
    ['2026-05-31T25:00:00Z', 'WEFT-AUDIT-020', /is not a time/],
    ['2026-05', 'WEFT-AUDIT-020', /is not a time/],
    ['31.05.2026', 'WEFT-AUDIT-020', /is not a time/],
    ['1780000000000', 'WEFT-AUDIT-020', /is not a time/],
    ['', 'WEFT-AUDIT-020', /is not a time/],
    ['2026-06-15T12:00:00.001Z', 'WEFT-AUDIT-021', /has not come yet/],
    ['2026-06-15T12:00:00-01:00', 'WEFT-AUDIT-021', /has not come yet/],
  ])('%j is refused', (text, code, message) => {
    expect(() => momentOf(text, '--at', NOW)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
