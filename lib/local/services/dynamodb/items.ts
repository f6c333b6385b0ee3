import type { Store } from '../../core/store.ts';
import { keyText } from './key-order.ts';
import { recordChange } from './stream.ts';
import { type IndexDefinition, indexesOf, keyNames, keyOf, type Table } from './table.ts';
import { equalItems, type Item, type Value } from './value.ts';

export function itemsNamespace(table: Table, index?: string): string {
  const kind = index === undefined ? 'item' : `index/${index}`;
  return `dynamodb/${table.account}/${table.region}/table/${table.name}/${kind}`;
}

/** The text under which an item of the table is kept; `item` may be its key alone. */
export function itemKey(table: Table, item: Item): string {
  return keyText(valuesOf(item, keyNames(table.keys)));
}

/** The text under which an index keeps an item; undefined when the item is not in the index. */
export function indexKey(table: Table, index: IndexDefinition, item: Item): string | undefined {
  const names = keyNames(index.KeySchema);
  const values = valuesOf(item, names);
  return values.length < names.length ? undefined : keyText(values) + itemKey(table, item);
}

export function readItem(store: Store, table: Table, key: Item): Item | undefined {
  return store.get<Item>(itemsNamespace(table), itemKey(table, key));
}

/** Replaces `before` by `after` in the table and in its indexes, and records the change; nothing changed is nothing recorded. */
export function writeItem(
  store: Store,
  table: Table,
  before: Item | undefined,
  after: Item | undefined,
  now: number,
): void {
  const whole = after ?? before;
  if (whole === undefined) return;
  if (before !== undefined && after !== undefined && equalItems(before, after)) return;
  const key = itemKey(table, whole);
  if (after === undefined) store.delete(itemsNamespace(table), key);
  else store.put(itemsNamespace(table), key, after);
  for (const index of indexesOf(table)) reindex(store, table, index, before, after);
  recordChange(store, table, before, after, now);
}

/** Fills an index that was added to a table with items. */
export function buildIndex(store: Store, table: Table, index: IndexDefinition): void {
  for (const { value } of store.list<Item>(itemsNamespace(table))) reindex(store, table, index, undefined, value);
}

function reindex(
  store: Store,
  table: Table,
  index: IndexDefinition,
  before: Item | undefined,
  after: Item | undefined,
) {
  const namespace = itemsNamespace(table, index.IndexName);
  const oldKey = before && indexKey(table, index, before);
  const newKey = after && indexKey(table, index, after);
  if (oldKey !== undefined && oldKey !== newKey) store.delete(namespace, oldKey);
  if (newKey !== undefined && after !== undefined) store.put(namespace, newKey, projected(table, index, after));
}

function projected(table: Table, index: IndexDefinition, item: Item): Item {
  const type = index.Projection.ProjectionType ?? 'ALL';
  if (type === 'ALL') return item;
  const names = new Set([
    ...Object.keys(keyOf(table, item)),
    ...keyNames(index.KeySchema),
    ...(type === 'INCLUDE' ? (index.Projection.NonKeyAttributes ?? []) : []),
  ]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function valuesOf(item: Item, names: readonly string[]): Value[] {
  return names.map((name) => item[name]).filter((value) => value !== undefined);
}
