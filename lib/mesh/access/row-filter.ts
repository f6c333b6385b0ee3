import type { Checked } from '../error.ts';
import type { ProductColumn } from '../product/product.ts';

export type FilterLiteral =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean };

/** A row filter in Lake Formation's grammar, taken apart. `column` is a path: more than one part into a struct. */
export type RowFilter =
  | {
      readonly kind: 'compare';
      readonly column: readonly string[];
      readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
      readonly value: FilterLiteral;
    }
  | {
      readonly kind: 'between';
      readonly column: readonly string[];
      readonly negated: boolean;
      readonly low: FilterLiteral;
      readonly high: FilterLiteral;
    }
  | {
      readonly kind: 'in';
      readonly column: readonly string[];
      readonly negated: boolean;
      readonly values: readonly FilterLiteral[];
    }
  | { readonly kind: 'like'; readonly column: readonly string[]; readonly negated: boolean; readonly pattern: string }
  | { readonly kind: 'null'; readonly column: readonly string[]; readonly negated: boolean }
  | { readonly kind: 'not'; readonly operand: RowFilter }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly RowFilter[] };

/** Parses and type-checks a row filter against a table's columns, partition keys included. */
export declare function parseRowFilter(
  text: string,
  columns: readonly ProductColumn[],
  partitionKeys?: readonly ProductColumn[],
): Checked<RowFilter>;
/** The filter as Lake Formation's `FilterExpression`. */
export declare function printForLakeFormation(filter: RowFilter): string;
