import { invalidInput } from './errors.ts';

type Value = string | number;
type Test = (value: (column: string) => Value) => boolean;

interface Key {
  readonly name: string;
  readonly type: string;
}

const PATTERN = /\s*(?:'((?:[^']|'')*)'|"([^"]+)"|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|(<=|>=|<>|!=|[=<>(),]))/y;
const NUMERIC = /^(tinyint|smallint|int|integer|bigint|long|float|double|decimal)/i;

/**
 * Glue's `Expression` of partitions: comparisons of partition keys with constants, joined by AND, OR and NOT.
 * @returns whether a partition with those values (in the order of the keys) is meant
 * @throws AwsError InvalidInputException
 */
export function partitionMatcher(
  expression: string | undefined,
  keys: readonly Key[],
): (values: readonly string[]) => boolean {
  if (expression === undefined || expression.trim() === '') return () => true;
  const test = new Parser(expression, keys).parse();
  const at = new Map(keys.map(({ name }, index) => [name.toLowerCase(), index]));
  return (values) =>
    test((column) => {
      const index = at.get(column) ?? 0;
      const text = values[index] ?? '';
      return NUMERIC.test(keys[index]?.type ?? '') ? Number(text) : text;
    });
}

class Parser {
  readonly #tokens: { readonly text: string; readonly quoted: boolean; readonly literal: boolean }[] = [];
  readonly #keys: ReadonlyMap<string, Key>;
  #at = 0;

  constructor(text: string, keys: readonly Key[]) {
    this.#keys = new Map(keys.map((key) => [key.name.toLowerCase(), key]));
    PATTERN.lastIndex = 0;
    const source = text.trimEnd();
    while (PATTERN.lastIndex < source.length) {
      const match = PATTERN.exec(source);
      if (match === null) throw invalidInput(`Unsupported expression '${text}'`);
      const [, quoted, name, number, word, sign] = match;
      if (quoted !== undefined) this.#tokens.push({ text: quoted.replaceAll("''", "'"), quoted: true, literal: true });
      else if (number !== undefined) this.#tokens.push({ text: number, quoted: false, literal: true });
      else this.#tokens.push({ text: name ?? word ?? sign ?? '', quoted: name !== undefined, literal: false });
    }
  }

  parse(): Test {
    const test = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return test;
  }

  #or(): Test {
    const terms = [this.#and()];
    while (this.#take('or')) terms.push(this.#and());
    return (value) => terms.some((term) => term(value));
  }

  #and(): Test {
    const terms = [this.#term()];
    while (this.#take('and')) terms.push(this.#term());
    return (value) => terms.every((term) => term(value));
  }

  #term(): Test {
    if (this.#take('not')) {
      const inner = this.#term();
      return (value) => !inner(value);
    }
    if (this.#take('(')) {
      const inner = this.#or();
      this.#need(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): Test {
    const token = this.#tokens[this.#at];
    const name = token?.text.toLowerCase() ?? '';
    const key = this.#keys.get(name);
    if (token === undefined || token.literal || key === undefined) throw this.#unexpected();
    this.#at += 1;
    const constant = () => this.#constant(key);
    const negated = this.#take('not');
    if (this.#take('in')) {
      this.#need('(');
      const list = [constant()];
      while (this.#take(',')) list.push(constant());
      this.#need(')');
      return (value) => list.includes(value(name)) !== negated;
    }
    if (this.#take('between')) {
      const low = constant();
      this.#need('and');
      const high = constant();
      return (value) => (value(name) >= low && value(name) <= high) !== negated;
    }
    if (this.#take('like')) {
      const pattern = like(String(constant()));
      return (value) => pattern.test(String(value(name))) !== negated;
    }
    if (negated) throw this.#unexpected();
    return this.#compare(name, constant);
  }

  #compare(name: string, constant: () => Value): Test {
    const sign = ['=', '<=', '>=', '<>', '!=', '<', '>'].find((text) => this.#take(text));
    if (sign === undefined) throw this.#unexpected();
    const wanted = constant();
    return (value) => {
      const actual = value(name);
      if (sign === '=') return actual === wanted;
      if (sign === '<>' || sign === '!=') return actual !== wanted;
      if (sign === '<') return actual < wanted;
      if (sign === '>') return actual > wanted;
      return sign === '<=' ? actual <= wanted : actual >= wanted;
    };
  }

  #constant(key: Key): Value {
    const token = this.#tokens[this.#at];
    if (token === undefined || !token.literal) throw this.#unexpected();
    this.#at += 1;
    return NUMERIC.test(key.type) ? Number(token.text) : token.text;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.literal || token.quoted || token.text.toLowerCase() !== text) return false;
    this.#at += 1;
    return true;
  }

  #need(text: string): void {
    if (!this.#take(text)) throw this.#unexpected();
  }

  #unexpected(): Error {
    return invalidInput(`Unsupported expression: unexpected '${this.#tokens[this.#at]?.text ?? 'end'}'`);
  }
}

function like(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${source}$`, 's');
}
