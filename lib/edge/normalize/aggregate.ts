import type { Row, Value } from './row.ts';

export type Measure = 'avg' | 'min' | 'max' | 'sum' | 'count';

export interface AggregateRules {
  /** Milliseconds of one window. */
  readonly window: number;
  /** The timestamp column that says into which window a row belongs. */
  readonly time: string;
  readonly by: readonly string[];
  /** Columns of what leaves the site, beside `window_start` and those of `by`. */
  readonly measures: readonly { readonly column: string; readonly measure: Measure; readonly of?: string }[];
  /** How long after its end a window waits for rows, in milliseconds. */
  readonly wait: number;
}

interface Group {
  readonly key: readonly Value[];
  readonly numbers: { count: number; sum: number; min: number; max: number }[];
  rows: number;
}

/** Rows gathered by window and group. Only what it gives for a window that is over leaves the site. */
export class Windows {
  readonly #rules: AggregateRules;
  readonly #windows = new Map<number, Map<string, Group>>();
  #closed: number;
  #newest = Number.NEGATIVE_INFINITY;

  /** @param closed the end of the last window that was given, in epoch milliseconds. */
  constructor(rules: AggregateRules, closed: number) {
    this.#rules = rules;
    this.#closed = closed;
  }

  /** The end of the last window that was given. */
  get closed(): number {
    return this.#closed;
  }

  /** Whether the row's window was given already. */
  isLate(row: Row): boolean {
    const at = timeOf(row[this.#rules.time]);
    return at !== undefined && at < this.#closed;
  }

  add(row: Row): void {
    const { window, by, measures, time } = this.#rules;
    const at = timeOf(row[time]);
    if (at === undefined || at < this.#closed) return;
    this.#newest = Math.max(this.#newest, at);
    const start = Math.floor(at / window) * window;
    const groups = this.#windows.get(start) ?? new Map<string, Group>();
    this.#windows.set(start, groups);
    const key = by.map((column) => row[column] ?? null);
    const name = JSON.stringify(key);
    const group = groups.get(name) ?? { key, rows: 0, numbers: measures.map(empty) };
    groups.set(name, group);
    group.rows += 1;
    measures.forEach(({ of }, index) => {
      const value = of === undefined ? undefined : Number(row[of] ?? Number.NaN);
      const number = group.numbers[index];
      if (number === undefined || value === undefined || Number.isNaN(value)) return;
      number.count += 1;
      number.sum += value;
      number.min = Math.min(number.min, value);
      number.max = Math.max(number.max, value);
    });
  }

  /**
   * The rows of all windows that are over: newer rows have come, or none comes any more. `forget` ends those windows, when what they gave is kept.
   * @param now no row is believed to be of a later time, so that one wrong clock closes no windows of others.
   * @param quiet nothing more is expected of the time before, because the source has been quiet.
   */
  over(now: number, quiet: boolean): { readonly rows: Row[]; readonly closed: number } | undefined {
    const { window, wait } = this.#rules;
    const until = Math.floor(((quiet ? now : Math.min(this.#newest, now)) - wait) / window) * window;
    const over = [...this.#windows.keys()].filter((start) => start + window <= until).sort((a, b) => a - b);
    if (over.length === 0) return undefined;
    const groups = over.flatMap((start) =>
      [...(this.#windows.get(start)?.values() ?? [])].map((group) => ({ start, group })),
    );
    return { rows: groups.map(({ start, group }) => this.#row(start, group)), closed: until };
  }

  forget(closed: number): void {
    for (const start of this.#windows.keys()) if (start < closed) this.#windows.delete(start);
    this.#closed = closed;
  }

  #row(start: number, group: Group): Row {
    const { by, measures } = this.#rules;
    const row: Record<string, Value> = {
      window_start: new Date(start).toISOString().replace('T', ' ').replace('Z', ''),
    };
    by.forEach((column, index) => {
      row[column] = group.key[index] ?? null;
    });
    measures.forEach(({ column, measure, of }, index) => {
      const { count, sum, min, max } = group.numbers[index] ?? empty();
      const results = { count: of === undefined ? group.rows : count, sum, min, max, avg: sum / count };
      row[column] = measure !== 'count' && count === 0 ? null : results[measure];
    });
    return row;
  }
}

function empty() {
  return { count: 0, sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
}

/** Epoch milliseconds of a timestamp as rows have it. */
function timeOf(value: Value | undefined): number | undefined {
  const at = typeof value === 'string' ? Date.parse(`${value.replace(' ', 'T')}Z`) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
