/** Some columns of some rows of one table. */
export interface Cell {
  /** Lower-case, in the table's order, partition keys last. */
  readonly columns: readonly string[];
  /** A Lake Formation filter expression; every row when absent. */
  readonly rows?: string;
}

/**
 * The union of cells in its shortest form: cells of the same rows become one, and a cell that an unfiltered one covers goes. What stays apart
 * is apart for a reason: a row shows a column exactly when some cell with that column holds the row.
 * @param order every column of the table, in order
 */
export function union(cells: readonly Cell[], order: readonly string[]): Cell[] {
  const byRows = new Map<string, Set<string>>();
  for (const cell of cells) {
    const columns = byRows.get(cell.rows ?? '') ?? new Set<string>();
    for (const column of cell.columns) columns.add(column);
    byRows.set(cell.rows ?? '', columns);
  }
  const unfiltered = byRows.get('') ?? new Set<string>();
  const kept: Cell[] = [];
  for (const [rows, columns] of byRows) {
    if (columns.size === 0) continue;
    if (rows !== '' && [...columns].every((column) => unfiltered.has(column))) continue;
    const ordered = order.filter((column) => columns.has(column));
    kept.push(rows === '' ? { columns: ordered } : { columns: ordered, rows });
  }
  return kept;
}

/** What both sides cover: the columns in common, of the rows in common. */
export function intersection(left: readonly Cell[], right: readonly Cell[], order: readonly string[]): Cell[] {
  const common = left.flatMap((a) =>
    right.map((b) => {
      const columns = a.columns.filter((column) => b.columns.includes(column));
      const rows = bothRows(a.rows, b.rows);
      return rows === undefined ? { columns } : { columns, rows };
    }),
  );
  return union(common, order);
}

function bothRows(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || left === right) return right;
  if (right === undefined) return left;
  return `(${left}) AND (${right})`;
}

/** Every column of which at least some rows are covered, in the table's order. */
export function columnsOf(cells: readonly Cell[], order: readonly string[]): string[] {
  return order.filter((column) => cells.some((cell) => cell.columns.includes(column)));
}
