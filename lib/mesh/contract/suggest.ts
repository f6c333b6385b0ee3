import type { ClassificationLadder } from '../topology/topology.ts';
import { parseGlueType } from './glue-type.ts';

/** A guess at what a column holds, for a person to confirm: nothing in the mesh acts on it. */
export interface Suggestion {
  /** In words, e.g. `an e-mail address`. */
  readonly kind: string;
  readonly personal: boolean;
  /** A level of the ladder. */
  readonly classification: string;
  /** What the guess rests on: the column's name, or how many of the values looked at are of that shape; never a value. */
  readonly because: string;
}

interface Pattern {
  readonly kind: string;
  readonly name: RegExp;
  /** Whole values of this shape; absent where a value shows nothing. */
  readonly value?: (text: string) => boolean;
  readonly personal: boolean;
  /** Levels below the top of the ladder. */
  readonly below: number;
  /** Types that the name alone is enough for; default text. */
  readonly types?: 'text' | 'number' | 'any';
}

const matches = (pattern: RegExp) => (text: string) => pattern.test(text);

/** Most specific first: the first that fits counts. */
const PATTERNS: readonly Pattern[] = [
  {
    kind: 'an e-mail address',
    name: /(^|_)e?_?mail(_?addr(ess)?)?($|_)/,
    value: matches(/^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i),
    personal: true,
    below: 1,
  },
  {
    kind: 'a bank account (IBAN)',
    name: /(^|_)(iban|bank_?account)($|_)/,
    value: isIban,
    personal: true,
    below: 0,
  },
  {
    kind: 'a payment card number',
    name: /(^|_)(card_?(number|no)|credit_?card|pan)($|_)/,
    value: isCard,
    personal: true,
    below: 0,
    types: 'any',
  },
  {
    kind: 'a national identity number',
    name: /(^|_)(ssn|social_?security(_?(number|no))?|national_?id|passport(_?(number|no))?|tax_?id)($|_)/,
    value: matches(/^\d{3}-\d{2}-\d{4}$/),
    personal: true,
    below: 0,
    types: 'any',
  },
  {
    kind: 'an address of a machine (IP)',
    name: /(^|_)(ip|ip_?address|client_?ip|remote_?addr)($|_)/,
    value: matches(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/),
    personal: true,
    below: 1,
  },
  {
    kind: 'a telephone number',
    name: /(^|_)(phone|telephone|mobile|msisdn|fax)(_?(number|no))?($|_)/,
    value: (text) => /^\+\d[\d ().-]{6,18}\d$/.test(text) || /^\(?\d{3}\)?[ -]\d{3}-\d{4}$/.test(text),
    personal: true,
    below: 1,
    types: 'any',
  },
  {
    kind: 'a date of birth',
    name: /(^|_)(dob|birth_?(date|day)|date_?of_?birth|born)($|_)/,
    personal: true,
    below: 1,
    types: 'any',
  },
  {
    kind: 'data on health',
    name: /(^|_)(diagnosis|icd_?(9|10)?|blood_?type|medication|disability|patient_?id)($|_)/,
    personal: true,
    below: 0,
    types: 'any',
  },
  {
    kind: "a person's name",
    name: /(^|_)((first|last|full|middle|given|family|maiden|customer|passenger|patient|employee|person|contact)_?name|surname|pilot|captain)($|_)/,
    personal: true,
    below: 1,
  },
  {
    kind: 'a home address',
    name: /(^|_)(street|home_?address|postal_?address|address_?line_?\d?|zip(_?code)?|post(al)?_?code)($|_)/,
    personal: true,
    below: 1,
    types: 'any',
  },
  {
    kind: "somebody's pay",
    name: /(^|_)(salary|wage|income|compensation)($|_)/,
    personal: true,
    below: 0,
    types: 'any',
  },
  {
    kind: 'a place (latitude or longitude)',
    name: /(^|_)(lat|latitude|lon|lng|longitude)($|_)/,
    personal: false,
    below: 2,
    types: 'number',
  },
  {
    kind: 'an amount of money',
    name: /(^|_)(cost|price|revenue|margin|amount|fee|fare)($|_)/,
    personal: false,
    below: 1,
    types: 'number',
  },
];

/** So many values of one shape, and such a part of them, are no accident. */
const LEAST_VALUES = 5;
const SHARE = 0.8;

/**
 * What a column seems to hold, by its values, else by its name and type; undefined when nothing is known.
 * @param values some of its values as text; nulls do not count
 */
export function suggest(
  column: { readonly name: string; readonly type: string },
  values: readonly (string | null)[],
  ladder: ClassificationLadder,
): Suggestion | undefined {
  const present = values.filter((value): value is string => value !== null && value !== '');
  for (const pattern of PATTERNS) {
    const fitting = pattern.value === undefined ? [] : present.filter(pattern.value);
    if (fitting.length < LEAST_VALUES || fitting.length < SHARE * present.length) continue;
    return suggestion(pattern, `${fitting.length} of ${present.length} values look like it`, ladder);
  }
  const name = column.name.toLowerCase();
  const named = PATTERNS.find((pattern) => pattern.name.test(name) && takes(pattern, column.type));
  if (named === undefined) return undefined;
  const contradicted = named.value !== undefined && present.length >= LEAST_VALUES && !present.some(named.value);
  return contradicted ? undefined : suggestion(named, 'by its name', ladder);
}

function suggestion({ kind, personal, below }: Pattern, because: string, ladder: ClassificationLadder): Suggestion {
  const classification = ladder[Math.max(0, ladder.length - 1 - below)] ?? '';
  return { kind, personal, classification, because };
}

function takes({ types = 'text' }: Pattern, type: string): boolean {
  const parsed = parseGlueType(type);
  if (parsed === undefined || types === 'any') return true;
  const isText = parsed.kind === 'sized' || (parsed.kind === 'simple' && parsed.name === 'string');
  const isNumber =
    parsed.kind === 'decimal' ||
    (parsed.kind === 'simple' && /^(tinyint|smallint|int|bigint|float|double)$/.test(parsed.name));
  return types === 'text' ? isText : isNumber;
}

/** Its check digits are right: the number modulo 97 is 1. */
function isIban(text: string): boolean {
  const compact = text.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(compact)) return false;
  let rest = 0;
  for (const character of compact.slice(4) + compact.slice(0, 4)) {
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

/** Its last digit is right by Luhn's rule, and it is not one digit again and again. */
function isCard(text: string): boolean {
  const digits = text.replaceAll(/[ -]/g, '');
  if (!/^[3-6]\d{12,18}$/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = index % 2 === 0 ? Number(digit) : Number(digit) * 2;
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
