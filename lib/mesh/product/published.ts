import type { ProductRecord } from './product.ts';

/** The product as subscribers are told of it: without the tables that only its views read, and without why somebody holds its data. */
export function published(product: ProductRecord): ProductRecord {
  const tables = product.tables.filter(({ internal }) => internal !== true);
  const { holds, ...rest } = withoutReason(product);
  if (tables.length === product.tables.length)
    return holds === undefined && rest.change === product.change ? product : rest;
  return { ...rest, tables, status: withoutInside(rest, new Set(tables.map(({ name }) => name))) };
}

/** What was delivered and measured of tables that nobody sees, nobody hears of. */
function withoutInside({ status }: ProductRecord, open: ReadonlySet<string>): ProductRecord['status'] {
  const { deliveries, measured, delivered } = status;
  const seen = <T extends { readonly table?: string }>(all: readonly T[] | undefined) =>
    all?.filter(({ table }) => table === undefined || open.has(table));
  const named = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([table]) => open.has(table)));
  return {
    ...status,
    ...(delivered === undefined ? {} : { delivered: named(delivered) }),
    ...(deliveries === undefined
      ? {}
      : { deliveries: { ...deliveries, newest: seen(deliveries.newest), waiting: seen(deliveries.waiting) } }),
    ...(measured === undefined
      ? {}
      : {
          measured: {
            ...measured,
            tables: named(measured.tables),
            results: seen(measured.results) ?? [],
            promises: seen(measured.promises) ?? [],
          },
        }),
  };
}

/** Its last change may be the hold itself. */
function withoutReason(product: ProductRecord): ProductRecord {
  const { details: _, ...change } = product.change;
  return product.change.action.startsWith('LegalHold') ? { ...product, change } : product;
}
