import { isEqual } from '../equal.ts';
import type { ProductRecord } from '../product/product.ts';
import type { Derived } from './derive-life.ts';

/** New data that consumers may use, and new data that is held back, which is the owner's business alone. */
export function ofDeliveries(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  const [was, is] = [before.status.deliveries ?? {}, after.status.deliveries ?? {}];
  const derived: Derived[] = [];
  const { updated } = is;
  if (updated !== undefined && updated.tables.length > 0 && !isEqual(was.updated, updated)) {
    derived.push({ type: 'DataUpdated', audience: everyone, data: { ...updated } });
  }
  const known = new Set((was.waiting ?? []).filter(({ held }) => held !== undefined).map(idOf));
  const held = (is.waiting ?? []).filter((one) => one.held !== undefined && !known.has(idOf(one)));
  const last = held.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  if (last?.held !== undefined) {
    const tables = [...new Set(held.map(({ table }) => table))].toSorted();
    const { run, at } = last;
    derived.push({
      type: 'DataHeldBack',
      audience: [after.domain],
      data: { tables, run, at, reason: last.held.reason },
    });
  }
  return derived;
}

function idOf({ table, run, at }: { readonly table: string; readonly run: string; readonly at: string }): string {
  return JSON.stringify([table, run, at]);
}
