import { ownValue } from '../own-value.ts';
import type { QualityCheck, QualityRule } from '../product/quality-rule.ts';
import { identifier, isText, literal, typedLiteral } from '../sql/literal.ts';
import { bareStatement } from '../sql/statement.ts';
import type { TableQuality } from './duty.ts';

/** A value that a statement gives, and what it stands for. */
export type Measured =
  | { readonly of: 'rows' }
  | { readonly of: 'rule'; readonly rule: QualityRule }
  | { readonly of: 'newest' | 'oldest'; readonly column: string };

/** One SELECT over a table and what each of its columns says. */
export interface MeasuringStatement {
  readonly sql: string;
  readonly values: readonly Measured[];
}

type Around = Pick<TableQuality, 'source' | 'types'>;

/** Everything of a table that can be counted together in one SELECT, so that its files are read once; undefined when there is nothing. */
export function countingStatement(table: TableQuality): MeasuringStatement | undefined {
  const rules = table.rules.filter(({ check }) => check !== undefined && check.metric !== 'sql');
  const newest = new Set(table.promises.map(({ column }) => column));
  const columns = [
    ...[...newest].map((column): Measured => ({ of: 'newest', column })),
    ...(table.kept === undefined ? [] : [{ of: 'oldest', column: table.kept.column } as const]),
  ];
  if (rules.length + columns.length === 0) return undefined;
  return statementOf([...rules.map((rule): Measured => ({ of: 'rule', rule })), ...columns], table);
}

/** One of those values by itself, for when a statement over all of them fails. */
export function aloneStatement(value: Measured, table: Around): MeasuringStatement {
  return statementOf(value.of === 'rows' ? [] : [value], table);
}

function statementOf(wanted: readonly Measured[], table: Around): MeasuringStatement {
  const values: Measured[] = [{ of: 'rows' }, ...wanted];
  const select = values.map((value, index) => `${expressionOf(value, table)} AS m${index}`).join(', ');
  return { sql: `SELECT ${select} FROM ${objectOf(table)}`, values };
}

/** A rule's own query, with its placeholders filled in. */
export function ownStatement(query: string, column: string | undefined, table: Around): string {
  const names: Readonly<Record<string, string>> = {
    object: objectOf(table),
    table: objectOf(table),
    ...(column === undefined ? {} : { property: identifier(column), column: identifier(column) }),
  };
  return bareStatement(query).replaceAll(/\$?\{(\w+)\}/g, (whole, name: string) => ownValue(names, name) ?? whole);
}

function objectOf({ source }: Around): string {
  return `${identifier(source.database)}.${identifier(source.table)}`;
}

function expressionOf(value: Measured, table: Around): string {
  switch (value.of) {
    case 'rows':
      return 'count(*)';
    case 'newest':
      return `max(${identifier(value.column)})`;
    case 'oldest':
      return `min(${identifier(value.column)})`;
    case 'rule':
      return countOf(value.rule, table);
  }
}

function countOf({ check, column = '' }: QualityRule, { types }: Around): string {
  const name = identifier(column);
  const type = types[column] ?? 'string';
  switch (check?.metric) {
    case 'nullValues':
      return countWhere(`${name} IS NULL`);
    case 'missingValues':
      return countWhere([`${name} IS NULL`, ...isOneOf(name, check.values, type)].join(' OR '));
    case 'invalidValues':
      return countWhere(`${name} IS NOT NULL AND NOT (${validity(check, name, type)})`);
    case 'duplicateValues':
      return duplicates(check.columns);
    default:
      return 'count(*)';
  }
}

function countWhere(condition: string): string {
  return `count(CASE WHEN ${condition} THEN 1 END)`;
}

function validity({ valid, pattern }: QualityCheck & { metric: 'invalidValues' }, name: string, type: string): string {
  const listed = valid === undefined ? [] : [isOneOf(name, valid, type)[0] ?? 'FALSE'];
  const text = isText(type) && type.toLowerCase() !== 'string' ? `CAST(${name} AS varchar)` : name;
  const matched = pattern === undefined ? [] : [`regexp_like(${text}, ${literal(pattern)})`];
  return [...listed, ...matched].join(' AND ');
}

function isOneOf(name: string, values: readonly string[], type: string): string[] {
  const literals = values.flatMap((value) => typedLiteral(value, type) ?? []);
  return literals.length === 0 ? [] : [`${name} IN (${literals.join(', ')})`];
}

function duplicates(columns: readonly string[]): string {
  const names = columns.map(identifier);
  const [only] = names;
  if (names.length === 1) return `count(${only}) - count(DISTINCT ${only})`;
  const whole = names.map((name) => `${name} IS NOT NULL`).join(' AND ');
  return `${countWhere(whole)} - count(DISTINCT CASE WHEN ${whole} THEN ROW(${names.join(', ')}) END)`;
}
