import type { ProductColumn, ProductTable } from '../product/product.ts';
import { judged, type SchemaChange } from './compatibility-rules.ts';
import { isWidening, sameType } from './types.ts';

export type { SchemaChange } from './compatibility-rules.ts';

/** What a table looks like. `format` is a `TableFormat`, or what the domain's catalog calls one that Weft does not know. */
export type TableShape = Pick<ProductTable, 'columns' | 'partitionKeys' | 'location' | 'snapshot'> & {
  readonly format: string;
};

/**
 * Every difference between the published table and another shape of it, by the rules for what a catalog knows: columns and their types,
 * partition keys, format and location; for CSV, which is read by position, also the order.
 */
export function compareTables(before: ProductTable, after: TableShape): SchemaChange[] {
  const changes = [
    ...compareColumns(before, after),
    ...comparePartitionKeys(before.partitionKeys, after.partitionKeys),
  ];
  if (before.format === 'csv') changes.push(...compareOrder(before.columns, after.columns));
  if (before.format !== after.format) changes.push(replaced('format-changed', 'format', before.format, after.format));
  if (before.location !== after.location) {
    changes.push(replaced('location-changed', 'location', before.location, after.location));
  } else if (after.snapshot !== undefined && after.snapshot !== (before.snapshot ?? '')) {
    changes.push(judged('snapshot-moved', `its files are in ${after.location}${after.snapshot}`));
  }
  return changes;
}

function replaced(
  rule: 'format-changed' | 'location-changed' | 'partitioning-changed',
  what: string,
  before: string,
  after: string,
): SchemaChange {
  return judged(rule, `the ${what} changes from ${before} to ${after}`);
}

function compareColumns(before: ProductTable, after: TableShape): SchemaChange[] {
  const renames = renamesOf(before.columns, after.columns);
  const newNames = new Set(renames.values());
  const removed = before.columns
    .filter(({ name }) => named(after.columns, name) === undefined)
    .map(({ name, type }): SchemaChange => {
      const next = renames.get(name);
      return next === undefined
        ? judged('column-removed', `the column "${name}" is removed`, { kind: 'removed', column: name })
        : judged('column-renamed', `the column "${name}" seems to be renamed to "${next}", both of type ${type}`, {
            column: name,
          });
    });
  const added = after.columns
    .filter(({ name }) => named(before.columns, name) === undefined && !newNames.has(name))
    .map(({ name, type }) =>
      judged('column-added', `the column "${name}" of type ${type} is added`, { kind: 'added', column: name }),
    );
  const retyped = before.columns.flatMap((column) => {
    const next = named(after.columns, column.name);
    return next === undefined ? [] : compareTypes(column, next);
  });
  return [...removed, ...retyped, ...added];
}

/** Old names by new ones, where a column goes and another of the same type comes at the same place. */
function renamesOf(before: readonly ProductColumn[], after: readonly ProductColumn[]): Map<string, string> {
  const pairs = before.flatMap((column, index): [string, string][] => {
    const next = after[index];
    if (next === undefined || named(after, column.name) || named(before, next.name)) return [];
    return sameType(column.type, next.type) ? [[column.name, next.name]] : [];
  });
  return new Map(pairs);
}

function compareTypes(before: ProductColumn, after: ProductColumn): SchemaChange[] {
  if (sameType(before.type, after.type)) return [];
  const rule = isWidening(before.type, after.type) ? 'type-widened' : 'type-changed';
  const message = `the type of "${before.name}" changes from ${before.type} to ${after.type}`;
  return [judged(rule, message, { column: before.name })];
}

function comparePartitionKeys(before: readonly ProductColumn[], after: readonly ProductColumn[]): SchemaChange[] {
  const same =
    before.length === after.length &&
    before.every((key, index) => key.name === after[index]?.name && sameType(key.type, after[index]?.type ?? ''));
  return same ? [] : [replaced('partitioning-changed', 'partitioning', list(before), list(after))];
}

/** The published columns have to be the first ones, in their order. */
function compareOrder(before: readonly ProductColumn[], after: readonly ProductColumn[]): SchemaChange[] {
  return before.flatMap(({ name }, index): SchemaChange[] => {
    const position = after.findIndex((column) => column.name === name);
    if (position === -1 || position === index) return [];
    const message = `the column "${name}" moves from position ${index + 1} to ${position + 1}, and CSV is read by position`;
    return [judged('column-moved', message, { column: name })];
  });
}

/**
 * The published table with an additive change taken over. What the contract says of a column stays; a new column has no classification
 * of its own, so its table's default counts, and without one nobody sees it.
 */
export function adopt(before: ProductTable, after: TableShape): ProductTable {
  const { snapshot: _, ...rest } = before;
  const snapshot = after.snapshot ?? before.snapshot ?? '';
  return {
    ...rest,
    ...(snapshot === '' ? {} : { snapshot }),
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
