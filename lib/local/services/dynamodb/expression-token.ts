import { invalid } from './failure.ts';

export interface Token {
  readonly kind: 'name' | 'alias' | 'value' | 'index' | 'symbol' | 'end';
  readonly text: string;
}

const PATTERN =
  /\s*(?:(?<alias>#[A-Za-z0-9_]+)|(?<value>:[A-Za-z0-9_]+)|(?<name>[A-Za-z_][A-Za-z0-9_]*)|\[\s*(?<index>\d+)\s*\]|(?<symbol><>|<=|>=|[=<>(),.+-]))/y;

/** Cuts an expression into tokens. `kind` names the parameter in errors, e.g. `ConditionExpression`. */
function tokenize(kind: string, text: string): Token[] {
  if (text.trim() === '') throw invalid(`Invalid ${kind}: The expression can not be empty;`);
  const tokens: Token[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    PATTERN.lastIndex = at;
    const groups = PATTERN.exec(text)?.groups;
    if (groups === undefined)
      throw syntaxError(kind, text.slice(at).trim()[0] ?? '', text.slice(Math.max(0, at - 8), at + 8));
    at = PATTERN.lastIndex;
    for (const name of ['alias', 'value', 'name', 'index', 'symbol'] as const) {
      const found = groups[name];
      if (found !== undefined) tokens.push({ kind: name, text: found });
    }
  }
  tokens.push({ kind: 'end', text: '<EOF>' });
  return tokens;
}

/** Reads tokens one after the other. */
export class TokenReader {
  readonly kind: string;
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(kind: string, text: string) {
    this.kind = kind;
    this.#tokens = tokenize(kind, text);
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? { kind: 'end', text: '<EOF>' };
  }

  next(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the symbol when it is next. */
  takes(symbol: string): boolean {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== symbol) return false;
    this.#at += 1;
    return true;
  }

  /** Takes the keyword, in any case, when it is next. */
  takesWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#at += 1;
    return true;
  }

  isWord(word: string): boolean {
    const token = this.peek();
    return token.kind === 'name' && token.text.toUpperCase() === word;
  }

  expect(symbol: string): void {
    if (!this.takes(symbol)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  unexpected() {
    const near = [this.#tokens[this.#at - 1], this.peek(), this.#tokens[this.#at + 1]];
    const text = near.filter((token) => token !== undefined && token.kind !== 'end').map((token) => token?.text);
    return syntaxError(this.kind, this.peek().text, text.join(' '));
  }
}

function syntaxError(kind: string, token: string, near: string) {
  return invalid(`Invalid ${kind}: Syntax error; token: "${token}", near: "${near}"`);
}
