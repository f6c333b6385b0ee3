import { GOVERNANCE_ROLES } from '../topology/names.ts';
import { approversOf, roleKey } from '../topology/rules.ts';
import type { Topology } from '../topology/topology.ts';
import type { Findings } from '../yaml/findings.ts';
import type { Act } from './step.ts';
import type { Approval } from './subscription.ts';

/** The class that speaks for the owning domain: its stewards. */
export const OWNER = 'owner';

/** The class that speaks for the mesh: its platform team. */
const PLATFORM = 'platform';

/** What needs approvals of classes: a pending subscription, or a renewal. */
export interface Approvable {
  readonly approvers?: readonly string[];
  readonly approvals?: readonly Approval[];
}

/** The classes that have not said yes yet, in the order in which policy named them. */
export function missingApprovals({ approvers = [OWNER], approvals = [] }: Approvable): string[] {
  return approvers.filter((name) => !approvals.some((approval) => approval.class === name));
}

/** Who somebody is, as far as classes of approvers ask. */
export interface Voice {
  readonly arn: string;
  readonly domain?: string;
  readonly kind?: string;
}

/** True when somebody may speak for a class: the owner's stewards, the platform team, and whom `mesh.yaml` names. */
export function speaksFor({ arn, domain, kind }: Voice, name: string, owner: string, topology: Topology): boolean {
  if (name === OWNER) return domain === owner && kind === 'steward';
  if (name === PLATFORM) return domain === undefined && kind === 'platform';
  return (approversOf(topology, name) ?? []).some((entry) => {
    if (entry.startsWith('arn:')) return roleKey(entry) !== undefined && roleKey(entry) === roleKey(arn);
    const [place, role] = entry.split(':');
    const governing = place === 'governance' && GOVERNANCE_ROLES.some((one) => one === role);
    return kind === role && (governing ? domain === undefined : domain === place);
  });
}

/** Who speaks for a class, in words. */
export function describeClass(name: string, owner: string, topology: Topology): string {
  if (name === OWNER) return `a steward of ${owner}`;
  if (name === PLATFORM) return 'the platform team (governance/platform)';
  const named = approversOf(topology, name);
  return named === undefined ? `nobody: mesh.yaml names no class "${name}"` : named.join(' or ').replaceAll(':', '/');
}

/**
 * What is wrong with an approval: a class that was not asked for or has approved (`WEFT-SUBSCRIPTION-008`), or a party that has approved for
 * another class (`WEFT-SUBSCRIPTION-009`): no two eyes of four are one person's.
 */
export function checkApproval(subject: Approvable, act: Act, as: string, findings: Findings): void {
  const { approvers = [OWNER], approvals = [] } = subject;
  if (!approvers.includes(as)) {
    findings.error(8, {}, `the class "${as}" was not asked`, `asked are ${approvers.join(', ')}`);
  }
  for (const approval of approvals) {
    if (approval.class === as) {
      findings.error(8, {}, `the class "${as}" has approved already: ${approval.by}`, missingHint(subject));
    } else if (isSameParty(approval.by, act.actor)) {
      const message = `${act.actor} has approved for "${approval.class}" already and cannot approve for "${as}", too`;
      findings.error(9, {}, message, 'ask somebody else, whose role and name are others');
    }
  }
}

function missingHint(subject: Approvable): string {
  const missing = missingApprovals(subject);
  return missing.length === 0 ? 'nothing is left to approve' : `it waits for ${missing.join(', ')}`;
}

/**
 * True when two principals count as one: the same role of the same account, whatever the session, for whoever may assume a role names the session
 * at will; or sessions of any roles that carry the same e-mail address, as those of a single sign-on do.
 */
export function isSameParty(one: string, other: string): boolean {
  const person = personOf(one);
  return principalOf(one) === principalOf(other) || (person !== undefined && person === personOf(other));
}

function principalOf(arn: string): string {
  const role = /^arn:[^:]+:(?:sts|iam)::(\d+):(?:assumed-role\/([^/]+)\/|role\/(?:.*\/)?([^/]+)$)/.exec(arn);
  return role === null ? arn : `${role[1]} ${role[2] ?? role[3]}`;
}

/** The e-mail address that a session or a user is named by; any other name of a session says nothing. */
function personOf(arn: string): string | undefined {
  const name =
    /^arn:[^:]+:sts::\d{12}:assumed-role\/[^/]+\/(.+)$/.exec(arn)?.[1] ??
    /^arn:[^:]+:iam::\d{12}:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return name !== undefined && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(name) ? name.toLowerCase() : undefined;
}
