import { sortableNumber } from './number.ts';
import type { Value } from './value.ts';

/** Ends each component of a key; smaller than anything that a component holds. */
const END = '\u0001';
/** Greater than anything that a key holds. */
const MAX = '\u{10ffff}';

/** A key component as text whose byte order is DynamoDB's order of the values: strings by UTF-8, numbers by value, binary by byte. */
function sortable(value: Value): string {
  if ('S' in value) return escapeLow(value.S);
  if ('N' in value) return sortableNumber(value.N);
  if ('B' in value) return Buffer.from(value.B, 'base64').toString('hex');
  throw new Error('a key component is S, N or B');
}

/** The text of a whole key: its components in order. */
export function keyText(components: readonly Value[]): string {
  return components.map((component) => sortable(component) + END).join('');
}

/** A half-open range of key texts. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** Every key that begins with these components. */
export function rangeBelow(components: readonly Value[]): KeyRange {
  const prefix = keyText(components);
  return { from: prefix, to: prefix + MAX };
}

/** What a sort key is compared with. */
export type SortCondition =
  | { readonly operator: '=' | '<' | '<=' | '>' | '>=' | 'begins_with'; readonly value: Value }
  | { readonly operator: 'between'; readonly low: Value; readonly high: Value };

/** The keys of one partition that meet a condition on the sort key. */
export function rangeOf(partition: Value, condition: SortCondition | undefined): KeyRange {
  const base = keyText([partition]);
  if (condition === undefined) return { from: base, to: base + MAX };
  const before = (value: Value) => base + sortable(value) + END;
  const after = (value: Value) => before(value) + MAX;
  if (condition.operator === 'between') return { from: before(condition.low), to: after(condition.high) };
  const { operator, value } = condition;
  switch (operator) {
    case '=':
      return { from: before(value), to: after(value) };
    case '<':
      return { from: base, to: before(value) };
    case '<=':
      return { from: base, to: after(value) };
    case '>':
      return { from: after(value), to: base + MAX };
    case '>=':
      return { from: before(value), to: base + MAX };
    case 'begins_with':
      return { from: base + sortable(value), to: base + sortable(value) + MAX };
  }
}

/** The part of a range that lies after a key, in the direction of reading. */
export function resume(range: KeyRange, key: string | undefined, reverse: boolean): KeyRange {
  if (key === undefined) return range;
  return reverse ? { from: range.from, to: key } : { from: key + END, to: range.to };
}

/** Moves the characters up to U+0002 above END without changing any order. */
function escapeLow(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    escaped += code > 2 ? character : `\u0002${String.fromCharCode(code + 1)}`;
  }
  return escaped;
}
