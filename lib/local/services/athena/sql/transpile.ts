import { ownMember } from '../../../core/members.ts';
import { MACROS, RENAMED } from './functions.ts';
import { QueryFailure } from './gate.ts';
import type { Token } from './lexer.ts';
import { Dialect, transpile } from './polyglot.ts';

/** Turns one Athena query into DuckDB's SQL. */
export type Transpiler = (sql: string) => string;

const MACRO_TEXTS = new Map(MACROS.map((macro) => [/athena_(\w+)/.exec(macro)?.[1] ?? '', macro]));

/** Functions of several arguments whose shape differs: how the call is written in DuckDB, from its arguments as written. */
const RESHAPED: Readonly<Record<string, (args: readonly string[]) => string>> = {
  any_match: ([list, test]) => `list_bool_or(list_transform(${list}, ${test}))`,
  all_match: ([list, test]) => `list_bool_and(list_transform(${list}, ${test}))`,
  none_match: ([list, test]) => `(NOT list_bool_or(list_transform(${list}, ${test})))`,
  reduce: ([list, start, step, finish]) => `list_transform([list_reduce(${list}, ${step}, ${start})], ${finish})[1]`,
  date_format: ([time, pattern]) => `athena_strftime(${time}, ${strftimePattern(pattern)})`,
  date_parse: ([text, pattern]) => `athena_strptime(${text}, ${strftimePattern(pattern)})`,
  date_add: ([unit = '', count, time = '']) => {
    const call = `athena_add_${unit.replaceAll("'", '').toLowerCase()}(${count}, ${time})`;
    return staysDate(unit, time) ? `cast(${call} as date)` : call;
  },
  date_trunc: ([unit = '', time = '']) =>
    staysDate(unit, time) ? `cast(date_trunc(${unit}, ${time}) as date)` : `date_trunc(${unit}, ${time})`,
  map_agg: ([key, value]) => `map(array_agg(${key}), array_agg(${value}))`,
};

/** Whether something is a date by its words, and stays one when it is moved by such a unit: DuckDB makes a timestamp of it. */
function staysDate(unit: string, time: string): boolean {
  return /^(current_date$|date\b|cast\(.* as date\)$)/i.test(time) && /day|week|month|quarter|year/i.test(unit);
}

/** MySQL's letters that strftime spells otherwise; the rest are the same. */
const LETTERS: Readonly<Record<string, string>> = {
  M: '%B',
  i: '%M',
  s: '%S',
  h: '%I',
  c: '%-m',
  e: '%-d',
  T: '%H:%M:%S',
  r: '%I:%M:%S %p',
  W: '%A',
  v: '%V',
  x: '%G',
  k: '%-H',
  l: '%-I',
};

function strftimePattern(pattern: string | undefined): string {
  if (pattern === undefined || !/^'(?:[^']|'')*'$/.test(pattern)) {
    throw new QueryFailure(
      'NOT_SUPPORTED: weft local takes the format of date_format and date_parse as a literal only',
    );
  }
  return pattern.replace(/%(.)/g, (whole, letter: string) => LETTERS[letter] ?? whole);
}

/** The SQL parser's own translation, athena to duckdb. */
export const polyglot: Transpiler = (sql) => {
  const result = transpile(sql, Dialect.Athena, Dialect.DuckDB);
  const [text, ...more] = result.sql ?? [];
  if (!result.success || text === undefined || more.length > 0) {
    throw new QueryFailure(`NOT_SUPPORTED: ${result.error ?? 'the statement cannot be translated'}`);
  }
  return text;
};

/** Puts the functions that DuckDB lacks, or reads otherwise, under the names of our own macros, and `information_schema` under ours. */
export function prepare(sql: string, tokens: readonly Token[]): string {
  let text = sql;
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token === undefined) continue;
    const next = tokens[index + 1];
    if (token.value.toLowerCase() === 'information_schema' && next?.value === '.') {
      text = `${text.slice(0, token.start)}"information_schema$"${text.slice(token.end)}`;
    }
    if (token.kind !== 'word' || next?.kind !== 'symbol' || next.value !== '(') continue;
    text = call(text, token, next);
  }
  return text;
}

/** The macros that a translated text calls, as `CREATE` takes them. */
export function macrosIn(text: string): string[] {
  const names = new Set([...text.matchAll(/\bathena_(\w+)\s*\(/gi)].map((match) => (match[1] ?? '').toLowerCase()));
  return [...names].map((name) => MACRO_TEXTS.get(name)).filter((macro) => macro !== undefined);
}

function call(text: string, token: Token, open: Token): string {
  const reshape = ownMember(RESHAPED, token.value);
  if (reshape !== undefined) {
    const { args, end } = argumentsAt(text, open.end);
    return `${text.slice(0, token.start)}${reshape(args)}${text.slice(end)}`;
  }
  if (token.value === 'filter' && /^\s*where\b/i.test(text.slice(open.end))) return text;
  const name = MACRO_TEXTS.has(token.value) ? `athena_${token.value}` : RENAMED.get(token.value);
  return name === undefined ? text : `${text.slice(0, token.start)}${name}${text.slice(token.end)}`;
}

/** The arguments of a call whose parenthesis has just opened, as text, and where the call ends. */
function argumentsAt(text: string, from: number): { args: string[]; end: number } {
  const args: string[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === "'" || character === '"') at = text.indexOf(character, at + 1);
    if (at < 0) break;
    if ('([{'.includes(character)) depth += 1;
    if (character === ',' && depth === 0) {
      args.push(text.slice(start, at).trim());
      start = at + 1;
    }
    if (!')]}'.includes(character)) continue;
    if (depth === 0) return { args: [...args, text.slice(start, at).trim()], end: at + 1 };
    depth -= 1;
  }
  throw new QueryFailure("SYNTAX_ERROR: a call's parenthesis is not closed");
}
