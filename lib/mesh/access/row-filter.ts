import type { Checked } from '../error.ts';
import type { ProductColumn } from '../product/product.ts';
import { Findings } from '../yaml/findings.ts';
import { FilterSyntaxError, parseFilter } from './row-filter-parser.ts';
import type { FilterLiteral, RowFilter } from './row-filter-tree.ts';
import { checkFilterTypes } from './row-filter-types.ts';

export type { RowFilter } from './row-filter-tree.ts';

/** Lake Formation's limit on a `FilterExpression`, in characters ("must be less than 2048"). */
const MAX_LENGTH = 2047;

/**
 * Parses and type-checks a row filter against a table's columns. What Lake Formation would get is printed from the tree, never copied from
 * the text, so nothing but the grammar can come through. Problems are `WEFT-FILTER-<nnn>` with the column in the text.
 */
export function parseRowFilter(
  text: string,
  columns: readonly ProductColumn[],
  partitionKeys: readonly ProductColumn[] = [],
): Checked<RowFilter> {
  const findings = new Findings('FILTER');
  if (text.length > MAX_LENGTH) {
    const message = `the row filter has ${text.length} characters, at most ${MAX_LENGTH} are allowed`;
    findings.error(2, {}, message, 'filter on fewer values');
    return findings.outcome<RowFilter>(undefined);
  }
  try {
    const filter = parseFilter(text);
    checkFilterTypes(filter, columns, partitionKeys, findings);
    const length = printForLakeFormation(filter).length;
    if (length > MAX_LENGTH) {
      const message = `the row filter needs ${length} characters in Lake Formation, at most ${MAX_LENGTH} are allowed`;
      findings.error(2, {}, message, 'filter on fewer values');
    }
    return findings.outcome<RowFilter>(filter);
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    findings.error(1, { line: 1, column: error.column }, error.message, error.fix);
    return findings.outcome<RowFilter>(undefined);
  }
}

/** The filter as Lake Formation's `FilterExpression`: each part in brackets, columns quoted when they are no plain lower-case word. */
export function printForLakeFormation(filter: RowFilter): string {
  const not = 'negated' in filter && filter.negated ? 'NOT ' : '';
  switch (filter.kind) {
    case 'compare':
      return `${printColumn(filter.column)} ${filter.operator} ${printLiteral(filter.value)}`;
    case 'between':
      return `${printColumn(filter.column)} ${not}BETWEEN ${printLiteral(filter.low)} AND ${printLiteral(filter.high)}`;
    case 'in':
      return `${printColumn(filter.column)} ${not}IN (${filter.values.map(printLiteral).join(', ')})`;
    case 'like':
      return `${printColumn(filter.column)} ${not}LIKE ${printText(filter.pattern)}`;
    case 'null':
      return `${printColumn(filter.column)} IS ${not}NULL`;
    case 'not':
      return `NOT (${printForLakeFormation(filter.operand)})`;
    default:
      return filter.operands
        .map((operand) => `(${printForLakeFormation(operand)})`)
        .join(filter.kind === 'and' ? ' AND ' : ' OR ');
  }
}

function printColumn(path: readonly string[]): string {
  return path.map((part) => (/^[a-z_][a-z0-9_]*$/.test(part) && !RESERVED.has(part) ? part : `"${part}"`)).join('.');
}

function printLiteral(literal: FilterLiteral): string {
  if (literal.kind === 'number') return literal.text;
  if (literal.kind === 'boolean') return literal.value ? 'true' : 'false';
  return printText(literal.value);
}

function printText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Words that PartiQL reserves and that are likely as column names: they have to be quoted. */
const RESERVED = new Set(
  `all and any as asc avg between both bit by case cast char column commit count cross current cursor date day dec decimal declare default
  delete desc distinct domain drop else end escape exists extract false fetch filter first float for foreign from full global grant group
  having hour identity in index inner input insert int integer interval into is join key language last left level like limit local lower
  match max min minute missing month natural next no not null number numeric of offset on only open option or order outer output overlaps
  pad partial pivot position primary public read real references relative restrict revoke right rollback rows schema scroll second section
  select session set size smallint some space sql string sum symbol table then time timestamp to trailing transaction true tuple union
  unique unknown unpivot update upper usage user using value values varchar view when where with work write year zone`.split(
    /\s+/,
  ),
);
