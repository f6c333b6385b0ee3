import type { PromiseResult, RuleResult } from '../event/report.ts';
import { judgeFreshness } from '../product/freshness.ts';
import type { ProductRecord } from '../product/product.ts';
import { type Condition, condition, withCondition } from '../record.ts';
import { isBroken, isUnknown, type MeasuredStatus } from './status.ts';

/** Promises that the condition `Fresh` tells of. */
const OF_FRESHNESS: readonly string[] = ['freshness', 'frequency'];

/** One sentence on a broken rule. */
export function faultOf({ table, rule, value, expected, error }: RuleResult): string {
  const said = value === undefined ? (error ?? 'not measured') : `${round(value)}, expected is ${expected}`;
  return `${table}: ${rule} is ${said}`;
}

/** The rules of the severity error that are known to be broken. */
export function brokenRules(status: MeasuredStatus | undefined): RuleResult[] {
  return (status?.results ?? []).filter((result) => result.severity === 'error' && isBroken(result));
}

/** The conditions of a version as its measurements leave them. */
export function measuredConditions(product: ProductRecord, now: Date): readonly Condition[] {
  const { measured, conditions } = product.status;
  if (measured === undefined) return conditions;
  const next = [healthOf(product, measured, now), promisesOf(product, measured, now), judgeFreshness(product, now)];
  return next.reduce<readonly Condition[]>(
    (all, one) => (one === undefined ? all : withCondition(all, one)),
    conditions,
  );
}

function healthOf(product: ProductRecord, measured: MeasuredStatus, now: Date): Condition | undefined {
  const rules = measured.results.filter(({ severity }) => severity === 'error');
  const stamp = { type: 'Healthy' as const, generation: product.generation, at: now.toISOString() };
  if (rules.length === 0) {
    // Nothing is left that could be broken.
    const was = condition(product, 'Healthy');
    return was === undefined
      ? undefined
      : { ...stamp, status: 'true', reason: 'QualityPassed', message: 'no rule is broken' };
  }
  const broken = rules.filter(isBroken);
  if (broken.length > 0) {
    return { ...stamp, status: 'false', reason: 'QualityFailed', message: sentences(broken.map(faultOf)) };
  }
  const unknown = rules.filter(isUnknown);
  if (unknown.length > 0) {
    const message = sentences(unknown.map(({ table, rule, error }) => `${table}: ${rule}: ${error}`));
    return { ...stamp, status: 'unknown', reason: 'NotMeasured', message };
  }
  return {
    ...stamp,
    status: 'true',
    reason: 'QualityPassed',
    message: `${measured.results.length} rules are measured`,
  };
}

function promisesOf(product: ProductRecord, measured: MeasuredStatus, now: Date): Condition | undefined {
  const promises = measured.promises.filter(({ property }) => !OF_FRESHNESS.includes(property));
  if (promises.length === 0 && condition(product, 'Kept') === undefined) return undefined;
  const stamp = { type: 'Kept' as const, generation: product.generation, at: now.toISOString() };
  const broken = promises.filter(isBroken);
  if (broken.length > 0) {
    return { ...stamp, status: 'false', reason: 'PromiseBroken', message: sentences(broken.map(breachOf)) };
  }
  const [unknown] = promises.filter(isUnknown);
  if (unknown !== undefined)
    return { ...stamp, status: 'unknown', reason: 'NotMeasured', message: unknown.error ?? '' };
  return { ...stamp, status: 'true', reason: 'AsPromised' };
}

function breachOf({ property, table, value = 0, unit = '', promised }: PromiseResult): string {
  const what = table === undefined ? property : `${property} of ${table}`;
  return `${what} is ${round(value)} ${unit}, promised is ${promised}`;
}

/** The first of them, so that a condition can be read. */
function sentences(all: readonly string[]): string {
  const more = all.length > 5 ? `; and ${all.length - 5} more` : '';
  return all.slice(0, 5).join('; ') + more;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
