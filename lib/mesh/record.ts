/** Who changed a record, why and when: stamped on each write, so that the stream alone can tell the story. */
export interface Change {
  /** The IAM principal that asked, as an ARN, or `weft:<lambda>` for the mesh itself. */
  readonly actor: string;
  /** Past tense, e.g. `ProductPublished`, `SubscriptionApproved`, `SharesGranted`. */
  readonly action: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly reason?: string;
  /** The request that caused it: the correlation id of logs, events and audit entries. */
  readonly correlation: string;
  /** The ids of the policies that decided, when a decision was made. */
  readonly policies?: readonly string[];
  /** What was done to AWS, or anything else that the trail should keep. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export type ConditionType =
  | 'Registered'
  | 'Shared'
  | 'Linked'
  | 'Healthy'
  | 'Quarantined'
  | 'Fresh'
  /** Whether the promises of the contract other than freshness are kept. */
  | 'Kept'
  /** Whether consumers know of all data that was delivered. */
  | 'Announced'
  | 'InStep'
  | 'Enrolled'
  | 'Owned';

/** One fact about a record with its reason, as of one generation. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'true' | 'false' | 'unknown';
  /** CamelCase, for programs. */
  readonly reason: string;
  readonly message?: string;
  readonly generation: number;
  readonly at: string;
}

export function condition(
  record: { status: { conditions: readonly Condition[] } },
  type: ConditionType,
): Condition | undefined {
  return record.status.conditions.find((entry) => entry.type === type);
}

/** The conditions with `next` in the place of the one of its type; `at` moves only when something else changed. */
export function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const former = conditions.find((entry) => entry.type === next.type);
  const same =
    former !== undefined &&
    former.status === next.status &&
    former.reason === next.reason &&
    former.message === next.message &&
    former.generation === next.generation;
  if (same) return conditions;
  return [...conditions.filter((entry) => entry.type !== next.type), next];
}
