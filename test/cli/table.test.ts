import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTable } from '#cli/table.ts';
import { textWidth } from '#cli/text-width.ts';

/** Texts of all kinds: wide, combining, of several code points. */
const anything = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));

const COLUMNS = [0, 1, 2].map((index) => ({
  title: `c${index}`,
  value: (row: readonly string[]) => row[index] ?? '',
}));

describe('a table', () => {
  test('has no boxes, numbers to the right, and no trailing blanks', () => {
    const rows = [
      { name: 'flights', size: 3_000_000 },
      { name: 'airports', size: 3376 },
    ];
    const columns = [
      { title: 'name', value: (row: { name: string }) => row.name },
      { title: 'size', value: (row: { size: number }) => String(row.size), right: true },
    ];
    expect(renderTable(rows, columns, 80)).toBe('NAME         SIZE\nflights   3000000\nairports     3376\n');
  });

  test('fits the terminal, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anything, anything, anything), { maxLength: 5 }),
        fc.integer({ min: 40, max: 120 }),
        (rows, width) => {
          for (const line of renderTable(rows, COLUMNS, width).split('\n'))
            expect(textWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test('in a pipe shows every value whole', () => {
    const long = 'a long description '.repeat(20).trim();
    const shown = renderTable([[long, long, long]], COLUMNS, Number.POSITIVE_INFINITY);
    expect(shown.split(long)).toHaveLength(4);
  });

  test('counts the cells that characters take, not their number', () => {
    const rows = [
      ['日本の空港', 'x', ''],
      ['Zürich', 'x', ''],
      ['Zu\u0308rich', 'x', ''],
      ['👩‍✈️', 'x', ''],
    ];
    const lines = renderTable(rows, COLUMNS, 40).split('\n').slice(1, 5);
    expect(lines.map((line) => textWidth(line.slice(0, line.indexOf('x'))))).toEqual([12, 12, 12, 12]);
  });

  test('that fits in no way shows each row as lines of name and value', () => {
    const columns = ['id', 'until', 'description'].map((title, index) => ({
      title,
      value: (row: readonly string[]) => row[index] ?? '',
      whole: index < 2,
    }));
    const rows = [
      ['sales.orders.v1.marketing.0001', '2026-03-01 09:30:00', 'what was ordered, and by whom, and when'],
      ['sales.orders.v1.marketing.0002', '2026-03-01 09:30:00', 'b'],
    ];
    expect(renderTable(rows, columns, 44)).toBe(
      [
        'ID           sales.orders.v1.marketing.0001',
        'UNTIL        2026-03-01 09:30:00',
        'DESCRIPTION  what was ordered, and by whom,…',
        '',
        'ID           sales.orders.v1.marketing.0002',
        'UNTIL        2026-03-01 09:30:00',
        'DESCRIPTION  b',
        '',
      ].join('\n'),
    );
  });

  test('lets nothing through that would set the terminal', () => {
    const shown = renderTable([['a\u001b]0;owned\u0007b', '\u001b[2Jc', '\u0008d']], COLUMNS, 80);
    expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(renderTable([['\u001b[32mgood\u001b[39m', '', '']], COLUMNS, 80)).toContain('\u001b[32mgood');
  });
});
