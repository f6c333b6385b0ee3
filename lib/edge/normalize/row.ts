import { createHmac } from 'node:crypto';
import type { GlueType } from '#mesh/contract/types.ts';
import type { Item } from '../buffer/entry.ts';
import { castTo } from './cast.ts';
import { type Conversion, convert } from './unit.ts';

/** A value of a row: what JSON has. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };
/** A row of the contract's table, by column. */
export type Row = Readonly<Record<string, Value>>;

/** How one column of the contract comes about from a record. */
export interface ColumnRule {
  readonly column: string;
  readonly type: GlueType;
  readonly required: boolean;
  /** The record's field; a path with dots reaches into it. */
  readonly from: string;
  /** Instead of a field: the same value for every row, e.g. the site; `$sequence` is the row's own number. */
  readonly value?: Value;
  readonly conversion?: Conversion;
  /** How a text or number is read as a time. Default `iso`. */
  readonly time?: TimeFormat;
  /** The value leaves the site only as a keyed hash. */
  readonly hashed?: boolean;
}

export type TimeFormat = 'iso' | 'epoch-s' | 'epoch-ms';

export interface RowRules {
  readonly columns: readonly ColumnRule[];
  /** Fields that are taken out of the record before anything else sees it. */
  readonly drop: readonly string[];
  /** When given, all other fields are taken out. */
  readonly keep?: readonly string[];
  /** The key of hashed columns. */
  readonly hashKey?: Uint8Array;
}

/** Stands for the number of a row, which it has at its source. */
const SEQUENCE = '$sequence';

/** The record of a number as a row of the contract, or why it is none: the first reason that is found. */
export function normalize(record: unknown, rules: RowRules, sequence: number): Item {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    return { rejected: { code: 'NOT_A_RECORD', message: 'the record is not an object with fields' }, record };
  }
  const fields = record as Readonly<Record<string, unknown>>;
  const row: Record<string, Value> = {};
  for (const rule of rules.columns) {
    const { column } = rule;
    const found = rule.value === SEQUENCE ? sequence : (rule.value ?? fieldOf(fields, rule, rules));
    if (found === undefined || found === null || found === '') {
      if (rule.required) {
        const message = `${column} is required, and the record has no ${rule.from}`;
        return { rejected: { code: 'MISSING', message, column }, record };
      }
      row[column] = null;
      continue;
    }
    const converted = rule.conversion === undefined ? found : convert(found, rule.conversion);
    const cast = castTo(rule.type, converted, rule.time ?? 'iso');
    if (cast === undefined) {
      // The value is not told: it may be what must not leave the site.
      const message = `${column} is no ${printed(rule.type)}`;
      return { rejected: { code: 'TYPE', message, column }, record };
    }
    row[column] = rule.hashed === true ? hashOf(cast, rules.hashKey) : cast;
  }
  return { row };
}

function fieldOf(record: Readonly<Record<string, unknown>>, rule: ColumnRule, rules: RowRules): unknown {
  const [first = ''] = rule.from.split('.');
  if (rules.drop.includes(first) || (rules.keep !== undefined && !rules.keep.includes(first))) return undefined;
  if (Object.hasOwn(record, rule.from)) return record[rule.from];
  return rule.from.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    return (value as Record<string, unknown>)[name];
  }, record);
}

function hashOf(value: Value, key: Uint8Array = new Uint8Array()): string {
  return createHmac('sha256', key)
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex');
}

function printed(type: GlueType): string {
  if (type.kind === 'simple') return type.name;
  if (type.kind === 'decimal') return `decimal(${type.precision},${type.scale})`;
  return type.kind === 'sized' ? `${type.name}(${type.length})` : type.kind;
}
