import { type GlueType, parseGlueType } from '../contract/glue-type.ts';
import type { ProductColumn } from '../product/product.ts';
import { compareDecimals, compareTexts } from './compare-values.ts';
import type { Comparison, FilterLiteral, RowFilter } from './row-filter-tree.ts';

/** One row by column name: texts, numbers, booleans, null, lists and objects, as JSON has them. */
export type Row = Readonly<Record<string, unknown>>;

/** SQL's three values; undefined is UNKNOWN. */
export type Truth = boolean | undefined;

/** Decides one row. */
export type RowTest = (row: Row) => Truth;

/**
 * The filter as a test of rows, with SQL's meaning: a comparison with NULL is UNKNOWN, and a row passes only when the whole is true. A column
 * that the row does not have is NULL, so a filter on it shows nothing.
 */
export function rowTest(filter: RowFilter, columns: readonly ProductColumn[]): RowTest {
  switch (filter.kind) {
    case 'and':
      return and(filter.operands.map((operand) => rowTest(operand, columns)));
    case 'or': {
      // De Morgan holds in three-valued logic too.
      const none = and(filter.operands.map((operand) => negate(rowTest(operand, columns))));
      return negate(none);
    }
    case 'not':
      return negate(rowTest(filter.operand, columns));
    case 'null': {
      const { column, negated } = filter;
      return (row) => isNull(valueAt(row, column)) !== negated;
    }
    default:
      return predicate(filter, columns);
  }
}

type Predicate = Extract<RowFilter, { kind: 'compare' | 'between' | 'in' | 'like' }>;

function predicate(filter: Predicate, columns: readonly ProductColumn[]): RowTest {
  const type = typeAt(filter.column, columns);
  const test = onValue(filter, type);
  const negated = 'negated' in filter && filter.negated;
  return (row) => {
    const value = valueAt(row, filter.column);
    if (isNull(value)) return undefined;
    return test(value) !== negated;
  };
}

function onValue(filter: Predicate, type: GlueType | undefined): (value: unknown) => boolean {
  const order = (literal: FilterLiteral) => orderTo(literal, type);
  switch (filter.kind) {
    case 'compare': {
      const compare = order(filter.value);
      const holds = HOLDS[filter.operator];
      return (value) => holds(compare(value));
    }
    case 'between': {
      const [low, high] = [order(filter.low), order(filter.high)];
      return (value) => low(value) >= 0 && high(value) <= 0;
    }
    case 'in': {
      const all = filter.values.map(order);
      return (value) => all.some((compare) => compare(value) === 0);
    }
    case 'like': {
      const pattern = likePattern(filter.pattern);
      return (value) => pattern.test(String(value));
    }
  }
}

const HOLDS: Readonly<Record<Comparison, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** How a value of the column's type stands to a constant: below 0, 0 or above 0. */
function orderTo(literal: FilterLiteral, type: GlueType | undefined): (value: unknown) => number {
  if (literal.kind === 'string') return (value) => compareTexts(String(value), literal.value);
  if (literal.kind === 'boolean') return (value) => Number(value === true) - Number(literal.value);
  const name = type?.kind === 'simple' ? type.name : '';
  if (name === 'float') {
    const wanted = Math.fround(Number(literal.text));
    return (value) => Math.fround(Number(value)) - wanted;
  }
  // A constant with an exponent is a DOUBLE in SQL, and so is the comparison.
  if (name === 'double' || /e/i.test(literal.text)) {
    const wanted = Number(literal.text);
    return (value) => Number(value) - wanted;
  }
  return (value) => compareDecimals(String(value), literal.text);
}

/** `%` is any run of characters, `_` any one; every other character stands for itself, a backslash too. */
function likePattern(pattern: string): RegExp {
  const source = [...pattern]
    .map((character) => {
      if (character === '%') return '.*';
      return character === '_' ? '.' : character.replace(/[\\^$.*+?()[\]{}|/]/u, String.raw`\$&`);
    })
    .join('');
  return new RegExp(`^${source}$`, 'su');
}

function and(tests: readonly RowTest[]): RowTest {
  return (row) => {
    let truth: Truth = true;
    for (const test of tests) {
      const one = test(row);
      if (one === false) return false;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function negate(test: RowTest): RowTest {
  return (row) => {
    const truth = test(row);
    return truth === undefined ? undefined : !truth;
  };
}

function isNull(value: unknown): boolean {
  return value === undefined || value === null;
}

function valueAt(row: Row, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, name) ? (value as Row)[name] : undefined;
  }
  return value;
}

function typeAt(path: readonly string[], columns: readonly ProductColumn[]): GlueType | undefined {
  const [first, ...rest] = path;
  const column = columns.find((candidate) => candidate.name === first);
  let type = column && parseGlueType(column.type);
  for (const name of rest) {
    type = type?.kind === 'struct' ? type.fields.find((field) => field.name === name)?.type : undefined;
  }
  return type;
}
