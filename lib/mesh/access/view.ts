import type { Problem } from '../error.ts';
import type { ProductRecord, ProductTable } from '../product/product.ts';
import type { AccessScope } from '../subscription/subscription.ts';
import type { ClassificationLadder } from '../topology/topology.ts';
import { visibleColumns, withheldKeys } from './clearance.ts';
import { parseRowFilter, printForLakeFormation } from './row-filter.ts';

/** What one subscription shows of one table. */
export interface TableView {
  readonly table: string;
  readonly columns: readonly string[] | '*';
  /** Lake Formation's expression; undefined: all rows. */
  readonly rows?: string;
}

/** What one subscription shows of a product: `whole` when nothing is withheld of any table, those that come later included. */
export interface ProductView {
  readonly whole: boolean;
  readonly tables: readonly TableView[];
  readonly problems: readonly Problem[];
}

/** What a scope shows of a product; a table whose row filter is no longer valid is not shown at all. */
export function viewOf(product: ProductRecord, scope: AccessScope, ladder: ClassificationLadder): ProductView {
  const problems: Problem[] = [];
  const tables = product.tables.flatMap((table): TableView[] => {
    const columns = visibleColumns(table, scope, ladder);
    problems.push(...unavailable(table, scope, ladder));
    if (columns.length === 0) return [];
    const text = filterOf(scope, table.name);
    if (table.view !== undefined) {
      const problem = text === undefined ? unlimited(table, table.view.table, scope) : unfilterable(table);
      if (problem === undefined) return [{ table: table.name, columns }];
      problems.push(problem);
      return [];
    }
    if (text === undefined) return [{ table: table.name, columns }];
    const filter = parseRowFilter(text, table.columns, table.partitionKeys);
    problems.push(...filter.problems.map((problem) => ({ ...problem, path: `rows.${table.name}` })));
    return filter.ok ? [{ table: table.name, columns, rows: printForLakeFormation(filter.value) }] : [];
  });
  const whole =
    scope.tables === undefined &&
    product.tables.length > 0 &&
    tables.length === product.tables.length &&
    tables.every((view) => view.columns === '*' && view.rows === undefined);
  return { whole, tables, problems };
}

function unavailable(table: ProductTable, scope: AccessScope, ladder: ClassificationLadder): Problem[] {
  const wanted = table.internal !== true && (scope.tables === undefined || scope.tables.includes(table.name));
  const keys = wanted ? withheldKeys(table, scope.clearance, ladder) : [];
  return keys.map((key) => ({
    code: 'WEFT-ACCESS-001',
    severity: 'warning',
    message: `the table "${table.name}" is out of reach: its partition key "${key.name}" is above the clearance "${scope.clearance}", and Lake Formation cannot withhold a partition key`,
    fix: 'raise the clearance, or partition the table by another column',
  }));
}

function filterOf({ rows }: AccessScope, table: string): string | undefined {
  return rows !== undefined && Object.hasOwn(rows, table) ? rows[table] : undefined;
}

/** A view gives every row of its table: beside a filter on the table it would tell of the rows that the filter withholds. */
function unlimited(view: ProductTable, base: string, scope: AccessScope): Problem | undefined {
  if (filterOf(scope, base) === undefined) return undefined;
  return {
    code: 'WEFT-ACCESS-003',
    severity: 'warning',
    path: `rows.${base}`,
    message: `the view "${view.name}" is not shown: the rows of its table "${base}" are limited, and the rows of a view cannot be`,
    fix: 'leave the filter out, or subscribe to the view apart',
  };
}

/** Lake Formation has no row filters on views: shown without its filter the view would give every row. */
export function unfilterable(table: ProductTable): Problem {
  return {
    code: 'WEFT-ACCESS-002',
    severity: 'error',
    path: `rows.${table.name}`,
    message: `the table "${table.name}" is a view, and Lake Formation cannot limit the rows of a view`,
    fix: 'leave the filter out, or leave the view out of `tables`',
  };
}
