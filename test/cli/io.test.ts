import { expect, test } from '@jest/globals';
import { tableWidth } from '#cli/io.ts';

test.each([
  ['what COLUMNS says', '72', 120, 72],
  ['the width of the terminal', undefined, 120, 120],
  ['the width of the terminal where COLUMNS is no number', 'wide', 120, 120],
  ['the width of the terminal where COLUMNS is 0', '0', 120, 120],
  ['no width in a pipe', undefined, undefined, Number.POSITIVE_INFINITY],
  ['no width in a terminal that knows none', undefined, 0, Number.POSITIVE_INFINITY],
  ['what COLUMNS says in a pipe', '72', undefined, 72],
])('a table has %s', (_, wanted, terminal, width) => {
  expect(tableWidth(wanted, terminal)).toBe(width);
});
