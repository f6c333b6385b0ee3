import type { ProductColumn } from '#mesh/product/product.ts';
import { type Chance, pick } from '../chance.ts';

/** Columns of each kind that Lake Formation filters on, of some that it does not, and with names that need quoting. */
export const COLUMNS: readonly ProductColumn[] = [
  { name: 'state', type: 'string' },
  { name: 'code', type: 'varchar(8)' },
  { name: 'year', type: 'int' },
  { name: 'count', type: 'bigint' },
  { name: 'total', type: 'decimal(12,2)' },
  { name: 'speed', type: 'double' },
  { name: 'open', type: 'boolean' },
  { name: 'seen', type: 'date' },
  { name: 'order', type: 'string' },
  { name: "o'dd; name --", type: 'string' },
  { name: 'naïve ✓', type: 'string' },
  { name: 'customer', type: 'struct<id:int,name:string>' },
];
export const KEYS: readonly ProductColumn[] = [{ name: 'month', type: 'string' }];

/** What has led out of quotation marks and brackets somewhere, and what looks as if it could. */
export const HOSTILE = [
  "'",
  "''",
  "'''",
  '"',
  '""',
  '`',
  ';',
  '--',
  '/*',
  '*/',
  '#',
  '\\',
  "\\'",
  '\\"',
  '$$',
  '$1',
  '?',
  ':x',
  '(',
  ')',
  '((',
  '))',
  '[',
  ']',
  '{',
  '}',
  "' OR 1=1 --",
  "') OR (1=1",
  "' UNION SELECT 1 --",
  "x') OR ('1'='1",
  "'; DROP TABLE t; --",
  '1=1',
  'OR TRUE',
  'AND 1',
  'NOT',
  'NULL',
  'TRUE',
  'SELECT',
  'FROM t',
  '(SELECT 1)',
  'EXISTS (SELECT 1)',
  'CASE WHEN 1 THEN 1 END',
  'CAST(1 AS INT)',
  'lower(state)',
  'state || code',
  'year + 1',
  "E'\\''",
  "X'27'",
  "U&'\\0027'",
  "DATE '2001-01-01'",
  "TIMESTAMP '2001-01-01 00:00:00'",
  "INTERVAL '1' DAY",
  '0x27',
  '1e999',
  '1_000',
  '.5.',
  '1..2',
  '--1',
  '+-1',
  'ESCAPE',
  "LIKE '%' ESCAPE '%'",
  'ALL',
  'ANY',
  'SOME',
  'ctid',
  'oid',
  'xmin',
  '*',
  '%',
  '_',
  '||',
  '::int',
  '::',
  '@',
  '!',
  '~',
  '^',
  '&',
  '|',
  '=',
  '==',
  '<=>',
  '!<',
  '\u0000',
  '\u0008',
  '\n',
  '\r\n',
  '\t',
  '\u000b',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u200b',
  '\u202e',
  '\u02bc',
  '\u2018',
  '\u2019',
  '\u201c',
  '\u201d',
  '\uff07',
  '\uff02',
  '\uff1b',
  '\ud83d\ude00',
  '\ud800',
  '\udc00',
  'e\u0301',
  'ı',
  'İ',
  'ß',
  'K',
  'ſ',
] as const;

/** One text that somebody could give as a filter: well formed, or well formed and then spoiled, or made of what is hostile. */
export function someText(chance: Chance): string {
  const kind = chance();
  if (kind < 0.05)
    return Array.from({ length: 1 + Math.floor(chance() * 8) }, () => pick(chance, HOSTILE)).join(
      chance() < 0.5 ? ' ' : '',
    );
  const text = filter(chance, Math.floor(chance() * 4));
  if (kind < 0.6) return text;
  let spoiled = text;
  for (let times = 1 + Math.floor(chance() * 3); times > 0; times -= 1) spoiled = spoil(chance, spoiled);
  return spoiled;
}

function spoil(chance: Chance, text: string): string {
  const at = Math.floor(chance() * (text.length + 1));
  const how = chance();
  if (how < 0.6) return text.slice(0, at) + pick(chance, HOSTILE) + text.slice(at);
  if (how < 0.75) return text.slice(0, at) + text.slice(at + 1 + Math.floor(chance() * 3));
  if (how < 0.85) return `${text} ${pick(chance, ['OR', 'AND', ';', '--', ')', 'UNION'])} ${text}`;
  if (how < 0.95) return '('.repeat(1 + Math.floor(chance() * 30)) + text + ')'.repeat(1 + Math.floor(chance() * 30));
  return text.slice(at) + text.slice(0, at);
}

function filter(chance: Chance, depth: number): string {
  const kind = chance();
  if (depth <= 0 || kind < 0.35) return predicate(chance);
  if (kind < 0.5) return `${anyCase(chance, 'NOT')} ${bracketed(chance, filter(chance, depth - 1))}`;
  const word = anyCase(chance, kind < 0.75 ? 'AND' : 'OR');
  const operands = Array.from({ length: 2 + Math.floor(chance() * 2) }, () => {
    const operand = filter(chance, depth - 1);
    return chance() < 0.6 ? bracketed(chance, operand) : operand;
  });
  return operands.join(`${blank(chance)}${word}${blank(chance)}`);
}

const TEXTS = [
  'state',
  'code',
  '"order"',
  '"o\'dd; name --"',
  '"naïve ✓"',
  'customer.name',
  'STATE',
  '"state"',
] as const;
const WHOLES = ['year', 'count', 'customer.id', '"year"', 'Customer . Id'] as const;
const FRACTIONS = ['total', 'speed'] as const;

function predicate(chance: Chance): string {
  const kind = chance();
  if (kind < 0.08)
    return `${pick(chance, [...TEXTS, ...WHOLES, 'open'])} ${anyCase(chance, chance() < 0.5 ? 'IS NULL' : 'IS NOT NULL')}`;
  if (kind < 0.14) return `open = ${anyCase(chance, chance() < 0.5 ? 'true' : 'false')}`;
  const family = chance();
  const [column, value] =
    family < 0.55
      ? [pick(chance, family < 0.08 ? ['month'] : TEXTS), () => text(chance)]
      : family < 0.8
        ? [pick(chance, WHOLES), () => whole(chance)]
        : [pick(chance, FRACTIONS), () => fraction(chance)];
  const not = chance() < 0.3 ? `${anyCase(chance, 'NOT')} ` : '';
  if (kind < 0.3)
    return `${column} ${not}${anyCase(chance, 'BETWEEN')} ${value()} ${anyCase(chance, 'AND')} ${value()}`;
  if (kind < 0.5) {
    const values = Array.from({ length: 1 + Math.floor(chance() * 4) }, value).join(chance() < 0.5 ? ',' : ' , ');
    return `${column} ${not}${anyCase(chance, 'IN')} (${values})`;
  }
  if (kind < 0.65 && family < 0.55) return `${column} ${not}${anyCase(chance, 'LIKE')} ${text(chance)}`;
  return `${column}${blank(chance)}${pick(chance, ['=', '<>', '!=', '<', '<=', '>', '>='])}${blank(chance)}${value()}`;
}

/** A text whose content is what somebody would smuggle out of it. */
function text(chance: Chance): string {
  if (chance() < 0.3) return `'${pick(chance, ['TX', '2001-01-01', '', '%', 'a_b', 'Ünïcode'])}'`;
  const parts = Array.from({ length: 1 + Math.floor(chance() * 4) }, () => pick(chance, HOSTILE));
  return `'${parts.join(pick(chance, ['', ' '])).replaceAll("'", "''")}'`;
}

function whole(chance: Chance): string {
  return pick(chance, [
    '0',
    '1',
    '-1',
    '+7',
    '2001',
    '-2147483648',
    '9223372036854775807',
    '00012',
    String(Math.floor(chance() * 1e9)),
  ]);
}

function fraction(chance: Chance): string {
  return pick(chance, ['0.5', '-12.50', '.25', '+1.0', '1e5', '1E-3', '-2.5e+10', '12', (chance() * 1000).toFixed(3)]);
}

function bracketed(chance: Chance, text: string): string {
  const times = chance() < 0.9 ? 1 : 1 + Math.floor(chance() * 4);
  return '('.repeat(times) + text + ')'.repeat(times);
}

function anyCase(chance: Chance, word: string): string {
  const how = chance();
  return how < 0.6
    ? word
    : how < 0.8
      ? word.toLowerCase()
      : word.replaceAll(/[a-z]/gi, (letter) => (chance() < 0.5 ? letter.toLowerCase() : letter.toUpperCase()));
}

function blank(chance: Chance): string {
  return pick(chance, [' ', ' ', ' ', '  ', '\n', '\t']);
}
