import { ownValue } from '../own-value.ts';

/** A type of Glue and Athena, taken apart. */
export type GlueType =
  | { readonly kind: 'simple'; readonly name: string }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'sized'; readonly name: 'char' | 'varchar'; readonly length: number }
  | { readonly kind: 'array'; readonly element: GlueType }
  | { readonly kind: 'map'; readonly key: GlueType; readonly value: GlueType }
  | { readonly kind: 'struct'; readonly fields: readonly StructField[] };

interface StructField {
  readonly name: string;
  readonly type: GlueType;
}

const SIMPLE = [
  'boolean',
  'tinyint',
  'smallint',
  'int',
  'bigint',
  'float',
  'double',
  'string',
  'binary',
  'date',
  'timestamp',
];
const ALIASES: Readonly<Record<string, string>> = { integer: 'int', long: 'bigint', real: 'float' };
const MAX_PRECISION = 38;
const MAX_DEPTH = 32;

/** Takes Glue's notation apart, e.g. `array<struct<a:int>>`, or undefined when it is not a type of Glue's. */
export function parseGlueType(text: string): GlueType | undefined {
  return parse(text.toLowerCase().replace(/\s+/g, ''), 0);
}

function parse(text: string, depth: number): GlueType | undefined {
  if (depth > MAX_DEPTH) return undefined;
  const nested = /^(array|map|struct)<(.+)>$/.exec(text);
  if (nested) return parseNested(nested[1] as string, nested[2] as string, depth + 1);
  const sized = /^(decimal|char|varchar)\((\d+)(?:,(\d+))?\)$/.exec(text);
  if (sized) return parseSized(sized[1] as string, Number(sized[2]), sized[3]);
  if (text === 'decimal') return { kind: 'decimal', precision: 10, scale: 0 };
  const name = ownValue(ALIASES, text) ?? text;
  return SIMPLE.includes(name) ? { kind: 'simple', name } : undefined;
}

function parseSized(name: string, first: number, second: string | undefined): GlueType | undefined {
  if (name === 'decimal') {
    const scale = Number(second ?? 0);
    const fits = first >= 1 && first <= MAX_PRECISION && scale <= first;
    return fits ? { kind: 'decimal', precision: first, scale } : undefined;
  }
  const longest = name === 'char' ? 255 : 65_535;
  if (second !== undefined || first < 1 || first > longest) return undefined;
  return { kind: 'sized', name: name as 'char' | 'varchar', length: first };
}

function parseNested(name: string, inner: string, depth: number): GlueType | undefined {
  const parts = splitTopLevel(inner);
  if (parts === undefined) return undefined;
  if (name === 'struct') return parseStruct(parts, depth);
  const types = parts.map((part) => parse(part, depth));
  const [first, second] = types;
  if (name === 'array') return types.length === 1 && first ? { kind: 'array', element: first } : undefined;
  return types.length === 2 && first && second ? { kind: 'map', key: first, value: second } : undefined;
}

function parseStruct(parts: readonly string[], depth: number): GlueType | undefined {
  const fields: StructField[] = [];
  for (const part of parts) {
    const colon = part.indexOf(':');
    const name = part.slice(0, colon);
    const type = colon > 0 ? parse(part.slice(colon + 1), depth) : undefined;
    if (type === undefined || /[<>,]/.test(name) || fields.some((field) => field.name === name)) return undefined;
    fields.push({ name, type });
  }
  return { kind: 'struct', fields };
}

/** The parts between commas that stand in no bracket, or undefined when the brackets do not match. */
function splitTopLevel(text: string): string[] | undefined {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '<' || character === '(') depth += 1;
    if (character === '>' || character === ')') depth -= 1;
    if (depth < 0) return undefined;
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return depth === 0 ? [...parts, text.slice(start)] : undefined;
}

/** The type in Glue's notation, without blanks. */
export function printGlueType(type: GlueType): string {
  switch (type.kind) {
    case 'simple':
      return type.name;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'sized':
      return `${type.name}(${type.length})`;
    case 'array':
      return `array<${printGlueType(type.element)}>`;
    case 'map':
      return `map<${printGlueType(type.key)},${printGlueType(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map((field) => `${field.name}:${printGlueType(field.type)}`).join(',')}>`;
  }
}

/** True when both texts name one type: case, blanks and aliases (`integer`, `long`) do not count. */
export function sameType(a: string, b: string): boolean {
  return canonical(a) === canonical(b);
}

function canonical(text: string): string {
  const type = parseGlueType(text);
  return type === undefined ? text.trim().toLowerCase() : printGlueType(type);
}
