import type { Checked } from '../error.ts';
import type { PolicySet } from '../policy/policy-sets.ts';
import type { Change } from '../record.ts';
import type { Act } from '../subscription/transitions.ts';
import type { Council } from '../topology/rules.ts';
import { Findings } from '../yaml/findings.ts';
import { tally } from './council.ts';
import { type PolicyHead, type PolicySetRecord, policySetId, type Vote } from './policy-set.ts';

/** The largest set, in bytes of its files' names and contents: what DynamoDB takes in one item, with room to spare. */
export const MAX_SET_BYTES = 300 * 1024;

/** A step of one scope: the records as they are after it. The registry's write raises their revisions. */
export interface PolicyStep {
  readonly head: PolicyHead;
  readonly sets: readonly PolicySetRecord[];
}

/** What the registry has of a scope. */
export interface ScopeState {
  /** Undefined while the scope has no set. */
  readonly head?: PolicyHead;
  /** The set in force. */
  readonly inForce?: PolicySetRecord;
  /** The open proposal. */
  readonly proposed?: PolicySetRecord;
}

interface Proposal {
  readonly set: PolicySet;
  /** Who decides about it. */
  readonly council: Council;
  /** The council that `mesh.yaml` names, undefined for the default. */
  readonly nextCouncil?: Council;
  /** The record of the same set, when it was proposed before. */
  readonly former?: PolicySetRecord;
}

/**
 * Proposes a set. The first of its scope is in force at once, for there is nothing that it could weaken; a proposal that is still open gives way to it.
 * @returns problem `WEFT-POLICY-041` when it is too big, -042 when it is in force, -043 when it is the open proposal already.
 */
export function propose(state: ScopeState, proposal: Proposal, act: Act): Checked<PolicyStep> {
  const findings = new Findings('POLICY');
  const { set, council, nextCouncil, former } = proposal;
  const id = policySetId(set);
  const bytes = bytesOf(set);
  if (bytes > MAX_SET_BYTES) {
    const message = `the policies of \`${set.scope}\` take ${Math.ceil(bytes / 1024)} KB, at most ${MAX_SET_BYTES / 1024} KB are allowed`;
    findings.error(41, {}, message, 'shorten messages, or let one policy say what several say');
  }
  if (state.head?.inForce === set.digest) {
    findings.error(42, {}, `the set \`${id}\` is in force already`, 'change a policy, then propose');
  } else if (state.head?.proposed === set.digest) {
    findings.error(43, {}, `the set \`${id}\` is proposed already`, 'see `weft policy list` for who has to approve it');
  }
  if (findings.failed) return findings.outcome<PolicyStep>(undefined);
  const first = state.head === undefined;
  const record: PolicySetRecord = {
    type: 'policy-set',
    scope: set.scope,
    digest: set.digest,
    files: Object.keys(set.files).toSorted(),
    state: first ? 'in-force' : 'proposed',
    proposedBy: act.actor,
    ...(act.reason === undefined ? {} : { reason: act.reason }),
    ...(state.head === undefined ? {} : { replaces: state.head.inForce }),
    votes: [],
    council,
    ...(nextCouncil === undefined ? {} : { nextCouncil }),
    ...(first ? { inForceAt: act.at } : {}),
    revision: (former?.revision ?? 0) + 1,
    change: changeOf(first ? 'PolicyInForce' : 'PolicyProposed', act),
    createdAt: former?.createdAt ?? act.at,
  };
  const head: PolicyHead =
    state.head === undefined
      ? { scope: set.scope, inForce: set.digest, ...(nextCouncil && { council: nextCouncil }), revision: 1 }
      : { ...state.head, proposed: set.digest, revision: state.head.revision + 1 };
  const gone = state.proposed === undefined ? [] : [supersede(state.proposed, act, `for ${id}`)];
  return findings.outcome<PolicyStep>({ head, sets: [...gone, record] });
}

/**
 * One domain says yes or no to the open proposal; its last word counts. The quorum puts the set in force, and the one that was there goes; so many
 * rejections that no quorum is left end it. Undefined in `value` when the same was said before: nothing changes.
 * @returns problem `WEFT-POLICY-044` when that set is not open, -045 when the domain has no voice.
 */
export function vote(
  state: ScopeState,
  digest: string,
  said: Pick<Vote, 'voice' | 'choice'>,
  council: Council,
  act: Act,
): Checked<PolicyStep | undefined> {
  const findings = new Findings('POLICY');
  const { head, proposed, inForce } = state;
  if (head === undefined || proposed === undefined || proposed.state !== 'proposed' || proposed.digest !== digest) {
    const fix = 'see `weft policy list` for what is proposed';
    findings.error(44, {}, `the set \`${digest.slice(0, 12)}\` is not an open proposal`, fix);
    return findings.outcome<PolicyStep | undefined>(undefined);
  }
  if (!council.representatives.includes(said.voice)) {
    const message = `the domain \`${said.voice}\` has no voice about \`${proposed.scope}\``;
    findings.error(45, {}, message, `those who have one are ${council.representatives.join(', ')}`);
    return findings.outcome<PolicyStep | undefined>(undefined);
  }
  const former = proposed.votes.find(({ voice }) => voice === said.voice);
  if (former?.choice === said.choice) return { ok: true, value: undefined, problems: [] };
  const reason = act.reason === undefined ? {} : { reason: act.reason };
  const votes = [
    ...proposed.votes.filter(({ voice }) => voice !== said.voice),
    { ...said, by: act.actor, at: act.at, ...reason },
  ];
  const { outcome } = tally(votes, council);
  const voted = { ...proposed, votes, council, revision: proposed.revision + 1 };
  const { proposed: _, council: before, ...rest } = head;
  if (outcome === 'open') {
    const action = said.choice === 'approve' ? 'PolicyApproved' : 'PolicyOpposed';
    const open = { ...voted, change: changeOf(action, act) };
    return { ok: true, value: { head: { ...head, revision: head.revision + 1 }, sets: [open] }, problems: [] };
  }
  if (outcome === 'rejected') {
    const ended: PolicySetRecord = {
      ...voted,
      state: 'rejected',
      endedAt: act.at,
      change: changeOf('PolicyRejected', act),
    };
    const left = { ...rest, ...(before && { council: before }), revision: head.revision + 1 };
    return { ok: true, value: { head: left, sets: [ended] }, problems: [] };
  }
  const now: PolicySetRecord = {
    ...voted,
    state: 'in-force',
    inForceAt: act.at,
    change: changeOf('PolicyInForce', act),
  };
  const next: PolicyHead = {
    ...rest,
    inForce: proposed.digest,
    ...(proposed.nextCouncil && { council: proposed.nextCouncil }),
    revision: head.revision + 1,
  };
  const gone = inForce === undefined ? [] : [supersede(inForce, act, `by ${policySetId(proposed)}`)];
  return { ok: true, value: { head: next, sets: [...gone, now] }, problems: [] };
}

/** Bytes of the names and contents of a set's files, as UTF-8. */
export function bytesOf({ files }: Pick<PolicySet, 'files'>): number {
  const encoder = new TextEncoder();
  return Object.entries(files).reduce((sum, pair) => sum + encoder.encode(pair.join('')).length, 0);
}

function supersede(set: PolicySetRecord, act: Act, why: string): PolicySetRecord {
  const change = changeOf('PolicySuperseded', { ...act, reason: why });
  return { ...set, state: 'superseded', endedAt: act.at, revision: set.revision + 1, change };
}

function changeOf(action: string, { actor, at, correlation, reason }: Act): Change {
  return { actor, action, at, correlation, ...(reason === undefined ? {} : { reason }) };
}
