/** `name` is a quoted identifier, `word` a bare one or a keyword. */
export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
  /** Counts from 1. */
  readonly column: number;
}

/** The text is not in Lake Formation's grammar. */
export class FilterSyntaxError extends Error {
  readonly column: number;
  readonly fix = "write e.g. state IN ('TX', 'CA') AND year >= 2001: a column, an operator, a constant";

  constructor(message: string, column: number) {
    super(message);
    this.name = 'FilterSyntaxError';
    this.column = column;
  }
}

const PATTERNS: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /\s+/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['number', /[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![A-Za-z0-9_.])/y],
  ['string', /'(?:[^']|'')*'/y],
  ['name', /"[^"]+"/y],
  ['symbol', /<>|!=|<=|>=|[=<>(),.]/y],
];

/** The tokens of a row filter with an `end` behind them; throws `FilterSyntaxError` for a character that begins none (`;`, `--`, `/*`). */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const found = firstMatch(text, at);
    if (found === undefined) throw new FilterSyntaxError(`"${text.slice(at, at + 10)}" is not expected here`, at + 1);
    const [kind, raw] = found;
    if (kind !== 'blank') tokens.push({ kind, text: unquote(kind, raw, at), column: at + 1 });
    at += raw.length;
  }
  return [...tokens, { kind: 'end', text: '', column: text.length + 1 }];
}

function firstMatch(text: string, at: number): readonly [Token['kind'] | 'blank', string] | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return [kind, match[0]];
  }
  return undefined;
}

function unquote(kind: Token['kind'], raw: string, at: number): string {
  if (kind !== 'string' && kind !== 'name') return raw;
  // Half a surrogate pair is no character: on its way it would become another one.
  if (!raw.isWellFormed()) throw new FilterSyntaxError('a text holds half a character', at + 1);
  // A control character could end a line where the text is shown or logged.
  if (/\p{Cc}/u.test(raw)) throw new FilterSyntaxError('a text holds a control character', at + 1);
  return kind === 'name' ? raw.slice(1, -1) : raw.slice(1, -1).replaceAll("''", "'");
}
