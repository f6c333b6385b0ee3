import { invalid } from './errors.ts';

type Token = { readonly kind: 'word' | 'name' | 'text' | 'number' | 'sign'; readonly text: string };

const RESERVED = new Set([
  ...['ctid', 'oid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid', 'insertxid', 'deletexid', 'importoid'],
  'redcatuniqueid',
]);
const KEYWORDS = new Set(['and', 'or', 'not', 'in', 'between', 'like', 'is', 'null', 'true', 'false']);
const TYPES = /^(string|char|varchar|tinyint|smallint|int|integer|long|bigint|float|double|decimal|boolean|struct)\b/;

/** A column as far as a filter cares: its type, and whether the table is partitioned by it. */
export interface FilterColumn {
  readonly type: string;
  readonly partition: boolean;
}

/**
 * Checks a row filter against Lake Formation's grammar: comparisons of a column with constants, joined by AND, OR and NOT; no functions, no
 * column against column.
 * @throws AwsError InvalidInputException
 */
export function checkFilterExpression(text: string, columns: ReadonlyMap<string, FilterColumn>): void {
  if (text.length > 2048) throw invalid('Row filter expression must have at most 2048 characters');
  const parser = new Parser(tokenize(text), columns);
  parser.expression();
  parser.end();
}

function tokenize(text: string): Token[] {
  const pattern =
    /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")+)"|([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_$]*)|(<=|>=|<>|!=|[=<>(),.])/y;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw invalid(`Invalid row filter expression: unexpected '${text[from]}' at position ${from}`);
    const [, quoted, name, number, word, sign] = match;
    if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.replaceAll('""', '"') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #columns: ReadonlyMap<string, FilterColumn>;
  #at = 0;

  constructor(tokens: readonly Token[], columns: ReadonlyMap<string, FilterColumn>) {
    this.#tokens = tokens;
    this.#columns = columns;
  }

  expression(): void {
    do this.#conjunction();
    while (this.#takeWord('or'));
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw invalid(`Invalid row filter expression: unexpected '${token.text}'`);
  }

  #conjunction(): void {
    do this.#term();
    while (this.#takeWord('and'));
  }

  #term(): void {
    while (this.#takeWord('not'));
    if (this.#takeSign('(')) {
      this.expression();
      this.#needSign(')');
      return;
    }
    if (this.#takeWord('true') || this.#takeWord('false')) return;
    this.#condition();
  }

  #condition(): void {
    const { name, column } = this.#column();
    if (this.#takeWord('is')) {
      this.#takeWord('not');
      if (!this.#takeWord('null')) throw this.#unexpected();
      if (column.partition) throw invalid(`IS NULL is not supported on the partition column ${name}`);
      return;
    }
    const negated = this.#takeWord('not');
    if (this.#takeWord('in')) {
      this.#needSign('(');
      do this.#constant();
      while (this.#takeSign(','));
      this.#needSign(')');
      return;
    }
    if (this.#takeWord('between')) {
      this.#constant();
      if (!this.#takeWord('and')) throw this.#unexpected();
      this.#constant();
      return;
    }
    if (this.#takeWord('like')) {
      this.#constant();
      return;
    }
    if (negated || !['=', '<', '>', '<=', '>=', '<>', '!='].some((sign) => this.#takeSign(sign))) {
      throw this.#unexpected();
    }
    this.#constant();
  }

  #column(): { name: string; column: FilterColumn } {
    const token = this.#tokens[this.#at];
    const bare = token?.kind === 'word' && !KEYWORDS.has(token.text.toLowerCase());
    if (token === undefined || !(bare || token.kind === 'name')) throw this.#unexpected();
    this.#at += 1;
    const name = token.text.toLowerCase();
    if (RESERVED.has(name)) throw invalid(`The column name ${name} is reserved and cannot be used in a row filter`);
    if (this.#isSign('(')) throw invalid(`Invalid row filter expression: functions are not supported: ${name}`);
    const column = this.#columns.get(name);
    if (column === undefined) throw invalid(`Column ${name} in the row filter expression does not exist`);
    const nested = this.#field();
    if (nested && column.partition) throw invalid(`Nested fields of the partition column ${name} are not supported`);
    if (nested && !column.type.startsWith('struct')) throw invalid(`Column ${name} is not a struct`);
    if (!TYPES.test(column.type.toLowerCase())) {
      throw invalid(`Column ${name} of type ${column.type} is not supported in a row filter`);
    }
    return { name, column };
  }

  #field(): boolean {
    let nested = false;
    while (this.#takeSign('.')) {
      const token = this.#tokens[this.#at];
      if (token === undefined || (token.kind !== 'word' && token.kind !== 'name')) throw this.#unexpected();
      this.#at += 1;
      nested = true;
    }
    return nested;
  }

  #constant(): void {
    const token = this.#tokens[this.#at];
    const literal = token?.kind === 'text' || token?.kind === 'number';
    if (!literal && !this.#takeWord('true') && !this.#takeWord('false')) throw this.#unexpected();
    if (literal) this.#at += 1;
  }

  #isSign(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'sign' && token.text === text;
  }

  #takeSign(text: string): boolean {
    if (!this.#isSign(text)) return false;
    this.#at += 1;
    return true;
  }

  #needSign(text: string): void {
    if (!this.#takeSign(text)) throw this.#unexpected();
  }

  #takeWord(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #unexpected(): Error {
    const token = this.#tokens[this.#at];
    return invalid(`Invalid row filter expression: unexpected ${token === undefined ? 'end' : `'${token.text}'`}`);
  }
}
