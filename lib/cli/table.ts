import { stripVTControlCharacters } from 'node:util';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
}

const GAP = '  ';

/** A table without boxes that fits `width`: the widest columns shrink first and end in `…`. */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row).replaceAll(/\s+/g, ' ')));
  const natural = columns.map((column, index) =>
    Math.max(column.title.length, ...cells.map((row) => lengthOf(row[index] ?? ''))),
  );
  const widths = shrink(natural, width - GAP.length * (columns.length - 1));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => fitted(text, widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title.toUpperCase())), ...cells.map(line)]
    .map((text) => `${text}\n`)
    .join('');
}

function shrink(natural: readonly number[], budget: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - budget;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= 8) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
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
