import type { Grant } from '../access/grant.ts';
import type { Held } from '../access/held.ts';
import type { DriftEntry, DriftFinding } from '../drift/finding.ts';
import type { Change, Condition } from '../record.ts';
import type { Suspendable } from '../suspension.ts';

export const SUBSCRIPTION_STATES = [
  'pending',
  'approved',
  'active',
  'expiring',
  'revoking',
  'revoked',
  'rejected',
  'expired',
] as const;

export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

/** States in which a subscription gives access, as long as its end has not come and nobody has suspended it. */
const HOLDING: readonly SubscriptionState[] = ['approved', 'active', 'expiring'];

export function holdsAccess({ state }: { readonly state: SubscriptionState }): boolean {
  return HOLDING.includes(state);
}

/** One class of approvers has said yes. */
export interface Approval {
  /** `owner`, `platform`, or a class of `mesh.yaml`. */
  readonly class: string;
  /** The principal's ARN. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** A wish that a subscription goes on; it widens nothing but the end. */
export interface Renewal {
  readonly requestedBy: string;
  /** Who began it: the owner's side certifies what it gave, the consumer's side asks. */
  readonly side: 'owner' | 'consumer';
  readonly at: string;
  /** The new end, ISO 8601; absent: the end stays, and the subscription is certified again. */
  readonly until?: string;
  readonly reason?: string;
  /** Classes that each have to say yes. */
  readonly approvers: readonly string[];
  readonly approvals: readonly Approval[];
}

/** What was read back of both accounts when the last of a subscription was gone. */
export interface RevocationProof {
  /** ISO 8601: when both read-backs were there. */
  readonly at: string;
  /** What the consumer's account held on the product in the governance account. */
  readonly governance: { readonly account: string; readonly at: string; readonly grants: readonly Grant[] };
  /** What the consumer's agent found in its account; absent when nothing was ever shared with it. */
  readonly consumer?: {
    readonly account: string;
    readonly at: string;
    readonly linkExists: boolean;
    readonly grants: readonly Grant[];
  };
  /** The other subscriptions and entitlements of the consumer that what is left belongs to. */
  readonly others: readonly string[];
}

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
  /** Role ARNs in `account`; empty for a whole account. */
  readonly principals: readonly string[];
  /** The account has it, and its own Lake Formation administrator passes it on. */
  readonly wholeAccount?: true;
  readonly purpose: string;
  readonly requestedBy: string;
  readonly requested: AccessScope;
  /** What was approved; absent until then. */
  readonly approved?: AccessScope;
  readonly decidedBy?: string;
  /** Classes that each have to approve while it is pending; absent stands for the owner alone. */
  readonly approvers?: readonly string[];
  /** The classes that have approved. */
  readonly approvals?: readonly Approval[];
  /** While it is pending: what its approvers have left of what was requested. */
  readonly narrowed?: AccessScope;
  /** ISO 8601; absent: no end. */
  readonly expiresAt?: string;
  /** ISO 8601: until then the owner has to certify it again, or it ends; absent: never. */
  readonly recertifyBy?: string;
  /** A wish to go on that is not decided yet. */
  readonly renewal?: Renewal;
  /** Why it was rejected, revoked or ended. */
  readonly endedFor?: string;
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
    readonly proof?: RevocationProof;
  };
}

/** Tables with grants, and those among them whose grants are on data cells filters. */
export interface Places {
  readonly tables: readonly string[];
  readonly filtered: readonly string[];
}

/** What an intent wants from a moment on, beside the ends before it. */
export interface ShareEnd {
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** Whose grants change; absent: everybody's. */
  readonly principals?: readonly string[];
  /** All that they have from then on, as far as they have it already. */
  readonly grants: readonly Grant[];
  /** Instead of the intent's. */
  readonly passesOn?: Places;
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
  /** Set for a whole account: the tables whose grants its own administrator passes on, and those among them with filters. */
  readonly passesOn?: Places;
  /** What ends by itself, the nearest first; absent when nothing does. The agent ends it at the time, whether anybody asks it or not. */
  readonly ends?: readonly ShareEnd[];
  /** Where grants of earlier intents stood that may still be there: the agent looks there too. */
  readonly former?: {
    readonly principals: readonly string[];
    readonly tables: readonly string[];
    /** Those of `tables` that had data cells filters: they stay until the agent has let go of them. */
    readonly filtered: readonly string[];
    /** The account passed on what it had: whatever its roles hold beyond the intent has to go. */
    readonly passedOn?: true;
    /** What was asked for lately and may be there although a look, which can lag behind, does not show it; absent when the last change is long ago. */
    readonly grants?: readonly Grant[];
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
  /** While something of the consumer is leaving: what its account was last found to hold in the governance account. */
  readonly central?: { readonly at: string; readonly grants: readonly Grant[] };
  /** What its account and the principals in it were last found to hold in the governance account; it moves only with what it says. */
  readonly held?: Held;
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
  /** Although not everything could be applied, `readBack` and `linkExists` are what stands: one role that cannot be granted holds up no other. */
  readonly looked?: boolean;
  /** What a look found changed since the agent's last report. */
  readonly drift?: {
    readonly found: readonly DriftFinding[];
    /** The keys (`driftKey`) of those that were left as they are. */
    readonly open: readonly string[];
  };
  /** The last of the intent's ends that had come: what it ended is not wanted any more. */
  readonly ended?: string;
  /** Set instead of applying anything: the generation that the agent has applied already, which is newer than the one it was asked for. */
  readonly overtakenBy?: number;
  /** The release of weft that the agent is of; earlier ones did not say. */
  readonly weft?: string;
}
