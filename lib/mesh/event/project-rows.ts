import { parseRowFilter } from '../access/row-filter.ts';
import { type Row, type RowTest, rowTest } from '../access/row-filter-evaluate.ts';
import { isEqual } from '../equal.ts';
import type { AudienceTable, Sight } from './audience.ts';
import type { RowChange } from './rows.ts';

/** A change of a row as one subscription sees it. */
export interface VisibleChange extends RowChange {
  readonly change: 'insert' | 'update' | 'delete';
}

/** What a subscription sees of one change; undefined when that is nothing. */
export type Projection = (change: RowChange) => VisibleChange | undefined;

/**
 * What a subscription sees of changes of a table. A row that comes into its view is an insert and one that leaves it a delete, whatever
 * happened to the row itself, and neither tells the values on the other side; a change of columns that it does not see is no change.
 * A filter that is not valid any more shows nothing.
 */
export function projection(sight: Sight, table: AudienceTable): Projection {
  const sees = rowsOf(sight, table);
  const project = (row: Row): Row =>
    Object.fromEntries(sight.columns.map((name) => [name, Object.hasOwn(row, name) ? (row[name] ?? null) : null]));
  const seen = (row: Row | undefined) => (row !== undefined && sees(row) === true ? project(row) : undefined);
  return (change) => {
    const before = seen(change.before);
    const after = seen(change.after);
    if (before !== undefined && after !== undefined) {
      return isEqual(before, after) ? undefined : { change: 'update', before, after };
    }
    if (after !== undefined) return { change: 'insert', after };
    return before === undefined ? undefined : { change: 'delete', before };
  };
}

function rowsOf(sight: Sight, table: AudienceTable): RowTest {
  if (sight.rows === undefined) return () => true;
  const filter = parseRowFilter(sight.rows, table.columns, table.partitionKeys);
  return filter.ok ? rowTest(filter.value, [...table.columns, ...table.partitionKeys]) : () => false;
}
