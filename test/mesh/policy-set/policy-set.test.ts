import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditEntries } from '#mesh/audit/entry.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { GLOBAL_SCOPE, type PolicySet } from '#mesh/policy/policy-sets.ts';
import { decidingCouncil, isRightful, tally } from '#mesh/policy-set/council.ts';
import type { PolicyHead, PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import { MAX_SET_BYTES, type PolicyStep, propose, type ScopeState, vote } from '#mesh/policy-set/transitions.ts';
import type { Council } from '#mesh/topology/rules.ts';
import { AT, TOPOLOGY } from '../fixtures.ts';

const ACT = { actor: 'arn:aws:sts::222222222222:assumed-role/toy-sales-steward/sam', at: AT, correlation: 'c-1' };
const COUNCIL: Council = { representatives: ['sales', 'finance', 'research'], quorum: 2 };

const setOf = (digest: string, scope = GLOBAL_SCOPE, text = 'permit(principal, action, resource);'): PolicySet => ({
  scope,
  digest,
  files: { [`${scope}/all.cedar`]: text },
});

/** The scope after a step, as the registry would answer it. */
function follow(state: ScopeState, { head, sets }: PolicyStep): ScopeState {
  const known = [...sets, state.inForce, state.proposed].filter((set) => set !== undefined);
  const named = (digest: string | undefined) => known.find((set) => set.digest === digest);
  return { head, inForce: named(head.inForce), proposed: named(head.proposed) };
}

function proposed(state: ScopeState, digest: string, council = COUNCIL, former?: PolicySetRecord): ScopeState {
  const step = propose(state, { set: setOf(digest), council, former }, ACT);
  if (!step.ok) throw new Error(step.problems.map(({ message }) => message).join('; '));
  return follow(state, step.value);
}

function say(state: ScopeState, voice: string, choice: 'approve' | 'reject', council = COUNCIL): ScopeState {
  const step = vote(state, state.proposed?.digest ?? '', { voice, choice }, council, ACT);
  if (!step.ok) throw new Error(step.problems.map(({ message }) => message).join('; '));
  return step.value === undefined ? state : follow(state, step.value);
}

const START = proposed({}, 'a1');
const OPEN = proposed(START, 'b2');

describe('a set of policies', () => {
  test('that is the first of its scope is in force at once', () => {
    expect(START.head).toEqual({ scope: GLOBAL_SCOPE, inForce: 'a1', revision: 1 });
    expect(START.inForce).toMatchObject({ state: 'in-force', inForceAt: AT, votes: [], revision: 1 });
  });

  test('that is another waits, and the one that is there stays', () => {
    expect(OPEN.head).toMatchObject({ inForce: 'a1', proposed: 'b2', revision: 2 });
    expect(OPEN.proposed).toMatchObject({ state: 'proposed', replaces: 'a1', council: COUNCIL });
    expect(OPEN.proposed?.inForceAt).toBeUndefined();
  });

  test('comes into force with the quorum, and the former goes', () => {
    const one = say(OPEN, 'sales', 'approve');
    expect(one.head).toMatchObject({ inForce: 'a1', proposed: 'b2' });
    const step = vote(one, 'b2', { voice: 'finance', choice: 'approve' }, COUNCIL, ACT);
    expect(step.ok && step.value?.sets.map(({ digest, state, change }) => [digest, state, change.action])).toEqual([
      ['a1', 'superseded', 'PolicySuperseded'],
      ['b2', 'in-force', 'PolicyInForce'],
    ]);
    expect(step.ok && step.value?.head).toEqual({ scope: GLOBAL_SCOPE, inForce: 'b2', revision: 4 });
  });

  test('is rejected as soon as no quorum is left', () => {
    const one = say(OPEN, 'sales', 'reject');
    expect(one.proposed?.state).toBe('proposed');
    const two = say(one, 'finance', 'reject');
    expect(two.head).toEqual({ scope: GLOBAL_SCOPE, inForce: 'a1', revision: 4 });
    expect(two.inForce?.state).toBe('in-force');
  });

  test('counts the last word of a domain, once', () => {
    const twice = say(say(OPEN, 'sales', 'approve'), 'sales', 'approve');
    expect(twice.proposed?.votes).toHaveLength(1);
    expect(twice.head?.inForce).toBe('a1');
    const changed = say(twice, 'sales', 'reject');
    expect(changed.proposed?.votes).toMatchObject([{ voice: 'sales', choice: 'reject' }]);
  });

  test('gives way to a newer proposal', () => {
    const newer = propose(OPEN, { set: setOf('c3'), council: COUNCIL }, ACT);
    expect(newer.ok && newer.value.sets.map(({ digest, state }) => [digest, state])).toEqual([
      ['b2', 'superseded'],
      ['c3', 'proposed'],
    ]);
    const late = vote(proposed(OPEN, 'c3'), 'b2', { voice: 'sales', choice: 'approve' }, COUNCIL, ACT);
    expect(late.problems.map(({ code }) => code)).toEqual(['WEFT-POLICY-044']);
  });

  test('can be proposed again after it was rejected, and starts with no votes', () => {
    const rejected = say(say(OPEN, 'sales', 'reject'), 'finance', 'reject');
    const again = proposed(rejected, 'b2', COUNCIL, { ...(OPEN.proposed as PolicySetRecord), revision: 3 });
    expect(again.proposed).toMatchObject({ state: 'proposed', votes: [], revision: 4, replaces: 'a1' });
  });

  test.each([
    ['the set in force', 'a1', 'WEFT-POLICY-042'],
    ['the open proposal', 'b2', 'WEFT-POLICY-043'],
  ])('that is %s is not proposed again', (_what, digest, code) => {
    const step = propose(OPEN, { set: setOf(digest), council: COUNCIL }, ACT);
    expect(step.problems.map((problem) => problem.code)).toEqual([code]);
  });

  test('that is too big is refused: in bytes, not in letters', () => {
    const big = setOf('d4', GLOBAL_SCOPE, '€'.repeat(MAX_SET_BYTES / 3));
    expect(propose(START, { set: big, council: COUNCIL }, ACT).problems).toMatchObject([
      { code: 'WEFT-POLICY-041', message: expect.stringContaining('at most 300 KB') },
    ]);
    const fits = setOf('d4', GLOBAL_SCOPE, 'x'.repeat(MAX_SET_BYTES - 100));
    expect(propose(START, { set: fits, council: COUNCIL }, ACT).ok).toBe(true);
  });

  test('hears nobody without a voice', () => {
    const step = vote(OPEN, 'b2', { voice: 'marketing', choice: 'approve' }, COUNCIL, ACT);
    expect(step.problems.map(({ code }) => code)).toEqual(['WEFT-POLICY-045']);
  });

  test('never comes into force below the quorum, in whatever order votes come', () => {
    const voices = ['sales', 'finance', 'research', 'hr', 'legal', 'nobody'];
    const councils = fc.record({
      representatives: fc.uniqueArray(fc.constantFrom(...voices.slice(0, 5)), { minLength: 1 }),
      quorum: fc.integer({ min: 1, max: 5 }),
    });
    const votes = fc.array(
      fc.record({ voice: fc.constantFrom(...voices), choice: fc.constantFrom('approve' as const, 'reject' as const) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(councils, votes, ({ representatives, quorum: wish }, said) => {
        const council = { representatives, quorum: Math.min(wish, representatives.length) };
        let state = proposed(START, 'b2', council);
        const last = new Map<string, string>();
        for (const { voice, choice } of said) {
          const step = vote(state, 'b2', { voice, choice }, council, ACT);
          if (!step.ok) {
            expect(representatives.includes(voice) && state.proposed?.state === 'proposed').toBe(false);
            continue;
          }
          last.set(voice, choice);
          if (step.value !== undefined) state = follow(state, step.value);
          const yes = [...last.values()].filter((entry) => entry === 'approve').length;
          const no = last.size - yes;
          expect(state.head?.inForce).toBe(yes >= council.quorum ? 'b2' : 'a1');
          if (state.head?.inForce === 'b2') return expect(isRightful(state.inForce as PolicySetRecord)).toBe(true);
          if (representatives.length - no < council.quorum) return expect(state.head?.proposed).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('who decides', () => {
  const head: PolicyHead = { scope: GLOBAL_SCOPE, inForce: 'a1', revision: 1 };
  const named = (council: Council) => ({ ...TOPOLOGY, governance: { council } });

  test('about a domain is that domain alone', () => {
    expect(decidingCouncil('sales', head, TOPOLOGY)).toEqual({ representatives: ['sales'], quorum: 1 });
  });

  test('about everybody is every domain by majority, unless a council is in force', () => {
    expect(decidingCouncil(GLOBAL_SCOPE, head, TOPOLOGY)).toEqual(COUNCIL);
    const council = { representatives: ['sales', 'finance'], quorum: 2 };
    expect(decidingCouncil(GLOBAL_SCOPE, { ...head, council }, TOPOLOGY)).toEqual(council);
  });

  test('is not what mesh.yaml says newly: those whom it concerns decide first', () => {
    const coup = named({ representatives: ['sales'], quorum: 1 });
    expect(decidingCouncil(GLOBAL_SCOPE, head, coup)).toEqual(COUNCIL);
    const step = propose(
      START,
      { set: setOf('b2'), council: decidingCouncil(GLOBAL_SCOPE, head, coup), nextCouncil: coup.governance.council },
      ACT,
    );
    if (!step.ok) throw new Error('refused');
    const done = say(say(follow(START, step.value), 'sales', 'approve'), 'research', 'approve');
    expect(done.head).toMatchObject({ inForce: 'b2', council: coup.governance.council });
    expect(decidingCouncil(GLOBAL_SCOPE, done.head, coup)).toEqual(coup.governance.council);
  });

  test('does not wait for a domain that has left, nor for a partner', () => {
    const council = { representatives: ['sales', 'marketing', 'finance'], quorum: 3 };
    expect(decidingCouncil(GLOBAL_SCOPE, { ...head, council }, TOPOLOGY)).toEqual({
      representatives: ['sales', 'finance'],
      quorum: 2,
    });
    const [first, ...rest] = TOPOLOGY.domains as [(typeof TOPOLOGY.domains)[number]];
    const partner = { ...TOPOLOGY, domains: [{ ...first, external: true as const, terms: 'https://x' }, ...rest] };
    expect(decidingCouncil(GLOBAL_SCOPE, head, partner).representatives).toEqual(['finance', 'research']);
  });

  test('is told from the record: a set put in force past them is not rightful', () => {
    const set = OPEN.proposed as PolicySetRecord;
    expect(isRightful(START.inForce as PolicySetRecord)).toBe(true);
    expect(isRightful({ ...set, state: 'in-force' })).toBe(false);
    const by = { by: ACT.actor, at: AT, choice: 'approve' as const };
    const votes = ['sales', 'finance'].map((voice) => ({ voice, ...by }));
    expect(isRightful({ ...set, state: 'in-force', votes })).toBe(true);
    const forged = ['sales', 'platform'].map((voice) => ({ voice, ...by }));
    expect(isRightful({ ...set, state: 'in-force', votes: forged })).toBe(false);
    expect(tally(forged, COUNCIL)).toEqual({ approvals: 1, rejections: 0, outcome: 'open' });
  });
});

describe('what is told of a set', () => {
  const types = (before: PolicySetRecord | undefined, now: PolicySetRecord | undefined) =>
    deriveEvents(before, now, []).map(({ type, data }) => [type, data.policySet, data.audience]);

  test('goes to those who have a voice, at each step', () => {
    const everybody = [...COUNCIL.representatives].toSorted();
    const one = say(OPEN, 'sales', 'approve');
    const two = say(one, 'finance', 'approve');
    expect(types(undefined, OPEN.proposed)).toEqual([['PolicyProposed', 'global@b2', everybody]]);
    expect(types(OPEN.proposed, one.proposed)).toEqual([['PolicyApproved', 'global@b2', everybody]]);
    expect(types(one.proposed, two.inForce)).toEqual([['PolicyInForce', 'global@b2', everybody]]);
    const [rejected] = deriveEvents(one.proposed, { ...(one.proposed as PolicySetRecord), state: 'rejected' }, []);
    expect(rejected).toMatchObject({ type: 'PolicyRejected', subject: '*/*' });
  });

  test('is in the trail with its version and how the vote stands', () => {
    const one = say(OPEN, 'sales', 'approve');
    expect(auditEntries(OPEN.proposed, one.proposed)).toMatchObject([
      {
        id: 'policy/global@b2@2',
        action: 'PolicyApproved',
        actor: ACT.actor,
        entity: 'policy-set',
        version: 'b2',
        stateBefore: 'proposed',
        stateAfter: 'proposed',
        summary: 'global@b2: proposed; 1 for, 0 against, 2 of 3 needed',
      },
    ]);
  });
});
