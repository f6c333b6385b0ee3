import { innerQuery } from '../audit/reads/inner-query.ts';
import type { SqlParser } from '../audit/reads/sql-parser.ts';
import { list } from '../audit/reads/tree.ts';
import { rowsOf } from './query.ts';
import type { Field, Made } from './scope.ts';

/** What the tables that a statement reads look like. */
export interface Known {
  /** Columns by `database.table`; a table that is not among them is read as far as the statement names its columns. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Of tables that are named without one. */
  readonly database?: string;
}

/** Where the columns of a statement come from. */
export interface ColumnLineage {
  /** In the order of the SELECT. */
  readonly columns: readonly Field[];
  /** What decides which rows there are, and in which order. */
  readonly dataset: Made;
  /** Tables whose columns the statement shows with a star, and that are not known. */
  readonly open: readonly string[];
  /** Every table that it reads, as `database.table`. */
  readonly tables: readonly string[];
}

/**
 * Where the columns of a SELECT come from, through common tables, subqueries, joins and set operations. What cannot be told is said in `unknown` and never
 * guessed. Undefined when the statement cannot be read at all.
 */
export function columnLineage(sql: string, known: Known, parser: SqlParser): ColumnLineage | undefined {
  const query = innerQuery(sql);
  const tree = query === undefined ? undefined : parser(query)?.tree;
  const [statement, ...others] = list(tree);
  if (statement === undefined || others.length > 0) return undefined;
  const columns = Object.fromEntries(
    Object.entries(known.columns).map(([table, names]) => [table.toLowerCase(), names] as const),
  );
  const read = new Set<string>();
  const database = known.database?.toLowerCase();
  const reading = { tables: columns, database, common: new Map(), read, rows: rowsOf };
  const { fields, dataset, open } = rowsOf(statement, reading, undefined);
  return { columns: fields, dataset, open: [...new Set(open)], tables: [...read].toSorted() };
}
