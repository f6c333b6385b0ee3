import type { Change } from '../record.ts';
import { Findings } from '../yaml/findings.ts';
import type { SubscriptionRecord, SubscriptionState } from './subscription.ts';

/** Who acts, when and why. */
export interface Act {
  /** The ARN of a principal, or `weft:<lambda>` for the mesh itself. */
  readonly actor: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly correlation: string;
  readonly reason?: string;
  /** The ids of the policies that decided. */
  readonly policies?: readonly string[];
}

interface Step {
  readonly from: readonly SubscriptionState[];
  readonly to: readonly SubscriptionState[];
}

const GRANTED = ['approved', 'active', 'expiring'] as const;
const RUNNING = ['active', 'expiring'] as const;

/** The states of a subscription as data: from where each step may start, and where it leads. */
export const STEPS = {
  SubscriptionApprovalGiven: { from: ['pending'], to: ['pending'] },
  SubscriptionApproved: { from: ['pending'], to: ['approved'] },
  SubscriptionRejected: { from: ['pending'], to: ['rejected'] },
  SubscriptionWithdrawn: { from: ['pending'], to: ['revoked'] },
  SubscriptionActivated: { from: ['approved'], to: ['active'] },
  SubscriptionExpiring: { from: ['active'], to: ['expiring'] },
  SubscriptionRenewalRequested: { from: RUNNING, to: RUNNING },
  SubscriptionRenewalApprovalGiven: { from: RUNNING, to: RUNNING },
  SubscriptionRenewed: { from: RUNNING, to: RUNNING },
  SubscriptionRenewalRejected: { from: RUNNING, to: RUNNING },
  SubscriptionSuspended: { from: GRANTED, to: GRANTED },
  SubscriptionResumed: { from: GRANTED, to: GRANTED },
  SubscriptionRevoking: { from: GRANTED, to: ['revoking'] },
  SubscriptionRevoked: { from: ['revoking'], to: ['revoked'] },
  SubscriptionExpired: { from: ['pending', ...GRANTED], to: ['expired'] },
} as const satisfies Record<string, Step>;

export type SubscriptionStep = keyof typeof STEPS;

/** What keeps a subscription from taking a step where it stands (`WEFT-SUBSCRIPTION-001`). */
export function guard({ id, state }: SubscriptionRecord, step: SubscriptionStep): Findings {
  const findings = new Findings('SUBSCRIPTION');
  const from: readonly SubscriptionState[] = STEPS[step].from;
  if (!from.includes(state)) {
    const message = `the subscription "${id}" is ${state}, not ${from.join(' or ')}`;
    findings.error(1, {}, message, 'look at its state first: weft subscription list');
  }
  return findings;
}

/** The subscription in its next state, stamped; `generation` and `revision` are left to the registry's write. */
export function move(
  subscription: SubscriptionRecord,
  state: SubscriptionState,
  act: Act,
  action: SubscriptionStep,
): SubscriptionRecord {
  const change = changeBy(act, action);
  return { ...subscription, state, change };
}

/** What a record says of a step: who took it, when, and on what grounds. */
export function changeBy({ actor, at, correlation, reason, policies }: Act, action: string): Change {
  return {
    actor,
    action,
    at,
    correlation,
    ...(reason === undefined ? {} : { reason }),
    ...(policies === undefined ? {} : { policies }),
  };
}
