import type { ProductRecord } from './product.ts';

/** How much a hit in each part of a product's metadata counts; a whole word counts double. */
const WEIGHTS = { name: 8, title: 6, tags: 4, description: 2, columns: 1 } as const;

/**
 * How well a product answers a query: 0 is not at all, higher is better. Every word of the query has to occur somewhere in its name,
 * title, domain, tags, description, tables or columns. Metadata only: whoever may not read the data may still find the product.
 */
export function match(query: string, product: ProductRecord): number {
  const words = wordsOf(query);
  const fields = fieldsOf(product);
  const scores = words.map((word) => fields.reduce((sum, [weight, text]) => sum + weight * hit(word, text), 0));
  return scores.includes(0) ? 0 : scores.reduce((sum, score) => sum + score, 0);
}

/** The products that answer the query, best first, equals by name; all of them, by name, for an empty query. */
export function search(query: string, products: readonly ProductRecord[]): ProductRecord[] {
  const all = wordsOf(query).length === 0;
  return products
    .map((product) => ({ product, score: all ? 1 : match(query, product) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || compareKeys(a.product, b.product))
    .map(({ product }) => product);
}

function fieldsOf(product: ProductRecord): readonly (readonly [number, string])[] {
  const columns = product.tables.flatMap((table) => [table, ...table.columns, ...table.partitionKeys]);
  return [
    [WEIGHTS.name, `${product.name} ${product.domain}`],
    [WEIGHTS.title, product.title ?? ''],
    [WEIGHTS.tags, product.tags.join(' ')],
    [WEIGHTS.description, product.description],
    [WEIGHTS.columns, columns.map((entry) => `${entry.name} ${entry.description ?? ''}`).join(' ')],
  ];
}

function hit(word: string, text: string): number {
  const found = wordsOf(text);
  if (found.includes(word)) return 2;
  return found.some((candidate) => candidate.includes(word)) ? 1 : 0;
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

function compareKeys(a: ProductRecord, b: ProductRecord): number {
  const key = (product: ProductRecord) => `${product.domain}/${product.name}#${String(product.major).padStart(6, '0')}`;
  return key(a) < key(b) ? -1 : 1;
}
