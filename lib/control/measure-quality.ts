import type { Bus } from '#aws/eventbridge.ts';
import type { MeshApi } from '#aws/mesh-api.ts';
import { WeftError } from '#mesh/error.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { PromiseResult, QualityMeasured, RuleResult } from '#mesh/event/report.ts';
import type { QualityDuty, TableQuality } from '#mesh/quality/duty.ts';
import { type Edges, promiseResults, ruleFailed, ruleResult } from '#mesh/quality/results.ts';
import {
  aloneStatement,
  countingStatement,
  type Measured,
  type MeasuringStatement,
  ownStatement,
} from '#mesh/quality/statement.ts';
import { worstFirst } from '#mesh/quality/status.ts';

export interface MeasureDeps {
  readonly domain: string;
  readonly api: Pick<MeshApi, 'list'>;
  /** The domain's bus, to report on. */
  readonly bus: Bus;
  /** The first row of a query, and when Athena took it; the same token gets the same execution. @throws WEFT-QUERY-001 and -002 */
  query(sql: string, token: string): Promise<{ readonly row: readonly (string | null)[]; readonly at: Date }>;
  /** SHA-256, hex. */
  digest(text: string): string;
  now(): Date;
}

/** What is to be measured, and why. */
export interface MeasureWish {
  /** Of the event or the invocation that asks: the same cause is measured once. */
  readonly cause: string;
  /** Absent: what is due of all products. */
  readonly product?: string;
  readonly major?: number;
  /** Absent: all tables. */
  readonly table?: string;
  /** The run that brought new data, and when. */
  readonly run?: string;
  readonly delivered?: string;
}

/** How many rules were measured, broken and impossible to measure, of how many tables. */
export interface Outcome {
  readonly tables: number;
  readonly rules: number;
  readonly broken: number;
  readonly failed: number;
}

/** Results of one table that one event tells, what is wrong first: an event has an end, and the record that takes it. */
const TOLD = 300;
const TOLD_CHARACTERS = 80_000;

/** Measures what the contracts of the domain's products promise of its tables, and reports each table by itself. What cannot be measured is a result, too. */
export async function measureQuality(wish: MeasureWish, deps: MeasureDeps): Promise<Outcome> {
  const { domain } = deps;
  const query: Record<string, string> = wish.product === undefined ? {} : { product: wish.product };
  const { duties } = await deps.api.list<{ readonly duties: readonly QualityDuty[] }>(
    `/domains/${domain}/quality`,
    query,
  );
  const outcomes: Outcome[] = [];
  for (const duty of duties) {
    for (const table of duty.tables) {
      if (isWanted(wish, duty, table)) outcomes.push(await measureTable(wish, duty, table, deps));
    }
  }
  const sum = (name: keyof Outcome) => outcomes.reduce((total, outcome) => total + outcome[name], 0);
  return { tables: sum('tables'), rules: sum('rules'), broken: sum('broken'), failed: sum('failed') };
}

function isWanted(wish: MeasureWish, duty: QualityDuty, table: TableQuality): boolean {
  if (wish.product === undefined) return table.due;
  return (
    wish.product === duty.product &&
    (wish.major === undefined || wish.major === duty.major) &&
    (wish.table === undefined || wish.table === table.name)
  );
}

async function measureTable(
  wish: MeasureWish,
  duty: QualityDuty,
  known: TableQuality,
  deps: MeasureDeps,
): Promise<Outcome> {
  const { delivered: latest = '' } = wish;
  const table = latest > (known.delivered ?? '') ? { ...known, delivered: latest } : known;
  const work = new Work(`${wish.cause} ${duty.product} ${duty.major}`, table, deps);
  const { results, promises, at } = await work.measure();
  const { run } = wish;
  const report: QualityMeasured = {
    type: 'QualityMeasured',
    id: `quality-${deps.digest(`${wish.cause} ${duty.product} ${duty.major} ${table.name}`).slice(0, 32)}`,
    time: deps.now().toISOString(),
    from: deps.domain,
    domain: duty.domain,
    product: duty.product,
    major: duty.major,
    ...(run === undefined ? {} : { run }),
    at: at.toISOString(),
    results: worstFirst(results, TOLD, TOLD_CHARACTERS),
    promises,
  };
  const event = domainEvent(report);
  const outcome = await deps.bus.put([{ source: event.source, type: event.type, detail: event }]);
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`the report was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
  const failed = results.filter(({ error }) => error !== undefined).length;
  return { tables: 1, rules: results.length, broken: results.filter(({ ok }) => !ok).length - failed, failed };
}

/** A value that was asked for, or why there is none. */
type Answer = string | null | Error;

/** The measurement of one table. */
class Work {
  readonly #cause: string;
  readonly #table: TableQuality;
  readonly #deps: MeasureDeps;
  #at: Date | undefined;

  constructor(cause: string, table: TableQuality, deps: MeasureDeps) {
    this.#cause = cause;
    this.#table = table;
    this.#deps = deps;
  }

  async measure(): Promise<{ results: RuleResult[]; promises: PromiseResult[]; at: Date }> {
    const { name } = this.#table;
    const results: RuleResult[] = [];
    const newest = new Map<string, Answer>();
    let oldest: Answer = null;
    for (const { value, answer, rows } of await this.#counted()) {
      if (value.of === 'newest') newest.set(value.column, answer);
      if (value.of === 'oldest') oldest = answer;
      if (value.of !== 'rule') continue;
      const { rule } = value;
      results.push(
        answer instanceof Error ? ruleFailed(rule, name, answer.message) : ruleResult(rule, name, answer, rows),
      );
    }
    for (const rule of this.#table.rules) {
      if (rule.check?.metric !== 'sql') continue;
      const answer = await this.#first(ownStatement(rule.check.query, rule.column, this.#table));
      results.push(
        answer instanceof Error ? ruleFailed(rule, name, answer.message) : ruleResult(rule, name, answer, 0),
      );
    }
    const edges: Edges = { newest, oldest };
    const at = this.#at ?? this.#deps.now();
    return { results, promises: promiseResults(this.#table, edges, at), at };
  }

  /** All values in one query; where that fails each by itself, so that one that cannot be right stops no other. */
  async #counted(): Promise<{ value: Measured; answer: Answer; rows: number }[]> {
    const whole = countingStatement(this.#table);
    if (whole === undefined) return [];
    const row = await this.#row(whole.sql);
    if (!(row instanceof Error)) return paired(whole, row);
    const wanted = whole.values.slice(1);
    const empty = await this.#row(aloneStatement({ of: 'rows' }, this.#table).sql);
    if (empty instanceof Error) return wanted.map((value) => ({ value, answer: empty, rows: 0 }));
    const answers: { value: Measured; answer: Answer; rows: number }[] = [];
    for (const value of wanted) {
      const alone = aloneStatement(value, this.#table);
      const own = await this.#row(alone.sql);
      answers.push(...(own instanceof Error ? [{ value, answer: own, rows: 0 }] : paired(alone, own)));
    }
    return answers;
  }

  async #first(sql: string): Promise<Answer> {
    const row = await this.#row(sql);
    return row instanceof Error ? row : (row[0] ?? null);
  }

  async #row(sql: string): Promise<readonly (string | null)[] | Error> {
    try {
      const { row, at } = await this.#deps.query(sql, this.#deps.digest(`${this.#cause} ${this.#table.name} ${sql}`));
      // What was there when the first query began is what all of them have seen.
      if (this.#at === undefined || at < this.#at) this.#at = at;
      return row;
    } catch (error) {
      if (error instanceof WeftError && error.code.startsWith('WEFT-QUERY-')) return error;
      throw error;
    }
  }
}

function paired({ values }: MeasuringStatement, row: readonly (string | null)[]) {
  const rows = Number(row[0] ?? 0);
  return values.slice(1).map((value, index) => ({ value, answer: row[index + 1] ?? null, rows }));
}
