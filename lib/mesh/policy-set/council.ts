import { GLOBAL_SCOPE } from '../policy/policy-sets.ts';
import { type Council, councilOf, isPartner, majorityOf } from '../topology/rules.ts';
import type { Topology } from '../topology/topology.ts';
import type { PolicyHead, PolicySetRecord, Vote } from './policy-set.ts';

/**
 * Who decides about a scope's next set. For a domain's it is the domain alone. For `global` it is the council that came into force with the set
 * that is there, so that a change of the council in `mesh.yaml` counts only after those whom it concerns have agreed; domains that have left the
 * mesh have no voice any more.
 */
export function decidingCouncil(scope: string, head: PolicyHead | undefined, topology: Topology): Council {
  if (scope !== GLOBAL_SCOPE) return { representatives: [scope], quorum: 1 };
  if (head === undefined) return councilOf(topology);
  const members = topology.domains.filter((domain) => !isPartner(domain)).map(({ name }) => name);
  if (head.council === undefined) return { representatives: members, quorum: majorityOf(members.length) };
  const representatives = head.council.representatives.filter((name) => members.includes(name));
  return { representatives, quorum: Math.max(1, Math.min(head.council.quorum, representatives.length)) };
}

/** How a vote stands, and what it leads to. */
export interface Tally {
  readonly approvals: number;
  readonly rejections: number;
  /** `open` until the quorum is reached, or cannot be reached any more. */
  readonly outcome: 'open' | 'approved' | 'rejected';
}

/** Counts one voice for each representative, the last one said; what others said counts for nothing. */
export function tally(votes: readonly Vote[], { representatives, quorum }: Council): Tally {
  const voices = new Map(votes.map((vote) => [vote.voice, vote.choice]));
  const said = (choice: Vote['choice']) => representatives.filter((name) => voices.get(name) === choice).length;
  const approvals = said('approve');
  const rejections = said('reject');
  if (approvals >= quorum) return { approvals, rejections, outcome: 'approved' };
  const possible = representatives.length - rejections;
  return { approvals, rejections, outcome: possible < quorum ? 'rejected' : 'open' };
}

/** True when a set that is said to be in force has come to be so: as the first of its scope, or by the votes that its record holds. */
export function isRightful(set: PolicySetRecord): boolean {
  if (set.state !== 'in-force') return false;
  return set.replaces === undefined || tally(set.votes, set.council).outcome === 'approved';
}
