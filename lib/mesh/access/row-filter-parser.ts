import { FilterSyntaxError, type Token, tokenize } from './row-filter-tokens.ts';
import type { Comparison, FilterLiteral, RowFilter } from './row-filter-tree.ts';

export { FilterSyntaxError } from './row-filter-tokens.ts';

const MAX_DEPTH = 20;
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

/** Parses `column op literal`, joined by AND, OR, NOT and brackets; throws `FilterSyntaxError` for everything else. */
export function parseFilter(text: string): RowFilter {
  return new FilterParser(tokenize(text)).parse();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): RowFilter {
    const filter = this.#either();
    if (this.#token.kind !== 'end') this.#refuse(`"${this.#token.text}" is not expected here`);
    return filter;
  }

  #either(): RowFilter {
    return this.#chain('or', () => this.#both());
  }

  #both(): RowFilter {
    return this.#chain('and', () => this.#unary());
  }

  #chain(kind: 'and' | 'or', operand: () => RowFilter): RowFilter {
    const operands = [operand()];
    while (this.#accept(kind)) operands.push(operand());
    return operands.length === 1 ? (operands[0] as RowFilter) : { kind, operands };
  }

  #unary(): RowFilter {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.#refuse(`more than ${MAX_DEPTH} brackets are nested`);
    const filter = this.#inner();
    this.#depth -= 1;
    return filter;
  }

  #inner(): RowFilter {
    if (this.#accept('not')) return { kind: 'not', operand: this.#unary() };
    if (!this.#accept('(')) return this.#predicate();
    const filter = this.#either();
    this.#expect(')');
    return filter;
  }

  #predicate(): RowFilter {
    const column = this.#column();
    const comparison = this.#token.kind === 'symbol' ? COMPARISONS[this.#token.text] : undefined;
    if (comparison !== undefined) {
      this.#next += 1;
      return { kind: 'compare', column, operator: comparison, value: this.#literal() };
    }
    if (this.#accept('is')) {
      const negated = this.#accept('not');
      this.#expect('null');
      return { kind: 'null', column, negated };
    }
    const negated = this.#accept('not');
    if (this.#accept('between')) {
      const low = this.#literal();
      this.#expect('and');
      return { kind: 'between', column, negated, low, high: this.#literal() };
    }
    if (this.#accept('in')) return { kind: 'in', column, negated, values: this.#list() };
    if (this.#accept('like')) {
      const pattern = this.#literal();
      if (pattern.kind !== 'string') this.#refuse('LIKE takes a text');
      return { kind: 'like', column, negated, pattern: (pattern as { value: string }).value };
    }
    return this.#refuse(`an operator is missing before "${this.#token.text}"`);
  }

  #column(): string[] {
    const path = [this.#name()];
    while (this.#accept('.')) path.push(this.#name());
    if (this.#token.text === '(') this.#refuse('functions are not allowed');
    return path;
  }

  #name(): string {
    const token = this.#token;
    if (token.kind !== 'word' && token.kind !== 'name') this.#refuse(`a column is missing before "${token.text}"`);
    this.#next += 1;
    return token.text.toLowerCase();
  }

  #list(): FilterLiteral[] {
    this.#expect('(');
    const values = [this.#literal()];
    while (this.#accept(',')) values.push(this.#literal());
    this.#expect(')');
    return values;
  }

  #literal(): FilterLiteral {
    const token = this.#token;
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    this.#next += 1;
    if (token.kind === 'string') return { kind: 'string', value: token.text };
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (word === 'true' || word === 'false') return { kind: 'boolean', value: word === 'true' };
    this.#next -= 1;
    return this.#refuse(`a constant is missing before "${token.text}"`);
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  /** Takes the token when it is this keyword or symbol; a quoted name is neither. */
  #accept(text: string): boolean {
    const token = this.#token;
    const found = (token.kind === 'word' || token.kind === 'symbol') && token.text.toLowerCase() === text;
    if (found) this.#next += 1;
    return found;
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#refuse(`"${text.toUpperCase()}" is missing before "${this.#token.text}"`);
  }

  #refuse(message: string): never {
    throw new FilterSyntaxError(message.replace(' before ""', ' at the end'), this.#token.column);
  }
}
