import type { Change } from '../record.ts';
import type { Measure, Response, Severity } from './rules/rule.ts';

export const ALERT_STATES = ['open', 'acknowledged'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** An audit rule that was raised, and what followed. */
export interface AlertRecord {
  readonly type: 'alert';
  /** `<rule>.<16 hex>`: follows from the rule, its subject and what happened, so the same thing is one alert however often it is seen. */
  readonly id: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly response: Response;
  readonly message: string;
  /** Whose facts were counted. */
  readonly subject: string;
  /** The role's ARN. */
  readonly principal: string;
  /** The domain whose role it is; absent for others. */
  readonly consumer?: string;
  /** `<domain>/<product>`; empty for denials that were about none. */
  readonly products: readonly string[];
  /** From the first of what was counted. ISO 8601. */
  readonly from: string;
  /** The instant at which it was enough. */
  readonly at: string;
  /** Until then what the same subject does belongs to this alert. */
  readonly until: string;
  readonly measured: Readonly<Partial<Record<Measure, number>>>;
  /** The queries or entries that caused it, oldest first. */
  readonly evidence: readonly string[];
  /** The subscriptions that it suspended. */
  readonly suspended: readonly string[];
  readonly state: AlertState;
  readonly acknowledgedBy?: string;
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
}

/** The rule that an alert's id begins with, or undefined when it is no such id. */
export function ruleOfAlert(id: string): string | undefined {
  return /^([a-z][a-z0-9-]{0,39})\.[0-9a-f]{16}$/.exec(id)?.[1];
}

/** Takes note of an alert; undefined when somebody has. */
export function acknowledge(alert: AlertRecord, change: Change): AlertRecord | undefined {
  if (alert.state === 'acknowledged') return undefined;
  return { ...alert, state: 'acknowledged', acknowledgedBy: change.actor, revision: alert.revision + 1, change };
}
