import { productId } from '../product/product.ts';

/** A product's version, a table or a column of it; or a table that is of no product, by the name that is known of it. */
export interface Place {
  /** `<domain>/<product>@<major>`, or the name of a table of no product. */
  readonly owner: string;
  readonly table?: string;
  readonly column?: string;
}

/** The version of a product as the owner of places. */
export function ownerOf(product: { readonly domain: string; readonly name: string; readonly major: number }): string {
  return `${productId(product)}@${product.major}`;
}

/** The version that an owner is; undefined for a table of no product. */
export function versionOfOwner(
  owner: string,
): { readonly domain: string; readonly name: string; readonly major: number } | undefined {
  const [, domain, name, major] = /^([a-z][a-z0-9-]*)\/([a-z][a-z0-9-]*)@(\d+)$/.exec(owner) ?? [];
  return domain === undefined || name === undefined ? undefined : { domain, name, major: Number(major) };
}

/** A place as one text, e.g. `sales/orders@1.orders.amount`. */
export function placeId({ owner, table, column }: Place): string {
  return [owner, table, column].filter((part) => part !== undefined).join('.');
}

/** Whether one of the two is, or is inside of, the other. */
export function touches(one: Place, other: Place): boolean {
  const agree = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;
  return one.owner === other.owner && agree(one.table, other.table) && agree(one.column, other.column);
}
