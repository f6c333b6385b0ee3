import type { DuckdbParser } from '../engine/parser.ts';
import { keepDates } from './dates.ts';
import { divideAsAthena } from './division.ts';
import { type Gated, gateQuery } from './gate.ts';
import { quoteReserved } from './keywords.ts';
import { type Token, tokenize } from './lexer.ts';
import { checkLimit, withoutLimitAll } from './limit.ts';
import { Recent } from './recent.ts';
import { macrosIn, prepare, type Transpiler } from './transpile.ts';

/** A query that has passed the first gate. */
export interface Reading extends Gated {
  readonly sql: string;
  readonly tokens: readonly Token[];
}

/** A query in DuckDB's words, and as DuckDB reads them. */
export interface Translation {
  readonly text: string;
  /** The macros that the text calls. */
  readonly macros: readonly string[];
  /** What `json_serialize_sql` says of the text: the second gate judges it for each query anew, against what that query was given. */
  readonly tree: string;
}

/** Readings and translations of texts: they depend on the text alone, so the last ones are kept. What fails is not kept. */
export class Translations {
  readonly #transpile: Transpiler;
  readonly #parser: DuckdbParser;
  readonly #readings = new Recent<Reading>();
  readonly #translations = new Recent<Translation>();

  constructor(transpile: Transpiler, parser: DuckdbParser) {
    this.#transpile = transpile;
    this.#parser = parser;
  }

  /** Passes the first gate. @throws what {@link gateQuery} throws */
  read(text: string): Reading {
    const known = this.#readings.get(text);
    if (known !== undefined) return known;
    const sql = quoteReserved(text, tokenize(text));
    const tokens = tokenize(sql);
    const gated = gateQuery(sql, tokens);
    checkLimit(tokens);
    const reading = { sql, tokens, ...gated };
    this.#readings.set(text, reading);
    return reading;
  }

  /** @throws QueryFailure for what cannot be translated */
  async translate({ sql, tokens }: Reading): Promise<Translation> {
    const known = this.#translations.get(sql);
    if (known !== undefined) return known;
    const dated = keepDates(withoutLimitAll(sql, tokens));
    const plain = this.#transpile(prepare(dated, tokenize(dated)));
    const text = tokens.some((token) => token.value === '/' || token.value === '%')
      ? await divideAsAthena(plain, this.#parser)
      : plain;
    const translation = { text, macros: macrosIn(text), tree: await this.#parser.serialize(text) };
    this.#translations.set(sql, translation);
    return translation;
  }
}
