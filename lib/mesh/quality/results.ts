import type { PromiseResult, RuleResult } from '../event/report.ts';
import { durationOf, inUnitOf } from '../product/duration.ts';
import type { QualityRule } from '../product/quality-rule.ts';
import { LEAD } from '../retention/plan.ts';
import type { TableQuality } from './duty.ts';
import { expectation, isKept } from './verdict.ts';

const DAY = 86_400_000;

/** What was measured of a rule, from the text of a query's result; `rows` of the table, for a share of them. */
export function ruleResult(rule: QualityRule, table: string, text: string | null, rows: number): RuleResult {
  const counted = numberIn(text);
  if (counted === undefined)
    return ruleFailed(rule, table, `the query gives ${text === null ? 'NULL' : 'text'}, no number`);
  const ofAll = rows === 0 ? 0 : (100 * counted) / rows;
  const value = rule.unit === 'percent' ? ofAll : counted;
  return { ...head(rule, table), ok: isKept(rule, value), value };
}

/** A rule that could not be measured, and why. */
export function ruleFailed(rule: QualityRule, table: string, error: string): RuleResult {
  return { ...head(rule, table), ok: false, error: withoutValues(error) };
}

/** What Athena says when a value stops a query that is right by itself. */
const OF_DATA =
  /\b(?:INVALID_CAST_ARGUMENT|INVALID_FUNCTION_ARGUMENT|NUMERIC_VALUE_OUT_OF_RANGE|HIVE_BAD_DATA|HIVE_CURSOR_ERROR|GENERIC_USER_ERROR)\b/;

/** Everybody sees what is known of a product, and such an error quotes the value. */
function withoutValues(error: string): string {
  const [code] = OF_DATA.exec(error) ?? [];
  return code === undefined
    ? error.slice(0, 500)
    : `${code}: a value stops the query; what Athena says quotes it and stays in the domain's account`;
}

function head(rule: QualityRule, table: string): Omit<RuleResult, 'ok'> {
  return {
    rule: rule.measure,
    table,
    ...(rule.column === undefined ? {} : { column: rule.column }),
    severity: rule.severity ?? 'error',
    ...(rule.dimension === undefined ? {} : { dimension: rule.dimension }),
    expected: expectation(rule),
  };
}

/** A number, or a truth as 1 or 0. */
function numberIn(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true' ? 1 : 0;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** The newest and the oldest values of the columns that promises are measured by, as the query gave them; an `Error` where it did not. */
export interface Edges {
  readonly newest: ReadonlyMap<string, string | null | Error>;
  readonly oldest?: string | null | Error;
}

/** What was measured of a table's promises of age: how old its newest data is, how long it took to come, and how old the oldest is. */
export function promiseResults(table: TableQuality, { newest, oldest = null }: Edges, now: Date): PromiseResult[] {
  const results = table.promises.map(({ property, column, promised }): PromiseResult => {
    const edge = newest.get(column) ?? null;
    const time = edge instanceof Error ? undefined : timeOf(edge, 'end');
    const common = { property, table: table.name, promised };
    if (time === undefined) return { ...common, ok: false, error: notTold(edge, column) };
    if (property === 'latency' && table.delivered === undefined) {
      return { ...common, ok: false, error: 'no data was ever reported, so nobody knows how long it took' };
    }
    const until = property === 'latency' ? Date.parse(table.delivered ?? '') : now.getTime();
    const age = Math.max(0, until - time);
    return { ...common, ok: age <= (durationOf(promised) ?? 0), ...inUnitOf(promised, age) };
  });
  const { kept } = table;
  const limit = kept && durationOf(kept.promised);
  if (kept === undefined || limit === undefined) return results;
  const common = { property: 'retention', table: table.name, promised: kept.promised };
  const time = oldest instanceof Error ? undefined : timeOf(oldest, 'start');
  // An empty table keeps nothing too long.
  if (oldest === null) return [...results, { ...common, ok: true }];
  if (time === undefined) return [...results, { ...common, ok: false, error: notTold(oldest, kept.column) }];
  const age = Math.max(0, now.getTime() - time);
  // What is past is announced before it goes, and goes with the next disposal.
  const latest = limit + LEAD + 2 * DAY + limit / 50;
  return [...results, { ...common, ok: age <= latest, ...inUnitOf(kept.promised, age) }];
}

function notTold(edge: string | null | Error, column: string): string {
  if (edge instanceof Error) return withoutValues(edge.message);
  return edge === null ? `"${column}" holds no time` : `"${column}" holds what is no time`;
}

/** A time as Athena prints it, or as text in ISO 8601, in UTC; a day counts from its start, or to its end. */
function timeOf(text: string | null, edge: 'start' | 'end'): number | undefined {
  const written = (text ?? '').trim();
  if (/^\d{4}-\d\d-\d\d$/.test(written)) {
    const start = Date.parse(`${written}T00:00:00Z`);
    return Number.isNaN(start) ? undefined : start + (edge === 'end' ? DAY : 0);
  }
  if (!/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d/.test(written)) return undefined;
  const iso = written.replace(' ', 'T').replace(/ UTC$/, 'Z');
  const time = Date.parse(/(?:Z|[-+]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(time) ? undefined : time;
}
