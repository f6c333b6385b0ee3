/** The side of whoever runs the mesh. No domain is called that. */
export const GOVERNANCE_SIDE = 'weft:governance';

/** The side of the audit rules: what they stop, those who run the mesh let go on. No domain is called that. */
export const AUDIT_SIDE = 'weft:audit';

/** One side's word that no access shall be; it holds until that side takes it back. */
export interface Suspension {
  /** The domain whose steward said so, `weft:governance` or `weft:audit`. */
  readonly side: string;
  /** The IAM principal, as an ARN. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** How much of a domain's access stops: what it consumes, or that and what others have of its products. */
export type Reach = 'consuming' | 'everything';

/**
 * A suspension of a whole domain. One by the domain itself or by governance counts everywhere; one by another domain stops what the domain
 * consumes of that other one's products, for nobody can stop what is not theirs.
 */
export interface Stop extends Suspension {
  readonly reach: Reach;
}

/** What can be suspended. It gives nothing while any side has suspended it; what is desired of it stays as it is. */
export interface Suspendable {
  /** At most one of each side; absent, never empty, when there is none. */
  readonly suspensions?: readonly Suspension[];
}

export function isSuspended({ suspensions = [] }: Suspendable): boolean {
  return suspensions.length > 0;
}

/** The record with one suspension more; the record itself when that side has suspended it already. */
export function withSuspension<T extends Suspendable>(record: T, suspension: Suspension): T {
  const { suspensions = [] } = record;
  if (suspensions.some(({ side }) => side === suspension.side)) return record;
  return { ...record, suspensions: [...suspensions, suspension] };
}

/** The record without what that side had suspended; the record itself when it had not. */
export function withoutSuspension<T extends Suspendable>(record: T, side: string): T {
  const { suspensions = [], ...rest } = record;
  const left = suspensions.filter((suspension) => suspension.side !== side);
  if (left.length === suspensions.length) return record;
  return (left.length === 0 ? rest : { ...rest, suspensions: left }) as T;
}
