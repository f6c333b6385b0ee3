import type { ProductRecord } from './product.ts';

/** The product as subscribers are told of it: without the tables that only its views read, and without why somebody holds its data. */
export function published(product: ProductRecord): ProductRecord {
  const tables = product.tables.filter(({ internal }) => internal !== true);
  const { holds, ...rest } = withoutReason(product);
  if (tables.length === product.tables.length)
    return holds === undefined && rest.change === product.change ? product : rest;
  return { ...rest, tables };
}

/** Its last change may be the hold itself. */
function withoutReason(product: ProductRecord): ProductRecord {
  const { details: _, ...change } = product.change;
  return product.change.action.startsWith('LegalHold') ? { ...product, change } : product;
}
