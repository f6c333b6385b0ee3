import type { ProductRecord } from '../product/product.ts';

/** What became of a product's data and of the holds on it, in one sentence each. */
export function describeRetention(before: ProductRecord, after: ProductRecord): string[] {
  const was = before.status.retention ?? {};
  const is = after.status.retention ?? {};
  const ids = (product: ProductRecord) => new Set((product.holds ?? []).map(({ id }) => id));
  const [held, holds] = [ids(before), ids(after)];
  return [
    ...(after.holds ?? [])
      .filter(({ id }) => !held.has(id))
      .map(({ id, side, table }) => `hold ${id} on ${table ?? 'every table'} by ${side}`),
    ...[...held].filter((id) => !holds.has(id)).map((id) => `hold ${id} released`),
    ...(is.announced ?? [])
      .filter((one) => was.announced?.some((other) => other.upTo === one.upTo && other.table === one.table) !== true)
      .map(({ table, upTo, goesAt, objects }) => `${table} up to ${upTo} goes at ${goesAt}: ${objects} objects`),
    ...(is.disposed ?? [])
      .filter(({ id }) => was.disposed?.some((other) => other.id === id) !== true)
      .map(
        ({ id, what, table, by, objects, bytes }) =>
          `removed ${objects} objects (${bytes} bytes) of ${table ?? what} in ${by}: record ${id}`,
      ),
    ...(is.obstacles ?? [])
      .filter((one) => was.obstacles?.some((other) => JSON.stringify(other) === JSON.stringify(one)) !== true)
      .map(({ table, kind, reasons }) => `${table} stays, ${kind}: ${reasons.join('; ')}`),
  ];
}
