import type { PromiseResult } from '../event/report.ts';
import type { Measurement } from './status.ts';

/** A share as a contract writes it: `99.9`, `99.9 %` or `99.9 percent`; undefined when it is none. */
function shareOf(written: string | number | undefined): number | undefined {
  const [, number] = /^(\d+(?:\.\d+)?)\s*(?:%|percent)?$/i.exec(String(written ?? '').trim()) ?? [];
  const share = number === undefined ? undefined : Number(number);
  return share !== undefined && share <= 100 ? share : undefined;
}

/** True when the data could be read: something of it was measured. */
function isAvailable({ rules, unmeasured }: Measurement): boolean {
  return rules === 0 || unmeasured < rules;
}

/** The share of the measurements that found the data there, against the contract's promise; undefined when it makes none. */
export function availability(
  history: readonly Measurement[],
  promised: string | number | undefined,
): PromiseResult | undefined {
  const target = shareOf(promised);
  if (target === undefined || history.length === 0) return undefined;
  const value = (100 * history.filter(isAvailable).length) / history.length;
  return { property: 'availability', ok: value >= target, value, unit: 'percent', promised: String(promised) };
}

/** How much of what may go wrong has gone wrong. */
export interface ErrorBudget {
  /** Percent of the measurements that have to be good. */
  readonly target: number;
  /** Percent that were. */
  readonly good: number;
  /** Percent of the allowed failures that are used up: over 100 the objective is missed. */
  readonly used: number;
  readonly measurements: number;
}

/** What is expected where a contract says nothing of its own. */
const DEFAULT_TARGET = 99;

/** The error budget of a version over its history: a measurement is good when no rule of the severity error is broken and the data could be read. */
export function errorBudget(
  history: readonly Measurement[],
  promised: string | number | undefined,
): ErrorBudget | undefined {
  if (history.length === 0) return undefined;
  const target = shareOf(promised) ?? DEFAULT_TARGET;
  const bad = history.filter((one) => one.failed > 0 || !isAvailable(one)).length;
  const good = 100 - (100 * bad) / history.length;
  const allowed = ((100 - target) / 100) * history.length;
  const used = bad === 0 ? 0 : allowed === 0 ? Number.MAX_SAFE_INTEGER : (100 * bad) / allowed;
  return { target, good, used, measurements: history.length };
}
