import { userError } from '#mesh/error.ts';
import type { Decision } from '#mesh/policy/decision.ts';
import { type Approvable, describeClass, missingApprovals, OWNER, speaksFor } from '#mesh/subscription/approval.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Caller } from './caller.ts';

/** What somebody is to decide about, and which domain owns it. */
export interface Approved extends Approvable {
  readonly owner: string;
}

/** The classes among those asked that the caller may speak for. */
export function voicesOf(caller: Caller, { owner, approvers = [OWNER] }: Approved, topology: Topology): string[] {
  return approvers.filter((name) => speaksFor(caller, name, owner, topology));
}

/**
 * The class that a caller approves for: the one named, or the first that is still missing of those that the caller may speak for. Who may approve is data: the
 * decision names classes, and `mesh.yaml` says who speaks for them.
 * @throws WEFT-AUTH-002 with who may, when the caller may speak for none of them.
 */
export function voiceOf(caller: Caller, subject: Approved, topology: Topology, named: string | undefined): string {
  const voices = voicesOf(caller, subject, topology);
  const missing = missingApprovals(subject);
  if (named !== undefined && voices.includes(named)) return named;
  const voice = voices.find((name) => missing.includes(name)) ?? voices[0];
  if (named === undefined && voice !== undefined) return voice;
  const { owner, approvers = [OWNER] } = subject;
  const asked = missing.length === 0 ? approvers : missing;
  const who = asked.map((name) => `for "${name}" ${describeClass(name, owner, topology)}`);
  const what = named === undefined ? '`subscription.decide`' : `\`subscription.decide\` for "${named}"`;
  throw userError('WEFT-AUTH-002', `${caller.arn} may not do ${what}`, { hint: `allowed are ${who.join(', ')}` });
}

/** The classes that a decision asks. */
export function approversIn({ approvers = [OWNER] }: Decision): readonly string[] {
  return approvers;
}
