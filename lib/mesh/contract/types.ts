/** A type of Glue and Athena, taken apart. */
export type GlueType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'sized'; readonly name: 'char' | 'varchar'; readonly length: number }
  | { readonly kind: 'array'; readonly element: GlueType }
  | { readonly kind: 'map'; readonly key: GlueType; readonly value: GlueType }
  | { readonly kind: 'struct'; readonly fields: readonly { readonly name: string; readonly type: GlueType }[] };

/** Takes Glue's notation apart, or undefined when it is not a type of Glue's. */
export declare function parseGlueType(text: string): GlueType | undefined;
/** The type in Glue's notation, without blanks. */
export declare function printGlueType(type: GlueType): string;
/** True when both texts name one type: case, blanks and aliases (`integer`, `long`) do not count. */
export declare function sameType(a: string, b: string): boolean;
/** True when every value of `from` is a value of `to` and the types differ, e.g. `int` to `bigint`. */
export declare function isWidening(from: string, to: string): boolean;
