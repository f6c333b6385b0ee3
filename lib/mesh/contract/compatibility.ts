import type { ProductColumn, ProductTable } from '../product/product.ts';
import { isWidening, sameType } from './types.ts';

/** What a table looks like. `format` is a `TableFormat`, or what the domain's catalog calls one that Weft does not know. */
export type TableShape = Pick<ProductTable, 'columns' | 'partitionKeys' | 'location'> & { readonly format: string };

/** One difference between two shapes of a table, judged. */
export interface SchemaChange {
  /** The stable name of the rule that judged it, e.g. `column-removed`. */
  readonly rule: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly column?: string;
  readonly breaking: boolean;
  readonly message: string;
}

/**
 * Every difference between the published table and another shape of it. Added columns and types that become wider are additive. All
 * else breaks the contract: a column or key that goes, another type, partitioning, format or location, and for CSV, which is read by
 * position, a column that moves.
 */
export function compareTables(before: ProductTable, after: TableShape): SchemaChange[] {
  const changes = [
    ...compareColumns(before, after),
    ...comparePartitionKeys(before.partitionKeys, after.partitionKeys),
  ];
  if (before.format === 'csv') changes.push(...compareOrder(before.columns, after.columns));
  if (before.format !== after.format) changes.push(broken('format-changed', 'format', before.format, after.format));
  if (before.location !== after.location) {
    changes.push(broken('location-changed', 'location', before.location, after.location));
  }
  return changes;
}

function broken(rule: string, what: string, before: string, after: string): SchemaChange {
  return { rule, kind: 'changed', breaking: true, message: `the ${what} changes from ${before} to ${after}` };
}

function compareColumns(before: ProductTable, after: TableShape): SchemaChange[] {
  const removed = before.columns
    .filter((column) => named(after.columns, column.name) === undefined)
    .map(({ name }): SchemaChange => {
      const message = `the column "${name}" is removed`;
      return { rule: 'column-removed', kind: 'removed', column: name, breaking: true, message };
    });
  const added = after.columns
    .filter((column) => named(before.columns, column.name) === undefined)
    .map(({ name, type }): SchemaChange => {
      const message = `the column "${name}" of type ${type} is added`;
      return { rule: 'column-added', kind: 'added', column: name, breaking: false, message };
    });
  const retyped = before.columns.flatMap((column) => {
    const next = named(after.columns, column.name);
    return next === undefined ? [] : compareTypes(column, next);
  });
  return [...removed, ...retyped, ...added];
}

function compareTypes(before: ProductColumn, after: ProductColumn): SchemaChange[] {
  if (sameType(before.type, after.type)) return [];
  const wider = isWidening(before.type, after.type);
  return [
    {
      rule: wider ? 'type-widened' : 'type-changed',
      kind: 'changed',
      column: before.name,
      breaking: !wider,
      message: `the type of "${before.name}" changes from ${before.type} to ${after.type}`,
    },
  ];
}

function comparePartitionKeys(before: readonly ProductColumn[], after: readonly ProductColumn[]): SchemaChange[] {
  const same =
    before.length === after.length &&
    before.every((key, index) => key.name === after[index]?.name && sameType(key.type, after[index]?.type ?? ''));
  return same ? [] : [broken('partitioning-changed', 'partitioning', list(before), list(after))];
}

/** The published columns have to be the first ones, in their order. */
function compareOrder(before: readonly ProductColumn[], after: readonly ProductColumn[]): SchemaChange[] {
  return before.flatMap(({ name }, index): SchemaChange[] => {
    const position = after.findIndex((column) => column.name === name);
    if (position === -1 || position === index) return [];
    const message = `the column "${name}" moves from position ${index + 1} to ${position + 1}, and CSV is read by position`;
    return [{ rule: 'column-moved', kind: 'changed', column: name, breaking: true, message }];
  });
}

/** The differences between the tables of two versions of a product; a table that goes breaks the contract, one that comes does not. */
export function compareProducts(before: readonly ProductTable[], after: readonly ProductTable[]): SchemaChange[] {
  const changes = before.flatMap((table): SchemaChange[] => {
    const next = after.find((candidate) => candidate.name === table.name);
    if (next !== undefined) {
      return compareTables(table, next).map((change) => ({ ...change, message: `${table.name}: ${change.message}` }));
    }
    const message = `the table "${table.name}" is removed`;
    return [{ rule: 'table-removed', kind: 'removed', breaking: true, message }];
  });
  const added = after.filter((table) => !before.some((candidate) => candidate.name === table.name));
  return [
    ...changes,
    ...added.map(({ name }): SchemaChange => {
      return { rule: 'table-added', kind: 'added', breaking: false, message: `the table "${name}" is added` };
    }),
  ];
}

/**
 * The published table with an additive change taken over. What the contract says of a column stays; a new column has no classification
 * of its own, so its table's default counts, and without one nobody sees it.
 */
export function adopt(before: ProductTable, after: TableShape): ProductTable {
  return {
    ...before,
    columns: after.columns.map((column) => {
      const known = named(before.columns, column.name);
      if (known !== undefined) return { ...known, type: column.type };
      return before.defaultClassification === undefined
        ? column
        : { ...column, classification: before.defaultClassification };
    }),
  };
}

function named(columns: readonly ProductColumn[], name: string): ProductColumn | undefined {
  return columns.find((column) => column.name === name);
}

function list(keys: readonly ProductColumn[]): string {
  return keys.length === 0 ? 'none' : keys.map((key) => `${key.name} ${key.type}`).join(', ');
}
