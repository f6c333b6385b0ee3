import type { Cell } from '../../lake-formation/cells.ts';
import { quote } from './glue-type.ts';
import { printRowFilter } from './row-filter.ts';
import type { Source } from './source.ts';

/**
 * The part of a source that was granted: just the columns that some cell holds, just the rows that some cell holds, and where cells hold different columns, a
 * value only in the rows of a cell that has its column.
 */
export function grantedSelect(source: Source, cells: readonly Cell[], withPath: boolean): string {
  const types = new Map(source.columns.map((column) => [column.name, column.type]));
  const conditions = cells.map((cell) => ({
    columns: new Set(cell.columns),
    test: cell.rows === undefined ? undefined : printRowFilter(cell.rows, types),
  }));
  const shown = source.columns.filter((column) => conditions.some((cell) => cell.columns.has(column.name)));
  const whole = anyOf(conditions);
  const list = shown.map((column) => {
    const test = anyOf(conditions.filter((cell) => cell.columns.has(column.name)));
    const name = quote(column.name);
    return test === undefined || test === whole ? name : `CASE WHEN ${test} THEN ${name} END AS ${name}`;
  });
  if (withPath) list.push('"$path"');
  const where = whole === undefined ? '' : ` WHERE ${whole}`;
  if (where === '' && shown.length === source.columns.length) return source.select;
  return `SELECT ${list.join(', ')} FROM (${source.select})${where}`;
}

/** The disjunction of the cells' filters; undefined when one of them has none. */
function anyOf(cells: readonly { readonly test: string | undefined }[]): string | undefined {
  const tests = cells.map((cell) => cell.test);
  if (tests.some((test) => test === undefined)) return undefined;
  return [...new Set(tests)].map((test) => `(${test})`).join(' OR ');
}
