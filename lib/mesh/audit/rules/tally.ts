import { type Fact, productOf } from './fact.ts';
import type { Measure } from './rule.ts';

/** Counts what can be measured of a moving window of facts; one step costs what one fact holds. */
export class Tally {
  readonly #queries = new Counter();
  readonly #columns = new Counter();
  readonly #tables = new Counter();
  readonly #products = new Counter();
  #bytes = 0;

  add(fact: Fact): void {
    // A query is told once for each table that it read, and scanned its bytes once.
    if (this.#queries.add(fact.id)) this.#bytes += fact.bytes;
    this.#move(fact, 'add');
  }

  remove(fact: Fact): void {
    if (this.#queries.remove(fact.id)) this.#bytes -= fact.bytes;
    this.#move(fact, 'remove');
  }

  of(measure: Measure): number {
    switch (measure) {
      case 'bytes':
        return this.#bytes;
      case 'columns':
        return this.#columns.size;
      case 'tables':
        return this.#tables.size;
      case 'products':
        return this.#products.size;
      default:
        return this.#queries.size;
    }
  }

  #move(fact: Fact, step: 'add' | 'remove'): void {
    const product = productOf(fact);
    if (product === undefined) return;
    const table = `${product}.${fact.table ?? ''}`;
    this.#products[step](product);
    this.#tables[step](table);
    for (const column of fact.columns) this.#columns[step](`${table}.${column}`);
  }
}

/** How often each of some texts is there. */
class Counter {
  readonly #times = new Map<string, number>();

  get size(): number {
    return this.#times.size;
  }

  /** True when it was not there. */
  add(text: string): boolean {
    const times = this.#times.get(text) ?? 0;
    this.#times.set(text, times + 1);
    return times === 0;
  }

  /** True when it is not there any more. */
  remove(text: string): boolean {
    const times = (this.#times.get(text) ?? 1) - 1;
    if (times > 0) this.#times.set(text, times);
    else this.#times.delete(text);
    return times <= 0;
  }
}
