import type { ProductRecord } from './product.ts';

/** The product as subscribers are told of it: without the tables that only its views read. */
export function published(product: ProductRecord): ProductRecord {
  const tables = product.tables.filter(({ internal }) => internal !== true);
  return tables.length === product.tables.length ? product : { ...product, tables };
}
