import { readFileSync } from 'node:fs';
import type { ProductFiles } from '#control/product-draft.ts';

const file = (name: string) => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');

/** The product of orders as it is published, in that version. */
export function orders(version = '1.0.0'): ProductFiles {
  const at = (text: string) => text.replaceAll(/(?<!v)1\.0\.0/g, version);
  return { product: at(file('orders.odps.yaml')), contracts: { 'orders.odcs.yaml': at(file('orders.odcs.yaml')) } };
}
