import { QueryFailure } from '../sql/gate.ts';
import { type Token, tokenize } from '../sql/lexer.ts';
import { literal, quote } from './glue-type.ts';

const COMPARISONS = new Set(['=', '<>', '!=', '<', '>', '<=', '>=']);

/**
 * Reads a data cells filter's expression by Lake Formation's grammar and writes it anew for DuckDB: what is not in the grammar (a function, a
 * subquery, a second column) cannot come through.
 * @param columns lower-case name to DuckDB type of every column of the table
 * @throws QueryFailure for an expression that the grammar or the table does not hold
 */
export function printRowFilter(expression: string, columns: ReadonlyMap<string, string>): string {
  const reader = new FilterReader(expression, columns);
  return reader.whole();
}

class FilterReader {
  readonly #expression: string;
  readonly #tokens: readonly Token[];
  readonly #columns: ReadonlyMap<string, string>;
  #at = 0;

  constructor(expression: string, columns: ReadonlyMap<string, string>) {
    this.#expression = expression;
    this.#tokens = tokenize(expression);
    this.#columns = columns;
  }

  whole(): string {
    const text = this.#or();
    if (this.#at < this.#tokens.length) this.#fail();
    return text;
  }

  #or(): string {
    const parts = [this.#and()];
    while (this.#accept('or')) parts.push(this.#and());
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' OR ')})`;
  }

  #and(): string {
    const parts = [this.#not()];
    while (this.#accept('and')) parts.push(this.#not());
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join(' AND ')})`;
  }

  #not(): string {
    if (this.#accept('not')) return `(NOT ${this.#not()})`;
    if (this.#accept('true')) return 'TRUE';
    if (!this.#accept('(')) return this.#comparison();
    const inner = this.#or();
    this.#need(')');
    return `(${inner})`;
  }

  #comparison(): string {
    const column = this.#column();
    const operator = this.#peek();
    if (operator?.kind === 'symbol' && COMPARISONS.has(operator.value)) {
      this.#at += 1;
      return `${column} ${operator.value === '!=' ? '<>' : operator.value} ${this.#constant()}`;
    }
    if (this.#accept('is')) {
      const not = this.#accept('not') ? 'NOT ' : '';
      this.#need('null');
      return `${column} IS ${not}NULL`;
    }
    const not = this.#accept('not') ? 'NOT ' : '';
    if (this.#accept('like')) return `${column} ${not}LIKE ${this.#constant()}`;
    if (this.#accept('between')) {
      const low = this.#constant();
      this.#need('and');
      return `${column} ${not}BETWEEN ${low} AND ${this.#constant()}`;
    }
    this.#need('in');
    this.#need('(');
    const list = [this.#constant()];
    while (this.#accept(',')) list.push(this.#constant());
    this.#need(')');
    return `${column} ${not}IN (${list.join(', ')})`;
  }

  #column(): string {
    const token = this.#peek();
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) return this.#fail();
    this.#at += 1;
    const name = token.value.toLowerCase();
    if (!this.#columns.has(name)) throw this.#failure(`there is no column ${name}`);
    let text = quote(name);
    while (this.#accept('.')) {
      const field = this.#peek();
      if (field === undefined || (field.kind !== 'word' && field.kind !== 'quoted')) return this.#fail();
      this.#at += 1;
      text += `.${quote(field.value.toLowerCase())}`;
    }
    return text;
  }

  #constant(): string {
    const sign = this.#accept('-') ? '-' : '';
    const token = this.#peek();
    this.#at += 1;
    if (token?.kind === 'number') return `${sign}${token.value}`;
    if (sign === '' && token?.kind === 'string') return literal(token.value);
    if (sign === '' && token?.kind === 'word' && (token.value === 'true' || token.value === 'false'))
      return token.value;
    if (
      token?.kind === 'word' &&
      (token.value === 'date' || token.value === 'timestamp') &&
      this.#peek()?.kind === 'string'
    ) {
      const text = this.#peek()?.value ?? '';
      this.#at += 1;
      return `CAST(${literal(text)} AS ${token.value.toUpperCase()})`;
    }
    this.#at -= 1;
    return this.#fail();
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #accept(word: string): boolean {
    const token = this.#peek();
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'symbol') || token.value !== word) return false;
    this.#at += 1;
    return true;
  }

  #need(word: string): void {
    if (!this.#accept(word)) this.#fail();
  }

  #fail(): never {
    const token = this.#peek();
    throw this.#failure(
      token === undefined ? 'it ends too early' : `'${token.value}' is not expected at ${token.column}`,
    );
  }

  #failure(why: string): QueryFailure {
    return new QueryFailure(`GENERIC_USER_ERROR: invalid row filter '${this.#expression}': ${why}`);
  }
}
