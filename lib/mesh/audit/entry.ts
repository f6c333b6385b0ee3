import type { RegistryRecord } from '../registry.ts';

/** One line of the trail: flat, so that Athena reads it as a table. */
export interface AuditEntry {
  /** Derived from the registry key and revision: a repeated delivery has the same id. */
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly correlation: string;
  readonly reason?: string;
  readonly policies: readonly string[];
  /** What the entry is about. */
  readonly entity: 'product' | 'subscription' | 'share' | 'attempt';
  readonly domain?: string;
  readonly product?: string;
  readonly major?: number;
  readonly version?: string;
  readonly subscription?: string;
  readonly consumer?: string;
  readonly stateBefore?: string;
  readonly stateAfter?: string;
  readonly generation?: number;
  readonly revision?: number;
  /** What changed, in one line for people. */
  readonly summary: string;
  /** JSON of the change's details, when it has some. */
  readonly details?: string;
}

/** The trail's entries for one committed change; none when nothing was written. */
export declare function auditEntries(
  before: RegistryRecord | undefined,
  after: RegistryRecord | undefined,
): AuditEntry[];
