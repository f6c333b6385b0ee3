import type { Row } from '../access/row-filter-evaluate.ts';
import { type GlueType, parseGlueType } from '../contract/glue-type.ts';
import type { AudienceTable } from './audience.ts';
import { isObject, type Wrong } from './check.ts';

/** Patterns of the values that JSON has no type for; the schemas of the events say the same. */
export const VALUE_PATTERNS = {
  bigint: String.raw`^-?\d{1,19}$`,
  decimal: String.raw`^-?\d{1,38}(\.\d{1,38})?$`,
  date: String.raw`^\d{4}-\d{2}-\d{2}$`,
  timestamp: String.raw`^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})?$`,
  binary: '^[A-Za-z0-9+/]*={0,2}$',
} as const;

/** The bounds of Glue's whole numbers; those of `bigint` are what JSON's readers keep exact, beyond them it is written as a text. */
export const WHOLE_NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  tinyint: [-128, 127],
  smallint: [-32_768, 32_767],
  int: [-2_147_483_648, 2_147_483_647],
  bigint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
};

/** What of a row does not fit the table: columns that it does not have, and values that are not of their types. NULL and nothing fit always. */
export function checkRow(row: Row, table: AudienceTable, path: string): Wrong[] {
  const columns = [...table.columns, ...table.partitionKeys];
  const known = new Map(columns.map((column) => [column.name, column.type]));
  return Object.entries(row).flatMap(([name, value]): Wrong[] => {
    const type = known.get(name);
    if (type === undefined) return [{ path: `${path}.${name}`, expected: `one of ${[...known.keys()].join(', ')}` }];
    const glue = parseGlueType(type);
    return glue === undefined || fitsType(value, glue) ? [] : [{ path: `${path}.${name}`, expected: `a ${type}` }];
  });
}

/** True when a JSON value is one of a Glue type; null is one of each. */
export function fitsType(value: unknown, type: GlueType): boolean {
  if (value === null) return true;
  switch (type.kind) {
    case 'simple':
      return fitsSimple(value, type.name);
    case 'sized':
      return typeof value === 'string' && [...value].length <= type.length;
    case 'decimal':
      return isText(value, VALUE_PATTERNS.decimal) || isPlainNumber(value);
    case 'array':
      return Array.isArray(value) && value.every((entry) => fitsType(entry, type.element));
    case 'map':
      return isObject(value) && Object.values(value).every((entry) => fitsType(entry, type.value));
    case 'struct':
      return (
        isObject(value) &&
        Object.entries(value).every(([name, entry]) => {
          const field = type.fields.find((candidate) => candidate.name === name);
          return field !== undefined && fitsType(entry, field.type);
        })
      );
  }
}

function fitsSimple(value: unknown, name: string): boolean {
  const bounds = WHOLE_NUMBERS[name];
  if (bounds !== undefined) {
    if (name === 'bigint' && isText(value, VALUE_PATTERNS.bigint)) return true;
    return Number.isInteger(value) && Number(value) >= bounds[0] && Number(value) <= bounds[1];
  }
  if (name === 'float' || name === 'double') return typeof value === 'number';
  if (name === 'boolean') return typeof value === 'boolean';
  if (name === 'string') return typeof value === 'string';
  return isText(value, VALUE_PATTERNS[name as keyof typeof VALUE_PATTERNS]);
}

/** A number that came through JSON whole: JSON's readers keep fifteen digits. */
function isPlainNumber(value: unknown): boolean {
  return (
    typeof value === 'number' && /^-?\d+(\.\d+)?$/.test(String(value)) && String(value).replace(/\D/g, '').length <= 15
  );
}

function isText(value: unknown, pattern: string): boolean {
  return typeof value === 'string' && new RegExp(pattern, 'u').test(value);
}
