import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import { unfilterable } from '#mesh/access/view.ts';
import { type Problem, userError } from '#mesh/error.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import type { ClassificationLadder } from '#mesh/topology/topology.ts';

/** Checks a scope against the product: levels, tables, columns and row filters; answers it with the filters in Lake Formation's own print. @throws WEFT-REQUEST-002 with every problem. */
export function checkScope(scope: AccessScope, product: ProductRecord, ladder: ClassificationLadder): AccessScope {
  const problems: Problem[] = [];
  const report = (path: string, message: string, fix: string) =>
    problems.push({ code: 'WEFT-REQUEST-002', severity: 'error', path, message, fix });
  const tableNamed = (name: string, path: string): ProductTable | undefined => {
    const open = product.tables.filter((entry) => entry.internal !== true);
    const table = open.find((entry) => entry.name === name);
    if (table === undefined) {
      report(path, `table \`${name}\` does not exist`, `it has ${open.map((entry) => entry.name).join(', ')}`);
    }
    return table;
  };
  if (!ladder.includes(scope.clearance)) {
    report(
      'clearance',
      `classification level \`${scope.clearance}\` does not exist`,
      `levels are ${ladder.join(', ')}`,
    );
  }
  for (const name of scope.tables ?? []) tableNamed(name, 'tables');
  for (const [name, columns] of Object.entries(scope.columns ?? {})) {
    const table = tableNamed(name, `columns.${name}`);
    if (table === undefined) continue;
    const known = [...table.columns, ...table.partitionKeys].map((column) => column.name);
    for (const column of columns.filter((entry) => !known.includes(entry))) {
      report(`columns.${name}`, `column \`${column}\` does not exist`, `\`${name}\` has ${known.join(', ')}`);
    }
  }
  const rows: Record<string, string> = {};
  for (const [name, text] of Object.entries(scope.rows ?? {})) {
    const table = tableNamed(name, `rows.${name}`);
    if (table === undefined) continue;
    if (table.view !== undefined) {
      const { message, fix, path } = unfilterable(table);
      report(path ?? name, message, fix ?? '');
      continue;
    }
    const filter = parseRowFilter(text, table.columns, table.partitionKeys);
    if (filter.ok) rows[name] = printForLakeFormation(filter.value);
    else problems.push(...filter.problems.map((problem) => ({ ...problem, path: `rows.${name}` })));
  }
  if (problems.length > 0) {
    throw userError('WEFT-REQUEST-002', problems.map(({ message }) => message).join('; '), {
      problems,
      hint: problems.find(({ fix }) => fix !== undefined)?.fix,
    });
  }
  return scope.rows === undefined ? scope : { ...scope, rows };
}

/** The end that somebody wrote, as ISO 8601 in UTC. @throws WEFT-REQUEST-004 when it is no time, or has passed. */
export function checkEnd(written: string | undefined, now: Date): string | undefined {
  if (written === undefined) return undefined;
  const end = new Date(written);
  if (!/^\d{4}-\d{2}/.test(written) || Number.isNaN(end.getTime()) || end <= now) {
    throw userError('WEFT-REQUEST-004', `end date \`${written}\` is not a time in the future`, {
      hint: 'write it as ISO 8601, e.g. `2030-01-31T00:00:00Z`',
    });
  }
  return end.toISOString();
}
