import type { ProductColumn, ProductTable } from '../product/product.ts';
import type { AccessScope } from '../subscription/subscription.ts';
import type { ClassificationLadder } from '../topology/topology.ts';

/**
 * How sensitive a column is, as a position in the ladder. A column that nobody classified, neither itself nor by its table's default, and
 * one with a level that the ladder does not know, stand above the top: no clearance shows them.
 */
export function sensitivity(column: ProductColumn, table: ProductTable, ladder: ClassificationLadder): number {
  const level = column.classification ?? table.defaultClassification;
  const position = level === undefined ? -1 : ladder.indexOf(level);
  return position === -1 ? ladder.length : position;
}

/** True when the clearance shows the column; a clearance that the ladder does not know shows nothing. */
function isCleared(
  column: ProductColumn,
  table: ProductTable,
  clearance: string,
  ladder: ClassificationLadder,
): boolean {
  return sensitivity(column, table, ladder) <= ladder.indexOf(clearance);
}

/** The partition keys that the clearance withholds. Lake Formation cannot withhold a partition key, so the whole table is out of reach then. */
export function withheldKeys(table: ProductTable, clearance: string, ladder: ClassificationLadder): ProductColumn[] {
  return table.partitionKeys.filter((key) => !isCleared(key, table, clearance, ladder));
}

/**
 * The columns of a table that a scope shows, in the table's order and with its partition keys; `'*'` when it withholds none and names
 * none; `[]` when the table is out of reach, as one is that only views read.
 */
export function visibleColumns(
  table: ProductTable,
  scope: AccessScope,
  ladder: ClassificationLadder,
): readonly string[] | '*' {
  if (table.internal === true) return [];
  if (scope.tables !== undefined && !scope.tables.includes(table.name)) return [];
  if (withheldKeys(table, scope.clearance, ladder).length > 0) return [];
  const asked =
    scope.columns !== undefined && Object.hasOwn(scope.columns, table.name) ? scope.columns[table.name] : undefined;
  const shown = table.columns.filter(
    (column) =>
      isCleared(column, table, scope.clearance, ladder) && (asked === undefined || asked.includes(column.name)),
  );
  if (asked === undefined && shown.length === table.columns.length) return '*';
  if (shown.length === 0) return [];
  return [...shown, ...table.partitionKeys].map((column) => column.name);
}
