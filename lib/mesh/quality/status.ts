import type { PromiseResult, QualityMeasured, RuleResult } from '../event/report.ts';
import { ownValue } from '../own-value.ts';
import type { ProductTable } from '../product/product.ts';
import { availability } from './availability.ts';

/** One measurement in short. */
export interface Measurement {
  readonly at: string;
  readonly run?: string;
  readonly tables: readonly string[];
  readonly rules: number;
  /** Rules of the severity error that were broken; of all others. */
  readonly failed: number;
  readonly warned: number;
  /** Rules that could not be measured. */
  readonly unmeasured: number;
  /** Promises that were not kept. */
  readonly broken: number;
}

/** What was measured of a version's data. */
export interface MeasuredStatus {
  /** By table: the last measurement that was taken. */
  readonly tables: Readonly<Record<string, { readonly at: string; readonly run?: string }>>;
  /** The newest of each rule, what is wrong first. */
  readonly results: readonly RuleResult[];
  readonly promises: readonly PromiseResult[];
  /** Newest first, at most `KEPT_MEASUREMENTS`: the trail has all. */
  readonly history: readonly Measurement[];
}

const KEPT_MEASUREMENTS = 100;
/** So that a contract of thousands of rules fits a record, which has the newest report beside them: beyond that only what is wrong is sure to be kept. */
const KEPT_RESULTS = 300;
const KEPT_CHARACTERS = 120_000;

/** True for a rule that is known to be broken; one that could not be measured since it was is broken still. */
export function isBroken({ ok, value }: RuleResult | PromiseResult): boolean {
  return !ok && value !== undefined;
}

/** True for a rule of which nothing is known. */
export function isUnknown({ ok, value }: RuleResult | PromiseResult): boolean {
  return !ok && value === undefined;
}

/** The tables of a measurement that say something new: those that the product has, and that no younger one has been taken of. */
export function newTables(
  before: MeasuredStatus | undefined,
  { results, promises, at, run }: QualityMeasured,
  tables: readonly ProductTable[],
): Set<string> {
  const named = [...results, ...promises].flatMap(({ table }) => table ?? []);
  return new Set(
    named.filter((name) => {
      const last = ownValue(before?.tables, name);
      const isOwn = tables.some((table) => table.name === name && table.view === undefined);
      return isOwn && (last === undefined || last.at < at || (last.at === at && last.run !== run));
    }),
  );
}

/** The status with what was measured of those tables in the place of what was known of them. */
export function withMeasurement(
  before: MeasuredStatus | undefined,
  report: QualityMeasured,
  tables: ReadonlySet<string>,
  sla: Readonly<Record<string, string | number>> | undefined,
): MeasuredStatus {
  const { at, run } = report;
  const isOf = ({ table }: { readonly table?: string }) => table !== undefined && tables.has(table);
  const results = report.results.filter(isOf).map((next) => stillBroken(before?.results.find(isSameRule(next)), next));
  const promises = report.promises
    .filter(isOf)
    .map((next) => stillBroken(before?.promises.find(isSamePromise(next)), next));
  const stamp = { at, ...(run === undefined ? {} : { run }) };
  const history = [measurementOf({ results, promises }, tables, stamp), ...(before?.history ?? [])].slice(
    0,
    KEPT_MEASUREMENTS,
  );
  const others = (before?.promises ?? []).filter((one) => one.table !== undefined && !isOf(one));
  const own = availability(history, sla?.availability);
  return {
    tables: { ...before?.tables, ...Object.fromEntries([...tables].map((name) => [name, stamp])) },
    results: worstFirst(
      [...(before?.results ?? []).filter((one) => !isOf(one)), ...results],
      KEPT_RESULTS,
      KEPT_CHARACTERS,
    ),
    promises: [...others, ...promises, ...(own === undefined ? [] : [own])],
    history,
  };
}

/** The status without what rules and tables say that a contract no longer has. */
export function withoutGone(status: MeasuredStatus, tables: readonly ProductTable[]): MeasuredStatus {
  const own = new Map(tables.filter(({ view }) => view === undefined).map((table) => [table.name, table]));
  return {
    ...status,
    tables: Object.fromEntries(Object.entries(status.tables).filter(([name]) => own.has(name))),
    results: status.results.filter(({ table, rule }) =>
      own.get(table)?.quality?.some(({ measure, check }) => measure === rule && check !== undefined),
    ),
    promises: status.promises.filter(({ table, property }) => {
      const has = table === undefined ? undefined : own.get(table);
      if (property === 'retention') return has?.agesBy !== undefined;
      return table === undefined || has?.promises?.some((promise) => promise.property === property) === true;
    }),
  };
}

function stillBroken<Result extends RuleResult | PromiseResult>(before: Result | undefined, next: Result): Result {
  if (next.error === undefined || before === undefined || !isBroken(before)) return next;
  return { ...before, error: next.error };
}

const isSameRule = (next: RuleResult) => (one: RuleResult) => one.table === next.table && one.rule === next.rule;
const isSamePromise = (next: PromiseResult) => (one: PromiseResult) =>
  one.table === next.table && one.property === next.property;

/** Results, what is broken first, as many of them as may be. */
export function worstFirst(results: readonly RuleResult[], most: number, characters: number): RuleResult[] {
  let length = 0;
  return results
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, most)
    .filter((result) => {
      length += JSON.stringify(result).length;
      return length <= characters;
    });
}

function rank(result: RuleResult): number {
  if (result.ok) return 4;
  return (isBroken(result) ? 0 : 2) + (result.severity === 'error' ? 0 : 1);
}

function measurementOf(
  { results, promises }: Pick<QualityMeasured, 'results' | 'promises'>,
  tables: ReadonlySet<string>,
  stamp: { readonly at: string; readonly run?: string },
): Measurement {
  const broken = results.filter(isBroken);
  return {
    ...stamp,
    tables: [...tables].toSorted(),
    rules: results.length,
    failed: broken.filter(({ severity }) => severity === 'error').length,
    warned: broken.filter(({ severity }) => severity !== 'error').length,
    unmeasured: results.filter(({ error }) => error !== undefined).length,
    broken: promises.filter(isBroken).length,
  };
}
