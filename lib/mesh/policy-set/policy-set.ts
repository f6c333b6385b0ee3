import type { Change } from '../record.ts';
import type { Council } from '../topology/rules.ts';

/** `superseded`: another set came into force after it, or a newer proposal took its place before anybody had decided. */
export type PolicySetState = 'proposed' | 'in-force' | 'superseded' | 'rejected';

/** What one domain said of a proposal. */
export interface Vote {
  /** The domain. */
  readonly voice: string;
  readonly choice: 'approve' | 'reject';
  /** The steward who said so, as an ARN. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** One version of one scope's policies: who proposed it, who approved it, and when it counted. Its texts are kept apart and never change. */
export interface PolicySetRecord {
  readonly type: 'policy-set';
  /** `global`, or the domain whose products it is for. */
  readonly scope: string;
  /** Of its files, in hexadecimal: the name of the version. */
  readonly digest: string;
  /** Names of its files. */
  readonly files: readonly string[];
  readonly state: PolicySetState;
  /** An ARN, or `weft:deploy` for a set that came with the stacks. */
  readonly proposedBy: string;
  /** Why it is proposed. */
  readonly reason?: string;
  /** The set that was in force when it was proposed; absent for the first of its scope. */
  readonly replaces?: string;
  /** At most one of each domain; those that have a voice count. */
  readonly votes: readonly Vote[];
  /** Those whose votes decide, as of the last step. */
  readonly council: Council;
  /** The council that `mesh.yaml` names for decisions after this one. Absent: every domain, more than half. */
  readonly nextCouncil?: Council;
  /** ISO 8601: from when it counted. */
  readonly inForceAt?: string;
  /** ISO 8601: until when it counted, or when it was rejected or superseded. */
  readonly endedAt?: string;
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
}

/** What one scope has: read at each decision, so that no decision outlives a change. */
export interface PolicyHead {
  readonly scope: string;
  /** The digest of the set in force. */
  readonly inForce: string;
  /** The digest of the open proposal. */
  readonly proposed?: string;
  /** Who decides about the next set of `global`, if not every domain by majority: what `mesh.yaml` named when the set in force was proposed. */
  readonly council?: Council;
  readonly revision: number;
}

/** `global@3f9a1c2b7d04`. */
export function policySetId({ scope, digest }: { readonly scope: string; readonly digest: string }): string {
  return `${scope}@${digest.slice(0, 12)}`;
}
