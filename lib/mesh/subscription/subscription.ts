import type { Grant } from '../access/grant.ts';
import type { DriftEntry, DriftFinding } from '../drift/finding.ts';
import type { Change, Condition } from '../record.ts';
import type { Suspendable } from '../suspension.ts';

export const SUBSCRIPTION_STATES = [
  'pending',
  'approved',
  'active',
  'revoking',
  'revoked',
  'rejected',
  'expired',
] as const;

export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** What a subscriber may see: asked for in a request, narrowed or not by the decision. */
export interface AccessScope {
  /** The highest classification level that the subscriber sees; columns above it are withheld by construction. */
  readonly clearance: string;
  /** Per table name, the only columns asked for; a table that is not named is wanted whole (up to the clearance). */
  readonly columns?: Readonly<Record<string, readonly string[]>>;
  /** Per table name, a row filter in Lake Formation's grammar, e.g. `state IN ('TX', 'CA')`. */
  readonly rows?: Readonly<Record<string, string>>;
  /** The tables wanted; all of the product's, those that come later included, when absent. */
  readonly tables?: readonly string[];
}

/** The right of some roles of one domain account to use one major version of a product. */
export interface SubscriptionRecord extends Suspendable {
  readonly type: 'subscription';
  /** `<domain>.<product>.v<major>.<consumer>.<random>`: carries its registry key. */
  readonly id: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  /** The consuming domain. */
  readonly consumer: string;
  /** The consuming domain's account. */
  readonly account: string;
  /** Role ARNs in `account`. */
  readonly principals: readonly string[];
  readonly purpose: string;
  readonly requestedBy: string;
  readonly requested: AccessScope;
  /** What was approved; absent until then. */
  readonly approved?: AccessScope;
  readonly decidedBy?: string;
  /** ISO 8601; absent: no end. */
  readonly expiresAt?: string;
  readonly state: SubscriptionState;
  readonly generation: number;
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
  /** Set while it follows a subscription of an older version by a rollout; `released`: the rollout itself ended it. */
  readonly follows?: { readonly subscription: string; readonly released?: true };
  readonly status: {
    readonly conditions: readonly Condition[];
    readonly activatedAt?: string;
    readonly endedAt?: string;
  };
}

/**
 * What one consumer account must hold locally for one product: the whole desired state of its agent, over all subscriptions of that
 * consumer. `link` absent and `grants` empty means: nothing must be left.
 */
export interface ShareIntent {
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly consumer: string;
  readonly account: string;
  /** The database link in the consumer's catalog. */
  readonly link?: { readonly name: string; readonly targetCatalogId: string; readonly targetDatabase: string };
  /** Where the link is when it has to go. */
  readonly linkName: string;
  readonly target: { readonly catalogId: string; readonly database: string; readonly tables: readonly string[] };
  readonly grants: readonly Grant[];
  /** The standing entitlements among what it gives; absent when there are none. */
  readonly entitlements?: readonly string[];
  /** Where grants of earlier intents stood that may still be there: the agent looks there too. */
  readonly former?: {
    readonly principals: readonly string[];
    readonly tables: readonly string[];
    /** Those of `tables` that had data cells filters: they stay until the agent has let go of them. */
    readonly filtered: readonly string[];
  };
}

/** The registry's record of one consumer account's local side: intent, and what its agent last reported. */
export interface ShareRecord {
  readonly type: 'share';
  readonly intent: ShareIntent;
  /** The product generation that `intent` was compiled from. */
  readonly generation: number;
  readonly revision: number;
  readonly change: Change;
  readonly applied?: ShareReport;
  /** The last time that the agent was asked whether somebody changed what it left, and whether it mends what is only missing. */
  readonly look?: { readonly at: string; readonly mend: boolean };
  /** What was changed in the consumer's account past the mesh: what is open, worst first, then what was mended lately. */
  readonly drift?: readonly DriftEntry[];
}

/** What an agent read back after it had applied an intent. */
export interface ShareReport {
  readonly generation: number;
  readonly ok: boolean;
  readonly at: string;
  readonly error?: string;
  readonly linkExists: boolean;
  /** Every grant of ours found on the link and on the target after applying. */
  readonly readBack: readonly Grant[];
  /** What a look found changed since the agent's last report. */
  readonly drift?: {
    readonly found: readonly DriftFinding[];
    /** The keys (`driftKey`) of those that were left as they are. */
    readonly open: readonly string[];
  };
}
