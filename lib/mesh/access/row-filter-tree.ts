export type FilterLiteral =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A row filter in Lake Formation's grammar, taken apart. `column` is a path: more than one part leads into a struct. */
export type RowFilter =
  | {
      readonly kind: 'compare';
      readonly column: readonly string[];
      readonly operator: Comparison;
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
  | { readonly kind: 'and'; readonly operands: readonly RowFilter[] }
  | { readonly kind: 'or'; readonly operands: readonly RowFilter[] };

/** The columns that a filter reads, each once; of a path into a struct, the column that holds it. */
export function filterColumns(filter: RowFilter): string[] {
  if (filter.kind === 'not') return filterColumns(filter.operand);
  if (filter.kind === 'and' || filter.kind === 'or') return [...new Set(filter.operands.flatMap(filterColumns))];
  return [filter.column[0] ?? ''];
}
