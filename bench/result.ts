/** One measured figure. All are of this machine, in one run; ratios are worth more than absolute times. */
export interface BenchResult {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What we want, e.g. `≤ 10`. */
  readonly target?: string;
  /** Whether the target is met; absent where there is none. */
  readonly ok?: boolean;
}

/** A figure that must not exceed a bound. */
export function atMost(name: string, value: number, bound: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit, target: `≤ ${bound}`, ok: value <= bound };
}

/** A figure that must reach a bound. */
export function atLeast(name: string, value: number, bound: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit, target: `≥ ${bound}`, ok: value >= bound };
}

/** A figure without a target. */
export function figure(name: string, value: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit };
}

/** The q-quantile of samples, by the nearest rank. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 1000) / 1000;
}
