import { ownValue } from '../own-value.ts';
import type { Condition } from '../record.ts';
import { durationOf } from './duration.ts';
import type { ProductRecord } from './product.ts';

/** The promises that say how old the newest data may be, the first that a contract makes counts. */
const PROPERTIES = ['freshness', 'frequency'] as const;

/** The promised age of the newest data, in milliseconds, with the promise as the contract has it; undefined when it makes none that can be measured. */
export function freshnessPromise(
  sla: ProductRecord['sla'],
): { readonly property: string; readonly written: string; readonly age: number } | undefined {
  for (const property of PROPERTIES) {
    const written = String(sla?.[property] ?? '').trim();
    const age = durationOf(written);
    if (age !== undefined) return { property, written, age };
  }
  return undefined;
}

/**
 * Whether the newest data is as young as promised, as a condition; undefined when nothing is promised. Measured is the time since the
 * owning domain last reported data for the table that waits longest, and the age of the newest data itself where the promise names a column: a table of
 * which neither is known cannot be judged, and is said to be unknown.
 */
export function judgeFreshness(product: ProductRecord, now: Date): Condition | undefined {
  const promise = freshnessPromise(product.sla);
  if (promise === undefined) return undefined;
  const stamp = { type: 'Fresh' as const, generation: product.generation, at: now.toISOString() };
  const reported = product.status.delivered ?? {};
  const own = product.tables.filter((table) => table.view === undefined).map(({ name }) => name);
  const measured = (product.status.measured?.promises ?? []).filter(
    ({ property, value }) => property === promise.property && value !== undefined,
  );
  const silent = own.filter(
    (name) => ownValue(reported, name) === undefined && !measured.some(({ table }) => table === name),
  );
  const late = own
    .flatMap((name) => {
      const at = ownValue(reported, name);
      return at !== undefined && now.getTime() - Date.parse(at) > promise.age ? [{ name, at }] : [];
    })
    .toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const [oldest] = late;
  if (oldest !== undefined) {
    const message = `${oldest.name} has had no data since ${oldest.at}, promised is ${promise.property} ${promise.written}`;
    return { ...stamp, status: 'false', reason: 'Stale', message };
  }
  const old = measured.find(({ ok }) => !ok);
  if (old !== undefined) {
    const { table, value, unit = '' } = old;
    const message = `the newest data of ${table} is ${value} ${unit} old, promised is ${promise.property} ${promise.written}`;
    return { ...stamp, status: 'false', reason: 'Stale', message };
  }
  if (silent.length > 0) {
    const message = `no data was ever reported for ${silent.join(', ')}`;
    return { ...stamp, status: 'unknown', reason: 'NeverReported', message };
  }
  return { ...stamp, status: 'true', reason: 'AsPromised', message: `${promise.property} ${promise.written}` };
}
