import { stripVTControlCharacters } from 'node:util';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** Shown whole at any width, because it is copied or compared: ids, times. */
  readonly whole?: boolean;
}

const GAP = '  ';

/** No column shrinks below this. */
const NARROWEST = 8;

/** A table without boxes that fits `width`: the widest columns shrink first and end in `…`. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row).replaceAll(/\s+/g, ' ')));
  const natural = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => lengthOf(row[index] ?? ''))),
  );
  const widths = shrink(natural, columns, width - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => fitted(text, widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title.toUpperCase())), ...cells.map(line)]
    .map((text) => `${text}\n`)
    .join('');
}

function shrink(
  natural: readonly number[],
  columns: readonly { readonly whole?: boolean }[],
  budget: number,
): number[] {
  const widths = [...natural];
  const elastic = (index: number) => (columns[index]?.whole === true ? 0 : (widths[index] ?? 0));
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - budget; excess > 0; excess -= 1) {
    const sizes = widths.map((_, index) => elastic(index));
    const widest = sizes.indexOf(Math.max(...sizes));
    if ((sizes[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function fitted(text: string, width: number, right: boolean): string {
  const length = lengthOf(text);
  const shown = length > width ? `${stripVTControlCharacters(text).slice(0, Math.max(0, width - 1))}…` : text;
  const padding = ' '.repeat(Math.max(0, width - lengthOf(shown)));
  return right ? padding + shown : shown + padding;
}

function lengthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
