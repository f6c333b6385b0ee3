import { type ProductRecord, productId } from '../product/product.ts';
import type { Condition } from '../record.ts';

/** Something wrong with a product that another one is made of. */
export interface Cause {
  readonly product: string;
  readonly condition: Condition;
  /** The products between, from the one that was asked about: how it gets there. */
  readonly via: readonly string[];
}

const TELLING = ['Healthy', 'Fresh', 'Kept', 'Quarantined'];

/**
 * What is wrong with the products that a product is made of, whatever the number of steps, the farthest first: there it began. `find` gives a product by its id, the
 * version that counts, or undefined for one that cannot be seen.
 */
export async function causesOf(
  product: ProductRecord,
  find: (id: string) => Promise<ProductRecord | undefined>,
): Promise<Cause[]> {
  const causes: Cause[] = [];
  const seen = new Set([productId(product)]);
  let level: { readonly product: ProductRecord; readonly via: readonly string[] }[] = [{ product, via: [] }];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const one of level) {
      for (const id of one.product.tables.flatMap(({ madeOf = [] }) => madeOf)) {
        if (seen.has(id)) continue;
        seen.add(id);
        const source = await find(id);
        if (source === undefined) continue;
        const wrong = source.status.conditions.filter(
          ({ type, status }) => status === 'false' && TELLING.includes(type),
        );
        causes.unshift(...wrong.map((condition) => ({ product: id, condition, via: one.via })));
        next.push({ product: source, via: [...one.via, id] });
      }
    }
    level = next;
  }
  return causes;
}
