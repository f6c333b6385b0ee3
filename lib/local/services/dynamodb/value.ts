import { invalid } from './failure.ts';
import { compareNumbers, normalizeNumber } from './number.ts';

/** An attribute value as DynamoDB's JSON has it; binary is base64 text. */
export type Value =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly B: string }
  | { readonly BOOL: boolean }
  | { readonly NULL: boolean }
  | { readonly L: readonly Value[] }
  | { readonly M: Item }
  | { readonly SS: readonly string[] }
  | { readonly NS: readonly string[] }
  | { readonly BS: readonly string[] };

export type Item = { readonly [name: string]: Value };

export type TypeName = 'S' | 'N' | 'B' | 'BOOL' | 'NULL' | 'L' | 'M' | 'SS' | 'NS' | 'BS';

const TYPES = new Set<string>(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS']);
const SET_NAMES = { SS: 'string set', NS: 'number set', BS: 'binary set' } as const;
const DEEPEST = 32;

export function isTypeName(name: string): boolean {
  return TYPES.has(name);
}

export function typeOf(value: Value): TypeName {
  return Object.keys(value)[0] as TypeName;
}

/** A value as it is stored: numbers in canonical form, sets checked. @throws AwsError `ValidationException`. */
export function normalize(value: Value, depth = 0): Value {
  const names = Object.keys(value ?? {});
  const type = names[0] ?? '';
  if (names.length === 0 || !TYPES.has(type)) {
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  if (names.length > 1) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (depth > DEEPEST) throw invalid('Nesting Levels have exceeded supported limits');
  if ('N' in value) return { N: normalizeNumber(value.N) };
  if ('L' in value) return { L: value.L.map((entry) => normalize(entry, depth + 1)) };
  if ('M' in value) return { M: normalizeItem(value.M, depth + 1) };
  if ('NULL' in value && value.NULL !== true) {
    throw invalid('One or more parameter values were invalid: Null attribute value types must have the value of true');
  }
  if ('SS' in value) return { SS: checkedSet(value.SS, 'SS') };
  if ('BS' in value) return { BS: checkedSet(value.BS, 'BS') };
  if ('NS' in value) return { NS: checkedSet(value.NS.map(normalizeNumber), 'NS') };
  return value;
}

export function normalizeItem(item: Item, depth = 0): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, normalize(value, depth)]));
}

function checkedSet(entries: readonly string[], type: keyof typeof SET_NAMES): string[] {
  if (entries.length === 0) {
    throw invalid(`One or more parameter values were invalid: An ${SET_NAMES[type]}  may not be empty`);
  }
  if (new Set(entries).size < entries.length) {
    throw invalid(
      `One or more parameter values were invalid: Input collection [${entries.join(', ')}] contains duplicates.`,
    );
  }
  return [...entries];
}

/** Equality as `=` has it: sets without order, numbers by value. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if ('L' in left && 'L' in right) {
    const other = right.L;
    return left.L.length === other.length && left.L.every((entry, at) => equal(entry, other[at]));
  }
  if ('M' in left && 'M' in right) return equalItems(left.M, right.M);
  const set = setOf(left);
  if (set !== undefined) {
    const other = new Set(setOf(right));
    return set.length === other.size && set.every((entry) => other.has(entry));
  }
  return JSON.stringify(left) === JSON.stringify(right);
}

export function equalItems(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => equal(left[name], right[name]));
}

/** Below zero, zero or above; undefined when the two cannot be ordered (another type, or neither S, N nor B). */
export function compare(left: Value | undefined, right: Value | undefined): number | undefined {
  if (left === undefined || right === undefined) return undefined;
  if ('S' in left && 'S' in right) return Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  if ('N' in left && 'N' in right) return compareNumbers(left.N, right.N);
  if ('B' in left && 'B' in right) return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  return undefined;
}

/** The members of a set, undefined for what is no set. */
export function setOf(value: Value): readonly string[] | undefined {
  if ('SS' in value) return value.SS;
  if ('NS' in value) return value.NS;
  if ('BS' in value) return value.BS;
  return undefined;
}

/** Bytes that an item counts against the limit of 400 KB. */
export function itemSize(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);
}

function valueSize(value: Value): number {
  if ('S' in value) return Buffer.byteLength(value.S);
  if ('N' in value) return Math.ceil(value.N.replaceAll(/[^0-9]/g, '').length / 2) + 1;
  if ('B' in value) return Buffer.from(value.B, 'base64').length;
  if ('L' in value) return value.L.reduce((sum, entry) => sum + valueSize(entry) + 1, 3);
  if ('M' in value) return itemSize(value.M) + Object.keys(value.M).length + 3;
  if ('SS' in value) return value.SS.reduce((sum, entry) => sum + Buffer.byteLength(entry), 0);
  if ('NS' in value) return value.NS.reduce((sum, entry) => sum + valueSize({ N: entry }), 0);
  if ('BS' in value) return value.BS.reduce((sum, entry) => sum + Buffer.from(entry, 'base64').length, 0);
  return 1;
}
