import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { renderTable } from '#cli/table.ts';

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
        fc.array(fc.tuple(fc.string(), fc.string(), fc.string()), { maxLength: 5 }),
        fc.integer({ min: 40, max: 120 }),
        (rows, width) => {
          const columns = [0, 1, 2].map((index) => ({
            title: `c${index}`,
            value: (row: readonly string[]) => row[index] ?? '',
          }));
          for (const line of renderTable(rows, columns, width).split('\n'))
            expect([...line].length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
