import type { ProductRecord } from './product.ts';

/** The product as subscribers are told of it: without the tables that only its views read, and without why somebody holds its data. */
export function published(product: ProductRecord): ProductRecord {
  const { holds, ...rest } = product;
  const tables = product.tables.filter(({ internal }) => internal !== true);
  if (tables.length === product.tables.length) return holds === undefined ? product : rest;
  return { ...rest, tables };
}
