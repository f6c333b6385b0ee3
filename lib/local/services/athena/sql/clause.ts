import type { ColumnDefinition, Properties } from './kinds.ts';
import { tokenize } from './lexer.ts';
import { Reader } from './reader.ts';

/** `name type [COMMENT 'text'], …`. */
export function definitions(text: string): ColumnDefinition[] {
  return splitArguments(text).map((part) => {
    const reader = new Reader(part, tokenize(part));
    const name = reader.name();
    const from = reader.peek()?.start ?? part.length;
    const at = reader.tokens.findIndex(
      (token, index) => index > 0 && token.value === 'comment' && token.kind === 'word',
    );
    const type = part
      .slice(from, at < 0 ? part.length : reader.tokens[at]?.start)
      .trim()
      .toLowerCase();
    const comment = at < 0 ? undefined : reader.tokens[at + 1]?.value;
    return { name, type, ...(comment === undefined ? {} : { comment }) };
  });
}

/** `(name = 'text', name = ARRAY['a', 'b'], name = 1)`, names in lower case. */
export function readProperties(reader: Reader): Properties {
  return Object.fromEntries(
    splitArguments(reader.parenthesized()).map((part) => {
      const inner = new Reader(part, tokenize(part));
      const key = inner.peek()?.kind === 'string' ? inner.string() : inner.path().join('.');
      inner.expect('=');
      if (!inner.accept('array')) return [key, inner.peek()?.value ?? ''] as const;
      const values = inner.tokens.slice(inner.at).filter((token) => token.kind === 'string');
      return [key, values.map((token) => token.value)] as const;
    }),
  );
}

export function names(text: string): string[] {
  return splitArguments(text).map((part) => new Reader(part, tokenize(part)).name());
}

/** Parts between commas that stand in no bracket. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (const token of tokenize(text)) {
    if (token.kind !== 'symbol') continue;
    if ('([<{'.includes(token.value)) depth += 1;
    if (')]>}'.includes(token.value)) depth -= 1;
    if (token.value !== ',' || depth !== 0) continue;
    parts.push(text.slice(start, token.start).trim());
    start = token.end;
  }
  return [...parts, text.slice(start).trim()].filter((part) => part !== '');
}
