import type { Row } from '../access/row-filter-evaluate.ts';
import type { Checked, Problem } from '../error.ts';
import { domainOfRows, ROWS_CHANGED } from '../topology/names.ts';
import { type Check, count, isObject, list, name, object, one, oneOf, text, type Wrong } from './check.ts';

/**
 * One row that changed, as it was and as it is: an insert has no `before`, a delete no `after`, an update both. Without the row as it was
 * nobody can tell whether a consumer had seen it.
 */
export interface RowChange {
  readonly before?: Row;
  readonly after?: Row;
}

/** What a domain's own pipeline says on its own bus when rows of a product changed. */
export interface RowsChanged {
  readonly id: string;
  readonly time: string;
  /** The domain that says so, from the event's source. */
  readonly from: string;
  /** The product's name, without its domain. */
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** Grows with each event of a table: consumers put events in order by it. */
  readonly sequence: number;
  readonly rows: readonly RowChange[];
}

const change: Check = (value, path) => {
  if (!isObject(value)) return [{ path, expected: 'an object with `before`, `after` or both' }];
  const images = ['before', 'after'].filter((key) => Object.hasOwn(value, key));
  const others = Object.keys(value).filter((key) => !images.includes(key));
  const wrong: Wrong[] = images
    .filter((key) => !isObject(value[key]))
    .map((key) => ({ path: `${path}.${key}`, expected: 'an object, a value for each column' }));
  if (images.length === 0 || others.length > 0) wrong.push({ path, expected: '`before`, `after` or both' });
  return wrong;
};

const rowsChanged = object({
  specversion: oneOf('1.0'),
  id: name,
  source: one('weft.rows.<domain>', (value) => typeof value === 'string' && domainOfRows(value) !== undefined),
  type: oneOf(ROWS_CHANGED),
  time: text,
  data: object({ product: name, major: count, table: name, sequence: count, rows: list(change) }),
});

/** Reads the `detail` of a `RowsChanged`; every problem at once, as `WEFT-EVENT-002`, at most a hundred of them. */
export function parseRowsChanged(detail: unknown): Checked<RowsChanged> {
  const wrong = rowsChanged(detail, '');
  if (wrong.length > 0) return { ok: false, problems: wrong.slice(0, 100).map(toProblem) };
  const { id, time, source, data } = detail as { id: string; time: string; source: string; data: RowsChanged };
  const { product, major, table, sequence, rows } = data;
  const value = { id, time, from: domainOfRows(source) ?? '', product, major, table, sequence, rows };
  return { ok: true, value, problems: [] };
}

function toProblem({ path, expected }: Wrong): Problem {
  return {
    code: 'WEFT-EVENT-002',
    severity: 'error',
    message: `the row event is not valid at "${path}": expected is ${expected}`,
    path,
  };
}
