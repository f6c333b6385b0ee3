import type { ProductRecord } from './product.ts';

/** How well a product answers a query: 0 is not at all; higher is better. */
export declare function match(query: string, product: ProductRecord): number;
/** The products that answer the query, best first; all of them, by name, for an empty query. */
export declare function search(query: string, products: readonly ProductRecord[]): ProductRecord[];
