import type { FilterLiteral, RowFilter } from './row-filter-tree.ts';

/**
 * The filter as one expression of DuckDB's SQL, in brackets that nothing in it can close. It is printed from the tree alone: every name quoted, every text with its
 * quotation marks doubled, so that it means the same as what `printForLakeFormation` gives to Lake Formation.
 */
export function printForDuckDb(filter: RowFilter): string {
  const not = 'negated' in filter && filter.negated ? 'NOT ' : '';
  switch (filter.kind) {
    case 'compare':
      return `(${printPath(filter.column)} ${filter.operator} ${printLiteral(filter.value)})`;
    case 'between':
      return `(${printPath(filter.column)} ${not}BETWEEN ${printLiteral(filter.low)} AND ${printLiteral(filter.high)})`;
    case 'in':
      return `(${printPath(filter.column)} ${not}IN (${filter.values.map(printLiteral).join(', ')}))`;
    case 'like':
      return `(${printPath(filter.column)} ${not}LIKE ${quoted(filter.pattern, "'")})`;
    case 'null':
      return `(${printPath(filter.column)} IS ${not}NULL)`;
    case 'not':
      return `(NOT ${printForDuckDb(filter.operand)})`;
    default:
      return `(${filter.operands.map(printForDuckDb).join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
  }
}

/** A column, or a field of a struct: in brackets, for without them its name would be taken for a table's. */
function printPath([first = '', ...fields]: readonly string[]): string {
  return fields.reduce((whole, field) => `(${whole}).${quoted(field, '"')}`, quoted(first, '"'));
}

function printLiteral(literal: FilterLiteral): string {
  if (literal.kind === 'boolean') return literal.value ? 'TRUE' : 'FALSE';
  return literal.kind === 'number' ? literal.text.replace(/^\+/, '') : quoted(literal.value, "'");
}

function quoted(text: string, mark: string): string {
  return `${mark}${text.replaceAll(mark, mark + mark)}${mark}`;
}
