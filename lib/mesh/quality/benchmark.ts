import { isPublished } from '../product/life.ts';
import { type ProductRecord, productId } from '../product/product.ts';
import { type ErrorBudget, errorBudget } from './availability.ts';
import type { Measurement } from './status.ts';

/** Where a product stands among its peers. */
export interface Standing {
  readonly product: string;
  readonly major: number;
  readonly rules: number;
  /** Percent of its rules that hold now, each by its severity. */
  readonly score: number;
  /** Of the score, in percent points: what it has more than the median of all. */
  readonly aboveMedian: number;
  readonly trend: Trend;
  /** Promises that are broken now. */
  readonly broken: number;
  readonly budget: ErrorBudget;
}

export type Trend = 'better' | 'worse' | 'steady';

/** A broken rule of the severity error weighs as much as four warnings. */
const WEIGHTS = { error: 4, warning: 1, info: 0 } as const;

/** Every published version that was measured against all others, the best first. */
export function benchmark(products: readonly ProductRecord[]): Standing[] {
  const scored = products.filter(isPublished).flatMap((product) => {
    const { measured } = product.status;
    const budget = measured && errorBudget(measured.history, product.sla?.availability);
    if (measured === undefined || budget === undefined) return [];
    const { results, promises, history } = measured;
    const broken = promises.filter(({ ok, value }) => !ok && value !== undefined).length;
    return [{ product, results, broken, history, budget, score: scoreOf(results) }];
  });
  const median = medianOf(scored.map(({ score }) => score));
  return scored
    .map(({ product, results, broken, history, budget, score }) => ({
      product: productId(product),
      major: product.major,
      rules: results.length,
      score,
      aboveMedian: score - median,
      trend: trendOf(history),
      broken,
      budget,
    }))
    .toSorted((a, b) => b.score - a.score || a.budget.used - b.budget.used || (a.product < b.product ? -1 : 1));
}

function scoreOf(results: NonNullable<ProductRecord['status']['measured']>['results']): number {
  const sum = (all: typeof results) => all.reduce((total, { severity }) => total + WEIGHTS[severity], 0);
  const whole = sum(results);
  return whole === 0 ? 100 : (100 * sum(results.filter(({ ok }) => ok))) / whole;
}

/** Whether the newer half of the measurements found less broken than the older one. */
export function trendOf(history: readonly Measurement[]): Trend {
  const half = Math.floor(history.length / 2);
  if (half === 0) return 'steady';
  const faults = (part: readonly Measurement[]) =>
    part.reduce((total, { failed, warned, unmeasured }) => total + 4 * failed + warned + 4 * unmeasured, 0) /
    part.length;
  const [newer, older] = [faults(history.slice(0, half)), faults(history.slice(-half))];
  if (newer === older) return 'steady';
  return newer < older ? 'better' : 'worse';
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]];
  return (low + high) / 2;
}
