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
 * A filter that is not valid any more shows nothing. Of a masked view it gets the masked values, but no hashed ones: their key is not here.
 */
export function projection(sight: Sight, table: AudienceTable): Projection {
  const sees = rowsOf(sight, table);
  const shown = sight.columns.flatMap((name) => {
    const value = shownValue(name, table);
    return value === undefined ? [] : [[name, value] as const];
  });
  const project = (row: Row): Row => Object.fromEntries(shown.map(([name, value]) => [name, value(row)]));
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

/** How a column is made of a row of the table, or of its base table when it is a view; undefined: it cannot be made here. */
function shownValue(name: string, table: AudienceTable): ((row: Row) => unknown) | undefined {
  const shows = table.columns.find((column) => column.name === name)?.shows;
  const { column, mask, keep = 0 } = shows ?? { column: name, mask: 'clear' as const };
  const value = (row: Row) => (Object.hasOwn(row, column) ? (row[column] ?? null) : null);
  switch (mask) {
    case 'clear':
      return value;
    case 'null':
      return () => null;
    case 'partial':
      return (row) => partial(value(row), keep);
    case 'hash':
      // The key is the definer's alone and never comes to a domain.
      return undefined;
  }
}

/** As the view's SQL has it: the last characters, never more than half of them. */
function partial(value: unknown, keep: number): unknown {
  if (value === null) return null;
  const characters = [...String(value)];
  return characters.length >= 2 * keep ? `****${characters.slice(characters.length - keep).join('')}` : '****';
}

function rowsOf(sight: Sight, table: AudienceTable): RowTest {
  if (sight.rows === undefined) return () => true;
  const filter = parseRowFilter(sight.rows, table.columns, table.partitionKeys);
  return filter.ok ? rowTest(filter.value, [...table.columns, ...table.partitionKeys]) : () => false;
}
