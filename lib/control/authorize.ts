import { userError } from '#mesh/error.ts';
import type { DomainMachine, DomainRole, GovernanceMachine, GovernanceRole } from '#mesh/topology/names.ts';
import type { Caller } from './caller.ts';

export type Action =
  | 'mesh.show'
  | 'product.publish'
  | 'product.list'
  | 'product.show'
  | 'lineage.show'
  | 'product.suspend'
  | 'product.deprecate'
  | 'product.retire'
  | 'product.rollout'
  | 'product.report'
  | 'product.rate'
  | 'product.audience'
  | 'product.export'
  | 'product.hold'
  | 'product.release-hold'
  | 'product.holds'
  | 'domain.disposals'
  | 'subscription.request'
  | 'subscription.read'
  | 'subscription.reject'
  | 'subscription.renew'
  | 'subscription.revoke'
  | 'subscription.suspend'
  | 'domain.suspend'
  | 'drift.check'
  | 'drift.repair'
  | 'policy.read'
  | 'policy.propose'
  | 'policy.decide'
  | 'entitlement.grant'
  | 'entitlement.grant-mesh'
  | 'entitlement.read'
  | 'entitlement.revoke'
  | 'alert.raise'
  | 'alert.read'
  | 'alert.acknowledge';

/** The domains that a command is about. */
export interface Sides {
  /** The domain that owns the product. */
  readonly owner?: string;
  /** The domain that consumes it. */
  readonly consumer?: string;
}

interface Rule {
  /** Every member account may, whatever the role. */
  readonly anyone?: true;
  readonly owner?: readonly (DomainRole | DomainMachine)[];
  readonly consumer?: readonly DomainRole[];
  readonly governance?: readonly (GovernanceRole | GovernanceMachine)[];
}

/** Who may do what (ADR 0001); read it as a table. */
const RULES: Readonly<Record<Action, Rule>> = {
  'mesh.show': { anyone: true },
  'product.publish': { owner: ['producer', 'steward'] },
  'product.list': { anyone: true },
  'product.show': { anyone: true },
  // What is made of what is metadata, as the products themselves are.
  'lineage.show': { anyone: true },
  'product.suspend': { owner: ['steward'], governance: ['platform'] },
  'product.deprecate': { owner: ['steward'] },
  'product.retire': { owner: ['steward'], governance: ['platform'] },
  'product.rollout': { owner: ['steward'] },
  'product.report': { owner: ['producer', 'steward'] },
  'product.rate': { consumer: ['producer', 'analyst', 'steward'] },
  'product.audience': { owner: ['event-port'] },
  'product.hold': { owner: ['steward'], governance: ['platform', 'auditor'] },
  // Nobody releases what he has placed (hold.ts), and an owner never.
  'product.release-hold': { governance: ['platform', 'auditor'] },
  'product.holds': { owner: ['producer', 'steward'], governance: ['platform', 'auditor'] },
  'domain.disposals': { owner: ['disposal'] },
  'product.export': { consumer: ['producer', 'analyst', 'steward'] },
  'subscription.request': { consumer: ['analyst', 'steward'] },
  'subscription.read': {
    owner: ['producer', 'analyst', 'steward'],
    consumer: ['producer', 'analyst', 'steward'],
    governance: ['platform', 'auditor'],
  },
  // Who may approve follows the classes that the decision names (approvers.ts); the owner may always say no.
  'subscription.reject': { owner: ['steward'] },
  'subscription.renew': { owner: ['steward'], consumer: ['analyst', 'steward'] },
  'subscription.revoke': { owner: ['steward'], consumer: ['steward'], governance: ['platform'] },
  'subscription.suspend': { owner: ['steward'], consumer: ['steward'], governance: ['platform'] },
  'drift.check': { owner: ['steward'], governance: ['platform'] },
  'drift.repair': { owner: ['steward'], governance: ['platform'] },
  'domain.suspend': { owner: ['steward'], governance: ['platform'] },
  'policy.read': { anyone: true },
  'policy.propose': { owner: ['steward'], governance: ['platform'] },
  'policy.decide': { owner: ['steward'] },
  'entitlement.grant': { owner: ['steward'] },
  'entitlement.grant-mesh': { governance: ['platform'] },
  'entitlement.read': {
    owner: ['producer', 'analyst', 'steward'],
    consumer: ['producer', 'analyst', 'steward'],
    governance: ['platform', 'auditor'],
  },
  'entitlement.revoke': { owner: ['steward'], consumer: ['steward'], governance: ['platform'] },
  'alert.raise': { governance: ['audit-rules'] },
  'alert.read': { owner: ['steward'], consumer: ['steward'], governance: ['platform', 'auditor', 'audit-rules'] },
  'alert.acknowledge': { governance: ['platform', 'auditor'] },
};

/** True when the rule of the action lets the caller act on those sides. */
export function may(action: Action, caller: Caller, sides: Sides = {}): boolean {
  const rule = RULES[action];
  if (rule.anyone === true) return true;
  const { domain, kind = caller.machine } = caller;
  if (kind === undefined) return false;
  const among = (roles: readonly string[] | undefined) => roles?.includes(kind) === true;
  if (domain === undefined) return among(rule.governance);
  return (domain === sides.owner && among(rule.owner)) || (domain === sides.consumer && among(rule.consumer));
}

/** @throws WEFT-AUTH-002 with who may, when the caller may not. */
export function authorize(action: Action, caller: Caller, sides: Sides = {}): void {
  if (may(action, caller, sides)) return;
  throw userError('WEFT-AUTH-002', `${caller.arn} may not do \`${action}\``, { hint: whoMay(RULES[action], sides) });
}

function whoMay(rule: Rule, sides: Sides): string {
  const of = (roles: readonly string[] | undefined, place: string) =>
    roles === undefined ? [] : [`${roles.join(' or ')} of ${place}`];
  const allowed = [
    ...of(rule.owner, `\`${sides.owner ?? 'the owning domain'}\``),
    ...of(rule.consumer, `\`${sides.consumer ?? 'the consuming domain'}\``),
    ...of(rule.governance, 'the governance account'),
  ];
  return `allowed are ${allowed.join(', ')}`;
}
