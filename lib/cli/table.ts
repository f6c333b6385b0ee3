import { terminalText } from './terminal-text.ts';
import { cutText, textWidth } from './text-width.ts';

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

/**
 * A table without boxes that fits `width`: the widest columns shrink first and end in `…`; what fits in no way is shown row by row, a line for each
 * value. An infinite width, of a pipe or a file, shows every value whole.
 */
export function renderTable<T>(rows: readonly T[], columns: readonly Column<T>[], width: number): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.value(row))));
  const natural = columns.map((column, index) =>
    Math.max(textWidth(column.title), ...cells.map((row) => textWidth(row[index] ?? ''))),
  );
  const room = width - GAP.length * (columns.length - 1);
  const widths = Number.isFinite(width) ? shrink(natural, columns, room) : natural;
  if (widths.reduce((sum, one) => sum + one, 0) > room && rows.length > 0) return renderRecords(cells, columns, width);
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => fitted(text, widths[index] ?? 0, columns[index]?.right === true))
      .join(GAP)
      .trimEnd();
  return [line(columns.map((column) => column.title.toUpperCase())), ...cells.map(line)]
    .map((text) => `${text}\n`)
    .join('');
}

/** One line: what a table holds may be anybody's data. */
function oneLine(text: string): string {
  return terminalText(text.replaceAll(/\s+/g, ' '));
}

function renderRecords(
  cells: readonly (readonly string[])[],
  columns: readonly { readonly title: string; readonly whole?: boolean }[],
  width: number,
): string {
  const titles = Math.max(...columns.map(({ title }) => textWidth(title)));
  const room = Math.max(NARROWEST, width - titles - GAP.length);
  const record = (row: readonly string[]) =>
    columns
      .map(({ title, whole }, index) => {
        const value = row[index] ?? '';
        const shown = whole === true ? value : cutText(value, room);
        return `${fitted(title.toUpperCase(), titles, false)}${GAP}${shown}`.trimEnd();
      })
      .join('\n');
  return `${cells.map(record).join('\n\n')}\n`;
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
  const shown = cutText(text, width);
  const padding = ' '.repeat(Math.max(0, width - textWidth(shown)));
  return right ? padding + shown : shown + padding;
}
