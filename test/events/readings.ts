import fc from 'fast-check';
import type { Row } from '#mesh/access/row-filter-evaluate.ts';
import type { ProductColumn } from '#mesh/product/product.ts';

/** Columns of every family that a filter can name, and of those that it cannot. */
export const COLUMNS: readonly (ProductColumn & { readonly classification: string })[] = [
  { name: 'station', type: 'string', classification: 'public' },
  { name: 'code', type: 'varchar(8)', classification: 'internal' },
  { name: 'level', type: 'int', classification: 'public' },
  { name: 'total', type: 'bigint', classification: 'internal' },
  { name: 'price', type: 'decimal(12,3)', classification: 'confidential' },
  { name: 'ratio', type: 'double', classification: 'internal' },
  { name: 'valid', type: 'boolean', classification: 'public' },
  { name: 'day', type: 'date', classification: 'internal' },
  { name: 'moment', type: 'timestamp', classification: 'confidential' },
];

/** Words that only differ in case, accents or beyond the basic plane, and what LIKE might take for its own. */
const WORDS = [
  '',
  'a',
  'A',
  'ab',
  'Ab',
  'é',
  'e',
  'ß',
  'ss',
  'ab%',
  'a_b',
  'a\\b',
  "o'k",
  '\u{1F985}',
  '\u{FFFD}',
  'z',
  ' a',
  '日本',
];
const PATTERNS = ['%', 'a%', '%b', '_', '__', 'a_b', 'a\\_b', '%%', 'A%', "%'%", ''];
const DECIMALS = ['0', '0.1', '0.100', '-0.1', '1', '1.0', '10.5', '-10.5', '99999999.999', '1e1'];
const WHOLE = [-2_147_483_648, -1, 0, 1, 2, 10, 2_147_483_647];

const nullable = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) });

export const row: fc.Arbitrary<Row> = fc.record({
  station: nullable(fc.constantFrom(...WORDS)),
  code: nullable(fc.constantFrom(...WORDS)),
  level: nullable(fc.constantFrom(...WHOLE)),
  total: nullable(fc.constantFrom(...WHOLE, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER)),
  price: nullable(fc.constantFrom(...DECIMALS.filter((text) => !text.includes('e')))),
  ratio: nullable(fc.constantFrom(0, 0.1, -0.1, 0.3, 1, 1.5, 1e10, 1e-10)),
  valid: nullable(fc.boolean()),
  day: nullable(fc.constantFrom('2024-02-29', '1969-12-31', '2026-01-01')),
  moment: nullable(fc.constantFrom('2024-02-29 23:59:59.123', '1969-12-31 00:00:00', '2026-01-01 12:00:00.001')),
});

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const text = fc.constantFrom(...WORDS).map(quote);
const whole = fc.constantFrom(...WHOLE).map(String);
const decimal = fc.constantFrom(...DECIMALS);
const operator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

/** One comparison of a column with constants that fit it. */
function predicate(name: string, constant: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const not = fc.constantFrom('', 'NOT ');
  return fc.oneof(
    fc.tuple(operator, constant).map(([sign, value]) => `${name} ${sign} ${value}`),
    fc.tuple(not, constant, constant).map(([no, low, high]) => `${name} ${no}BETWEEN ${low} AND ${high}`),
    fc
      .tuple(not, fc.array(constant, { minLength: 1, maxLength: 4 }))
      .map(([no, values]) => `${name} ${no}IN (${values.join(', ')})`),
    not.map((no) => `${name} IS ${no}NULL`),
  );
}

const like = fc
  .tuple(fc.constantFrom('station', 'code'), fc.constantFrom('', 'NOT '), fc.constantFrom(...PATTERNS))
  .map(([name, no, pattern]) => `${name} ${no}LIKE ${quote(pattern)}`);

const leaves = (columns: readonly string[]): fc.Arbitrary<string> => {
  const of: Readonly<Record<string, fc.Arbitrary<string>>> = {
    station: predicate('station', text),
    code: predicate('code', text),
    level: predicate('level', whole),
    total: predicate('total', whole),
    price: predicate('price', decimal),
    ratio: predicate('ratio', decimal),
    valid: fc.constantFrom('valid = true', 'valid <> true', 'valid IS NULL', 'valid IN (false)'),
  };
  const known = columns.flatMap((name) => of[name] ?? []);
  const likes = columns.includes('station') && columns.includes('code') ? [like] : [];
  return fc.oneof(...known, ...likes);
};

/** A row filter over some of the columns, up to three levels deep. */
export function filterOver(columns: readonly string[]): fc.Arbitrary<string> {
  const leaf = leaves(columns);
  const level = (inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 3, arbitrary: leaf },
      { weight: 1, arbitrary: inner.map((one) => `NOT (${one})`) },
      { weight: 2, arbitrary: fc.tuple(inner, inner).map(([a, b]) => `(${a}) AND (${b})`) },
      { weight: 2, arbitrary: fc.tuple(inner, inner).map(([a, b]) => `(${a}) OR (${b})`) },
    );
  return level(level(leaf));
}

const DUCK: Readonly<Record<string, string>> = { string: 'VARCHAR', double: 'DOUBLE' };

/** Rows of JSON values as a DuckDB relation of the columns' types. */
export function relation(
  rows: readonly Row[],
  columns: readonly { readonly name: string; readonly type: string }[] = COLUMNS,
): string {
  const values = rows.map(
    (one, index) =>
      `(${[String(index), ...columns.map(({ name, type }) => `CAST(${literal(one[name])} AS ${DUCK[type] ?? type.toUpperCase()})`)].join(', ')})`,
  );
  return `(VALUES ${values.join(', ')}) AS t(n, ${columns.map(({ name }) => `"${name}"`).join(', ')})`;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? quote(value) : String(value);
}
