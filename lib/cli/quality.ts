import type { PromiseResult, RuleResult } from '#mesh/event/report.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type ErrorBudget, errorBudget } from '#mesh/quality/availability.ts';
import { type Trend, trendOf } from '#mesh/quality/benchmark.ts';
import type { Cause } from '#mesh/quality/causes.ts';
import { isBroken, type MeasuredStatus } from '#mesh/quality/status.ts';
import type { Condition } from '#mesh/record.ts';
import { type Io, tone } from './io.ts';
import { renderTable } from './table.ts';

/** What is known of the quality of a version, as `--json` gives it. */
export interface QualityView {
  readonly product: string;
  readonly major: number;
  readonly measured?: MeasuredStatus;
  readonly deliveries?: ProductRecord['status']['deliveries'];
  readonly conditions: readonly Condition[];
  readonly budget?: ErrorBudget;
  readonly trend?: Trend;
  /** What is wrong with the products that it is made of, where it began first. */
  readonly causes?: readonly Cause[];
}

/** The conditions that measurements and deliveries set. */
const CONDITIONS = ['Healthy', 'Fresh', 'Kept', 'Announced'];

export function qualityView(product: ProductRecord): QualityView {
  const { measured, deliveries, conditions } = product.status;
  const budget = measured && errorBudget(measured.history, product.sla?.availability);
  return {
    product: productId(product),
    major: product.major,
    ...(measured === undefined ? {} : { measured, trend: trendOf(measured.history) }),
    ...(deliveries === undefined ? {} : { deliveries }),
    conditions: conditions.filter(({ type }) => CONDITIONS.includes(type)),
    ...(budget === undefined ? {} : { budget }),
  };
}

/** Conditions first, then each rule and promise, what is held back, and how much may still go wrong. */
export function renderQuality(io: Io, view: QualityView, history = false): void {
  const { measured, conditions, deliveries, budget, trend } = view;
  for (const { type, status, reason, message } of conditions) {
    const said = tone(io, status === 'true' ? 'good' : status === 'false' ? 'bad' : 'warn', status);
    io.err(`${type} ${said} ${reason}${message === undefined ? '' : `: ${message}`}\n`);
  }
  for (const { product, condition, via } of view.causes ?? []) {
    const way = via.length === 0 ? '' : ` by way of ${via.join(', ')}`;
    const { type, reason, message = reason } = condition;
    io.err(`${tone(io, 'warn', 'made of')} ${product}${way}, whose ${type} is false: ${message}\n`);
  }
  for (const { table, run, at, held } of deliveries?.waiting ?? []) {
    const why = held === undefined ? 'waits for its measurement' : `is held back: ${held.reason}`;
    io.err(`data of ${table} from run ${run}, ${at}, ${why}\n`);
  }
  if (measured === undefined) {
    const as = view.product.split('/')[0];
    io.err(
      `nothing was measured yet\n${tone(io, 'dim', 'next:')} weft quality run ${view.product} --as ${as}/producer\n`,
    );
    return;
  }
  if (budget !== undefined) {
    const used = budget.used > 1e6 ? 'more than there is' : `${Math.round(budget.used)} %`;
    const good = `${rounded(budget.good)} % of ${budget.measurements} measurements were good, ${budget.target} % are to be`;
    io.err(`${good}: ${used} of the error budget is used; the trend is ${trend}\n`);
  }
  if (history) io.out(historyTable(io, measured));
  else io.out(resultTable(io, measured));
}

interface Row {
  readonly what: string;
  readonly table: string;
  readonly severity: string;
  readonly value: string;
  readonly expected: string;
  readonly state: string;
}

function resultTable(io: Io, { results, promises }: MeasuredStatus): string {
  const rows = [...results.map((result) => ruleRow(io, result)), ...promises.map((promise) => promiseRow(io, promise))];
  return renderTable(
    rows,
    [
      { title: 'state', value: ({ state }) => state, whole: true },
      { title: 'table', value: ({ table }) => table },
      { title: 'rule', value: ({ what }) => what },
      { title: 'value', value: ({ value }) => value, right: true },
      { title: 'expected', value: ({ expected }) => expected },
      { title: 'severity', value: ({ severity }) => severity },
    ],
    io.columns,
  );
}

function ruleRow(io: Io, result: RuleResult): Row {
  const { rule, table, severity, value, expected, error } = result;
  return {
    state: stateOf(io, result),
    table,
    what: rule,
    severity,
    value: value === undefined ? (error ?? '') : String(rounded(value)),
    expected,
  };
}

function promiseRow(io: Io, promise: PromiseResult): Row {
  const { property, table = '', value, unit = '', promised, error } = promise;
  return {
    state: stateOf(io, promise),
    table,
    what: property,
    severity: 'promise',
    value: value === undefined ? (error ?? '') : `${rounded(value)} ${unit}`.trim(),
    expected: promised,
  };
}

function stateOf(io: Io, result: RuleResult | PromiseResult): string {
  if (result.ok) return tone(io, 'good', 'kept');
  return isBroken(result) ? tone(io, 'bad', 'broken') : tone(io, 'warn', 'unknown');
}

function historyTable(io: Io, { history }: MeasuredStatus): string {
  const number = (title: string, value: (one: MeasuredStatus['history'][number]) => number) => ({
    title,
    value: (one: MeasuredStatus['history'][number]) => String(value(one)),
    right: true,
  });
  return renderTable(
    history,
    [
      { title: 'at', value: ({ at }) => at, whole: true },
      { title: 'tables', value: ({ tables }) => tables.join(', ') },
      { title: 'run', value: ({ run = '' }) => run },
      number('rules', ({ rules }) => rules),
      number('failed', ({ failed }) => failed),
      number('warnings', ({ warned }) => warned),
      number('unknown', ({ unmeasured }) => unmeasured),
      number('promises broken', ({ broken }) => broken),
    ],
    io.columns,
  );
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
