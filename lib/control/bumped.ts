import type { ProductRecord } from '#mesh/product/product.ts';

/** The product with its generation raised, because what hangs on it changed. */
export function bumped(product: ProductRecord, change: ProductRecord['change']): ProductRecord {
  return { ...product, generation: product.generation + 1, revision: product.revision + 1, change };
}
