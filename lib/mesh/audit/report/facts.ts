import type { AuditEntry } from '../entry.ts';
import type { FindingResult } from '../findings/finding.ts';
import type { Period } from './period.ts';

/** One entry of the trail as a report needs it; absent members are empty. */
export type Act = Pick<AuditEntry, 'id' | 'at' | 'kind' | 'actor' | 'action' | 'correlation' | 'entity' | 'summary'> & {
  readonly reason: string;
  readonly policies: readonly string[];
  readonly domain: string;
  readonly product: string;
  readonly subscription: string;
  readonly consumer: string;
  readonly stateBefore: string;
  readonly stateAfter: string;
};

/** A subscription as it stood at the end of the period. */
export interface HeldSubscription {
  readonly id: string;
  /** `<domain>/<product> v<major>` */
  readonly product: string;
  readonly consumer: string;
  readonly state: string;
  readonly purpose: string;
  readonly requestedBy: string;
  readonly decidedBy: string;
  readonly since: string;
  readonly until: string;
}

/** A version of a product as it stood at the end of the period. */
export interface StandingProduct {
  /** `<domain>/<product> v<major>` */
  readonly name: string;
  readonly owner: string;
  readonly state: string;
  readonly classification: string;
  readonly registeredAt: string;
  /** From the accepted command to the registered product. */
  readonly timeToRegisterMs?: number;
}

/** What one principal read of one product. */
export interface ReadCount {
  /** `<domain>/<product> v<major>` */
  readonly product: string;
  readonly consumer: string;
  readonly principal: string;
  readonly subscription: string;
  readonly reads: number;
  readonly columns: number;
  readonly last: string;
}

/** Everything that a report is made of, as the audit tables have it. */
export interface ReportFacts {
  readonly mesh: string;
  readonly period: Period;
  /** `<domain>/<product>`: nothing else is told of. */
  readonly product?: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** ARN of who asked. */
  readonly madeBy: string;
  readonly acts: readonly Act[];
  readonly subscriptions: readonly HeldSubscription[];
  readonly products: readonly StandingProduct[];
  /** Absent: reads could not be asked for. */
  readonly reads?: readonly ReadCount[];
  readonly findings: readonly FindingResult[];
  /** The newest checkpoint of the log, as it is signed; absent where it cannot be read. */
  readonly checkpoint?: string;
  /** What could not be asked, in sentences. */
  readonly unknown: readonly string[];
}
