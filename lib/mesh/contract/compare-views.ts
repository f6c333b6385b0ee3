import type { Mask, ProductColumn, ProductTable } from '../product/product.ts';
import { judged, type SchemaChange } from './compatibility-rules.ts';
import { isHashing } from './view-query.ts';

/** From what shows most to what shows least. */
const STRENGTH: readonly Mask[] = ['clear', 'partial', 'hash', 'null'];

/** What changes of a table that is a view, before or after: where its values come from and how they are masked. */
export function compareViews(before: ProductTable, after: ProductTable): SchemaChange[] {
  const table = before.name;
  if (before.view === undefined || after.view === undefined) {
    const [old, next] = [before, after].map(({ view }) =>
      view === undefined ? 'a table' : `a view of "${view.table}"`,
    );
    return old === next ? [] : [judged('table-kind-changed', `"${table}" changes from ${old} to ${next}`, { table })];
  }
  const changes: SchemaChange[] = [];
  if (before.view.table !== after.view.table) {
    const message = `the view "${table}" reads "${after.view.table}" in place of "${before.view.table}"`;
    changes.push(judged('view-source-changed', message, { table }));
  }
  if (before.view.maskKey !== after.view.maskKey && isHashing(before) && isHashing(after)) {
    const message = `the view "${table}" hashes with the key "${after.view.maskKey}" in place of "${before.view.maskKey}"`;
    changes.push(judged('mask-key-changed', message, { table }));
  }
  return [
    ...changes,
    ...before.columns.flatMap((column) => {
      const next = after.columns.find(({ name }) => name === column.name);
      return next === undefined ? [] : compareShown(table, column, next);
    }),
  ];
}

function compareShown(table: string, before: ProductColumn, after: ProductColumn): SchemaChange[] {
  const [old, next] = [before.shows, after.shows];
  if (old === undefined || next === undefined) return [];
  const where = { table, column: before.name };
  const changes: SchemaChange[] = [];
  if (old.column !== next.column) {
    const message = `the view's column "${before.name}" shows "${next.column}" in place of "${old.column}"`;
    changes.push(judged('view-source-changed', message, where));
  }
  const stronger = strength(next) - strength(old);
  if (stronger !== 0) {
    const message = `the mask of "${before.name}" changes from ${worded(old)} to ${worded(next)}`;
    changes.push(judged(stronger > 0 ? 'mask-strengthened' : 'mask-weakened', message, where));
  }
  return changes;
}

type Shown = NonNullable<ProductColumn['shows']>;

/** The more is kept, the weaker. */
function strength({ mask, keep = 0 }: Shown): number {
  return STRENGTH.indexOf(mask) - keep / 1000;
}

function worded({ mask, keep }: Shown): string {
  return keep === undefined ? `"${mask}"` : `"${mask}" with ${keep} characters`;
}

/** The tables that subscribers can see. */
export function openTables(tables: readonly ProductTable[]): ProductTable[] {
  return tables.filter(({ internal }) => internal !== true);
}

/** What changes inside, where nobody looks: one change for each table. */
export function compareInternals(before: readonly ProductTable[], after: readonly ProductTable[]): SchemaChange[] {
  const inside = (tables: readonly ProductTable[]) => tables.filter(({ internal }) => internal === true);
  const names = new Set([...inside(before), ...inside(after)].map(({ name }) => name));
  const text = (tables: readonly ProductTable[], name: string) =>
    JSON.stringify(inside(tables).find((table) => table.name === name));
  return [...names]
    .filter((name) => text(before, name) !== text(after, name))
    .map((table) =>
      judged('internal-changed', `the table "${table}", which only views of the product read, changes`, { table }),
    );
}
