import { malformed, type Token } from './lexer.ts';

/** A cursor over tokens, for the statements that are read by hand (DDL, SHOW, EXECUTE) because the SQL parser loses parts of them. */
export class Reader {
  readonly sql: string;
  readonly tokens: readonly Token[];
  at = 0;

  constructor(sql: string, tokens: readonly Token[]) {
    this.sql = sql;
    this.tokens = tokens;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** Takes the words when they come next, in this order. */
  accept(...words: string[]): boolean {
    const matches = words.every((word, index) => {
      const token = this.peek(index);
      return token !== undefined && token.kind !== 'string' && token.kind !== 'quoted' && token.value === word;
    });
    if (matches) this.at += words.length;
    return matches;
  }

  expect(...words: string[]): void {
    if (!this.accept(...words)) this.fail(words.map((word) => `'${word.toUpperCase()}'`).join(' '));
  }

  /** A name in lower case, as Glue keeps names. */
  name(): string {
    const token = this.peek();
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) return this.fail('<identifier>');
    this.at += 1;
    return token.value.toLowerCase();
  }

  /** `a`, `a.b` or `a.b.c`. */
  path(): string[] {
    const parts = [this.name()];
    while (this.accept('.')) parts.push(this.name());
    return parts;
  }

  string(): string {
    const token = this.peek();
    if (token === undefined || token.kind !== 'string') return this.fail('<string>');
    this.at += 1;
    return token.value;
  }

  /** The text from the next token to the end of the statement. */
  rest(): string {
    const token = this.peek();
    this.at = this.tokens.length;
    return token === undefined ? '' : this.sql.slice(token.start);
  }

  /** The text inside the parentheses that come next, as it stands. */
  parenthesized(): string {
    this.expect('(');
    const start = this.peek()?.start ?? this.sql.length;
    for (let depth = 1; !this.done(); ) {
      const token = this.tokens[this.at];
      this.at += 1;
      if (token?.kind !== 'symbol') continue;
      if (token.value === '(') depth += 1;
      if (token.value === ')') depth -= 1;
      if (depth === 0) return this.sql.slice(start, token.start);
    }
    return this.fail("')'");
  }

  finish(): void {
    if (!this.done()) this.fail('<EOF>');
  }

  fail(expecting: string): never {
    const token = this.peek() ?? this.tokens.at(-1);
    const text = this.peek() === undefined ? '<EOF>' : this.sql.slice(token?.start, token?.end);
    throw malformed(token?.line ?? 1, token?.column ?? 1, text, expecting);
  }
}
