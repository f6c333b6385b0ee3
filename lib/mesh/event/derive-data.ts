import { isEqual } from '../equal.ts';
import type { DeliveryStatus } from '../product/delivery.ts';
import type { ProductRecord } from '../product/product.ts';
import { brokenRules, faultOf } from '../quality/conditions.ts';
import { turned } from './derive-condition.ts';
import type { Derived } from './derive-life.ts';

/** New data that consumers may use, and new data that is held back, which is the owner's business alone. */
export function ofDeliveries(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  const [was, is] = [before.status.deliveries ?? {}, after.status.deliveries ?? {}];
  const derived: Derived[] = [];
  const { updated } = is;
  if (updated !== undefined && updated.tables.length > 0 && !isEqual(was.updated, updated)) {
    derived.push({ type: 'DataUpdated', audience: everyone, data: { ...updated } });
  }
  const tablesOf = (waiting: DeliveryStatus['waiting'] = []) =>
    new Set(waiting.filter((one) => one.held !== undefined).map(({ table }) => table));
  const known = tablesOf(was.waiting);
  const held = (is.waiting ?? []).filter((one) => one.held !== undefined && !known.has(one.table));
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

/** Each rule that is newly broken is told once, and that none is broken any more. */
export function ofQuality(before: ProductRecord, after: ProductRecord, everyone: readonly string[]): Derived[] {
  const asked = after.measureAsked !== undefined && !isEqual(before.measureAsked, after.measureAsked);
  const requested: Derived[] = asked ? [{ type: 'QualityRequested', audience: [after.domain] }] : [];
  const told = turned(before, after, 'Healthy', { lost: 'QualityFailed', found: 'QualityRestored' }, everyone);
  const known = new Set(brokenRules(before.status.measured).map(({ table, rule }) => `${table} ${rule}`));
  const faults = brokenRules(after.status.measured).filter(({ table, rule }) => !known.has(`${table} ${rule}`));
  if (told.length > 0 || faults.length === 0) return [...requested, ...told];
  const reason = faults.slice(0, 20).map(faultOf).join('; ');
  return [...requested, { type: 'QualityFailed', audience: everyone, data: { reason } }];
}
