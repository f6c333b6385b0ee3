import { tokenize } from './lexer.ts';

const UNITS = new Set(['day', 'week', 'month', 'quarter', 'year']);

/** Keeps `DATE '…' + INTERVAL '1' DAY` and the like a date, as Athena does: in DuckDB it would be a timestamp. Columns are not told apart. */
export function keepDates(sql: string): string {
  const tokens = tokenize(sql);
  const value = (at: number) => tokens[at]?.value ?? '';
  let text = sql;
  for (let at = tokens.length - 1; at >= 0; at -= 1) {
    const first = tokens[at];
    if (first?.kind !== 'word') continue;
    const literal = value(at) === 'date' && tokens[at + 1]?.kind === 'string';
    if (!literal && value(at) !== 'current_date') continue;
    const begin = at + (literal ? 2 : 1);
    let end = begin;
    while (
      (value(end) === '+' || value(end) === '-') &&
      value(end + 1) === 'interval' &&
      tokens[end + 2]?.kind === 'string' &&
      UNITS.has(value(end + 3))
    ) {
      end += 4;
    }
    const last = tokens[end - 1];
    if (end === begin || last === undefined) continue;
    text = `${text.slice(0, first.start)}CAST(${text.slice(first.start, last.end)} AS DATE)${text.slice(last.end)}`;
  }
  return text;
}
