import type { TokenReader } from './expression-token.ts';
import { invalid } from './failure.ts';
import type { Path } from './path.ts';
import { isReserved } from './reserved-words.ts';
import { type Item, normalize, type Value } from './value.ts';

/** The names and values that a request gives its expressions; it knows at the end which of them none used. */
export class ExpressionScope {
  readonly #names: Readonly<Record<string, string>>;
  readonly #values: Item;
  readonly #used = new Set<string>();

  constructor(input: {
    readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
    readonly ExpressionAttributeValues?: Item;
  }) {
    this.#names = input.ExpressionAttributeNames ?? {};
    this.#values = Object.fromEntries(
      Object.entries(input.ExpressionAttributeValues ?? {}).map(([name, value]) => [name, this.#checked(name, value)]),
    );
  }

  /** Reads a document path, e.g. `a.#b[3].c`. */
  path(reader: TokenReader): Path {
    const path: (string | number)[] = [this.#segment(reader)];
    for (;;) {
      if (reader.peek().kind === 'index') path.push(Number(reader.next().text));
      else if (reader.takes('.')) path.push(this.#segment(reader));
      else return path;
    }
  }

  value(reader: TokenReader): Value {
    const { text } = reader.next();
    const value = this.#values[text];
    if (value === undefined) {
      throw invalid(
        `Invalid ${reader.kind}: An expression attribute value used in expression is not defined; attribute value: ${text}`,
      );
    }
    this.#used.add(text);
    return value;
  }

  /** @throws AwsError `ValidationException` when a name or a value is in no expression. */
  finish(): void {
    this.#refuseUnused('ExpressionAttributeNames', Object.keys(this.#names));
    this.#refuseUnused('ExpressionAttributeValues', Object.keys(this.#values));
  }

  #segment(reader: TokenReader): string {
    const token = reader.peek();
    if (token.kind === 'alias') {
      const name = this.#names[token.text];
      if (name === undefined) {
        throw invalid(
          `Invalid ${reader.kind}: An expression attribute name used in the document path is not defined; attribute name: ${token.text}`,
        );
      }
      this.#used.add(token.text);
      reader.next();
      return name;
    }
    if (token.kind !== 'name') throw reader.unexpected();
    if (isReserved(token.text)) {
      throw invalid(`Invalid ${reader.kind}: Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    }
    reader.next();
    return token.text;
  }

  #refuseUnused(member: string, names: readonly string[]): void {
    const unused = names.filter((name) => !this.#used.has(name));
    if (unused.length === 0) return;
    throw invalid(`Value provided in ${member} unused in expressions: keys: {${unused.join(', ')}}`);
  }

  #checked(name: string, value: Value): Value {
    try {
      return normalize(value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw invalid(`ExpressionAttributeValues contains invalid value: ${reason} for key ${name}`);
    }
  }
}
