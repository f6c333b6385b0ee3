import { AwsError } from '../../../core/error.ts';

/** One token of Athena SQL with its place in the text; comments and blanks are left out. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol';
  /** A word in lower case, the content of a quoted name or string, else the text as written. */
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

const PATTERNS: readonly [Token['kind'] | 'skip', RegExp][] = [
  ['skip', /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^']|'')*'/y],
  ['quoted', /"(?:[^"]|"")*"|`(?:[^`]|``)*`/y],
  ['number', /\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_$][\p{L}\p{N}_$]*/uy],
  ['symbol', /->|<>|!=|<=|>=|\|\||=>|[-+*/%=<>(),.;?[\]:@{}|^&~]/y],
];

/**
 * Splits a statement into tokens.
 * @throws AwsError `InvalidRequestException` in Athena's words for what no token begins with (an open quote, a stray character).
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  let line = 1;
  let lineStart = 0;
  while (position < sql.length) {
    const match = longest(sql, position);
    if (match === undefined) throw malformed(line, position - lineStart + 1, sql[position] ?? '');
    const { kind, text } = match;
    if (kind !== 'skip') {
      const place = { start: position, end: position + text.length, line, column: position - lineStart + 1 };
      tokens.push({ kind, value: content(kind, text), ...place });
    }
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      line += 1;
      lineStart = position + at + 1;
    }
    position += text.length;
  }
  return tokens;
}

/** Athena's answer to text that its grammar does not know. */
export function malformed(line: number, column: number, text: string, expecting = ''): AwsError {
  const message = `line ${line}:${column}: mismatched input '${text}'.${expecting === '' ? '' : ` Expecting: ${expecting}`}`;
  return new AwsError('InvalidRequestException', message, 400, { AthenaErrorCode: 'MALFORMED_QUERY' });
}

function longest(sql: string, position: number): { kind: Token['kind'] | 'skip'; text: string } | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = position;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text };
  }
  return undefined;
}

function content(kind: Token['kind'], text: string): string {
  if (kind === 'word') return text.toLowerCase();
  if (kind === 'string') return text.slice(1, -1).replaceAll("''", "'");
  if (kind === 'quoted') return text[0] === '"' ? text.slice(1, -1).replaceAll('""', '"') : text.slice(1, -1);
  return text;
}
