import { quote } from '../relation/glue-type.ts';
import type { Token } from './lexer.ts';

/** Words that DuckDB keeps for itself and Athena takes as names anywhere. */
const NAMES: ReadonlySet<string> = new Set(
  `analyse analyze anti asof asymmetric authorization binary check collate collation column columns concurrently default deferrable do foreign freeze generated glob
  ilike initially isnull lambda notnull only overlaps pivot pivot_longer pivot_wider placing positional primary qualify references semi show similar struct summarize symmetric
  unique unpack unpivot variadic verbose`
    .trim()
    .split(/\s+/),
);
/** Words that have a meaning in Athena's grammar too, and are names where that meaning cannot stand. */
const SOMETIMES: ReadonlySet<string> = new Set(
  'all any asc at both desc fetch lateral leading limit map offset returning some tablesample to trailing window'.split(
    ' ',
  ),
);

/** Puts quotes around the names that DuckDB would read as its keywords (a column `at`): Athena reserves fewer words. */
export function quoteReserved(sql: string, tokens: readonly Token[]): string {
  let text = sql;
  for (let index = tokens.length - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token?.kind === 'word' && isName(tokens, index, token.value))
      text = `${text.slice(0, token.start)}${quote(token.value)}${text.slice(token.end)}`;
  }
  return text;
}

function isName(tokens: readonly Token[], index: number, word: string): boolean {
  const next = tokens[index + 1];
  if (next?.kind === 'symbol' && (next.value === '(' || next.value === '[')) return false;
  if (NAMES.has(word)) return true;
  if (!SOMETIMES.has(word)) return false;
  const before = tokens[index - 1];
  const follows = before !== undefined && before.kind !== 'string' && before.kind !== 'quoted' ? before.value : '';
  if (follows === '.' || follows === 'as') return true;
  if (word === 'at') return next?.value !== 'time';
  if (word === 'all' || word === 'any' || word === 'some' || word === 'lateral' || word === 'map') return false;
  if (follows === 'by') return true;
  if (follows === '(') return !['both', 'leading', 'trailing'].includes(word);
  const ends =
    next === undefined || (next.kind === 'symbol' && next.value !== '?') || ['as', 'from'].includes(next.value);
  return [',', 'select', 'distinct', 'where', 'and', 'or', 'on'].includes(follows) && ends;
}
