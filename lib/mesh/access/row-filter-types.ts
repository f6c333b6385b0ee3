import { type GlueType, parseGlueType, printGlueType } from '../contract/glue-type.ts';
import type { ProductColumn } from '../product/product.ts';
import type { Findings } from '../yaml/findings.ts';
import type { FilterLiteral, RowFilter } from './row-filter-tree.ts';

/** What Lake Formation can compare: texts, numbers, booleans; dates, timestamps, arrays and maps it cannot. */
type Family = 'text' | 'number' | 'boolean';

const NUMBERS = ['tinyint', 'smallint', 'int', 'bigint', 'float', 'double'];
/** Bits of each type of whole numbers. */
const INTEGERS: Readonly<Record<string, bigint>> = { tinyint: 8n, smallint: 16n, int: 32n, bigint: 64n };

/** Names of columns that row filters cannot have ("Data filtering … reserved" in the guide of Lake Formation). */
const RESERVED: ReadonlySet<string> = new Set([
  'ctid',
  'oid',
  'xmin',
  'cmin',
  'xmax',
  'cmax',
  'tableoid',
  'insertxid',
  'deletexid',
  'importoid',
  'redcatuniqueid',
]);

/** Adds a problem for each column that is not there and each constant that does not fit its column. */
export function checkFilterTypes(
  filter: RowFilter,
  columns: readonly ProductColumn[],
  partitionKeys: readonly ProductColumn[],
  findings: Findings,
): void {
  if (filter.kind === 'and' || filter.kind === 'or') {
    for (const operand of filter.operands) checkFilterTypes(operand, columns, partitionKeys, findings);
    return;
  }
  if (filter.kind === 'not') {
    checkFilterTypes(filter.operand, columns, partitionKeys, findings);
    return;
  }
  const name = filter.column.join('.');
  const isKey = partitionKeys.some((key) => key.name === filter.column[0]);
  const type = typeOf(filter.column, [...columns, ...partitionKeys]);
  if (type === undefined) {
    const known = [...columns, ...partitionKeys].map((column) => column.name).join(', ');
    findings.error(3, {}, `the table has no column "${name}"`, `use one of ${known}`);
    return;
  }
  if (RESERVED.has(filter.column[0] ?? '')) {
    const message = `Lake Formation keeps the name "${filter.column[0]}" for itself and cannot filter on such a column`;
    findings.error(6, {}, message, 'filter on another column, or publish it under another name');
    return;
  }
  if (filter.kind === 'null') {
    if (isKey)
      findings.error(5, {}, `IS NULL is not possible on the partition key "${name}"`, 'compare it with a value');
    return;
  }
  const family = familyOf(type);
  if (family === undefined) {
    const message = `Lake Formation cannot filter on "${name}" of type ${printGlueType(type)}`;
    findings.error(4, {}, message, 'filter on a text, a number or a boolean');
    return;
  }
  for (const literal of literalsOf(filter)) {
    if (!fits(literal, type, family)) {
      const shown =
        literal.kind === 'string' ? `'${literal.value}'` : literal.kind === 'number' ? literal.text : literal.value;
      const message = `the constant ${shown} does not fit "${name}" of type ${printGlueType(type)}`;
      findings.error(4, {}, message, `write ${EXAMPLES[family]}`);
    }
  }
}

const EXAMPLES: Readonly<Record<Family, string>> = {
  text: "a text such as 'TX'",
  number: 'a number',
  boolean: 'true or false',
};

function literalsOf(filter: RowFilter): readonly FilterLiteral[] {
  if (filter.kind === 'compare') return [filter.value];
  if (filter.kind === 'between') return [filter.low, filter.high];
  if (filter.kind === 'in') return filter.values;
  return filter.kind === 'like' ? [{ kind: 'string', value: filter.pattern }] : [];
}

function typeOf(path: readonly string[], columns: readonly ProductColumn[]): GlueType | undefined {
  const [first, ...rest] = path;
  const column = columns.find((candidate) => candidate.name === first);
  let type = column && parseGlueType(column.type);
  for (const part of rest) {
    type = type?.kind === 'struct' ? type.fields.find((field) => field.name === part)?.type : undefined;
  }
  return type;
}

function familyOf(type: GlueType): Family | undefined {
  if (type.kind === 'decimal') return 'number';
  if (type.kind === 'sized') return 'text';
  if (type.kind !== 'simple') return undefined;
  if (type.name === 'string') return 'text';
  if (type.name === 'boolean') return 'boolean';
  return NUMBERS.includes(type.name) ? 'number' : undefined;
}

function fits(literal: FilterLiteral, type: GlueType, family: Family): boolean {
  if (literal.kind === 'string') return family === 'text';
  if (literal.kind === 'boolean') return family === 'boolean';
  // What no double holds would be compared as infinite.
  if (!Number.isFinite(Number(literal.text))) return false;
  const bits = type.kind === 'simple' ? INTEGERS[type.name] : undefined;
  if (family !== 'number' || bits === undefined) return family === 'number';
  if (!/^[-+]?\d+$/.test(literal.text)) return false;
  const value = BigInt(literal.text.replace('+', ''));
  const limit = 2n ** (bits - 1n);
  return value >= -limit && value < limit;
}
