import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibleColumns } from '#mesh/access/compile.ts';
import type { Checked } from '#mesh/error.ts';
import { approveRenewal, rejectRenewal, requestRenewal } from '#mesh/subscription/renewal.ts';
import { STEPS, type SubscriptionStep } from '#mesh/subscription/step.ts';
import {
  type AccessScope,
  type Renewal,
  SUBSCRIPTION_STATES,
  type SubscriptionRecord,
  type SubscriptionState,
} from '#mesh/subscription/subscription.ts';
import {
  type Act,
  activate,
  approve,
  expire,
  giveNotice,
  markRevoked,
  type Narrowing,
  reject,
  resume,
  revoke,
  suspend,
} from '#mesh/subscription/transitions.ts';
import { AT, column, role, subscription, TOPOLOGY, table } from '../fixtures.ts';

const LADDER = TOPOLOGY.classification;
const OWNER: Act = { actor: role('sales', 'steward'), at: '2026-02-01T00:00:00Z', correlation: 'c-2' };
const LATER = '2026-09-01T00:00:00Z';
function inState(state: SubscriptionState, rest: Partial<SubscriptionRecord> = {}): SubscriptionRecord {
  return subscription('finance', { clearance: 'internal' }, { state, expiresAt: AT, ...rest });
}

const SUSPENSION = { side: 'sales', by: OWNER.actor, at: OWNER.at };
const RENEWAL = { side: 'consumer', until: '2026-12-01T00:00:00Z', approvers: ['owner'] } as const;
const ASKED: Renewal = { ...RENEWAL, requestedBy: role('finance', 'analyst'), at: AT, approvals: [] };
const WAITS: Act = { ...OWNER, at: '2026-08-31T00:00:00Z' };

/** Every step of the state machine, as somebody takes it. */
const TAKEN: Readonly<Record<SubscriptionStep, (entry: SubscriptionRecord) => Checked<SubscriptionRecord>>> = {
  SubscriptionApprovalGiven: (entry) =>
    approve({ ...entry, expiresAt: LATER, approvers: ['owner', 'legal'] }, OWNER, {}, LADDER),
  SubscriptionApproved: (entry) => approve({ ...entry, expiresAt: LATER }, OWNER, {}, LADDER),
  SubscriptionRejected: (entry) => reject(entry, OWNER),
  SubscriptionWithdrawn: (entry) => (entry.state === 'pending' ? revoke(entry, OWNER) : NOT_HERE),
  SubscriptionActivated: (entry) => activate(entry, OWNER),
  SubscriptionExpiring: (entry) => giveNotice({ ...entry, expiresAt: LATER }, WAITS),
  SubscriptionRenewalRequested: (entry) => requestRenewal({ ...entry, expiresAt: LATER }, OWNER, RENEWAL),
  SubscriptionRenewalApprovalGiven: (entry) =>
    approveRenewal({ ...entry, expiresAt: LATER, renewal: { ...ASKED, approvers: ['owner', 'legal'] } }, OWNER),
  SubscriptionRenewed: (entry) => approveRenewal({ ...entry, expiresAt: LATER, renewal: ASKED }, OWNER),
  SubscriptionRenewalRejected: (entry) => rejectRenewal({ ...entry, renewal: ASKED }, OWNER),
  SubscriptionSuspended: (entry) => suspend(entry, OWNER, SUSPENSION),
  SubscriptionResumed: (entry) => resume({ ...entry, suspensions: [SUSPENSION] }, OWNER, 'sales'),
  SubscriptionRevoking: (entry) => (entry.state === 'pending' ? NOT_HERE : revoke(entry, OWNER)),
  SubscriptionRevoked: (entry) => markRevoked(entry, OWNER),
  SubscriptionExpired: (entry) => expire(entry, OWNER),
};

/** `revoke` is two steps: from `pending` it is a withdrawal. */
const NOT_HERE: Checked<SubscriptionRecord> = {
  ok: false,
  problems: [{ code: 'WEFT-SUBSCRIPTION-001', severity: 'error', message: '' }],
};

describe('the states of a subscription', () => {
  const jumps = (Object.keys(STEPS) as SubscriptionStep[]).flatMap((step) =>
    SUBSCRIPTION_STATES.map((state) => ({ step, state })),
  );

  test.each(jumps)('$step from $state', ({ step, state }) => {
    const from: readonly SubscriptionState[] = STEPS[step].from;
    const to: readonly SubscriptionState[] = STEPS[step].to;
    const result = TAKEN[step](inState(state));
    if (from.includes(state)) {
      expect(result.problems).toEqual([]);
      expect(result.ok && [to.includes(result.value.state), result.value.change.action]).toEqual([true, step]);
    } else {
      expect(result.problems.map((problem) => problem.code)).toContain('WEFT-SUBSCRIPTION-001');
    }
  });

  test('that give access are left to no state of the end but through revoking or the clock', () => {
    const ends = Object.entries(STEPS)
      .filter(([, { from }]) => (from as readonly string[]).includes('active'))
      .flatMap(([, { to }]) => to as readonly SubscriptionState[]);
    expect([...new Set(ends)].sort()).toEqual(['active', 'approved', 'expired', 'expiring', 'revoking']);
  });

  test('say who changed them, when and why', () => {
    const result = revoke(inState('active'), { ...OWNER, reason: 'over', policies: ['p'] });
    expect(result.ok && result.value.change).toEqual({
      actor: OWNER.actor,
      action: 'SubscriptionRevoking',
      at: OWNER.at,
      reason: 'over',
      correlation: 'c-2',
      policies: ['p'],
    });
  });

  test('do not end before the end', () => {
    for (const expiresAt of [undefined, '2027-01-01T00:00:00Z']) {
      const result = expire(inState('active', { expiresAt }), OWNER);
      expect(result.problems.map((problem) => problem.code)).toEqual(['WEFT-SUBSCRIPTION-006']);
    }
  });
});

describe('a decision', () => {
  const asked = (requested: AccessScope) =>
    inState('pending', { requested, approved: undefined, expiresAt: undefined });

  test('is never the requester’s own', () => {
    const entry = inState('pending', { expiresAt: LATER });
    const self = { ...OWNER, actor: entry.requestedBy };
    for (const result of [approve(entry, self, {}, LADDER), reject(entry, self)]) {
      expect(result.problems.map((problem) => problem.code)).toEqual(['WEFT-SUBSCRIPTION-002']);
    }
  });

  test.each([
    ['another session of the same role', 'arn:aws:sts::2:assumed-role/m-a-steward/two', 2],
    ['the role itself', 'arn:aws:iam::2:role/team/m-a-steward', 2],
    ['a role that ends alike', 'arn:aws:sts::2:assumed-role/x-m-a-steward/one', undefined],
    ['the same name in another account', 'arn:aws:sts::3:assumed-role/m-a-steward/one', undefined],
  ])('by %s of the requester', (_, actor, problem) => {
    const asked = inState('pending', {
      expiresAt: LATER,
      requestedBy: 'arn:aws:sts::2:assumed-role/m-a-steward/one',
    });
    const result = approve(asked, { ...OWNER, actor }, {}, LADDER);
    const expected = problem === undefined ? [] : ['WEFT-SUBSCRIPTION-002'];
    expect(result.problems.map(({ code }) => code)).toEqual(expected);
  });

  test('approves what was asked for, unless it narrows', () => {
    const requested = { clearance: 'internal', rows: { t: 'a = 1' }, columns: { t: ['a', 'b'] }, tables: ['t', 'u'] };
    const plain = approve(asked(requested), OWNER, {}, LADDER);
    expect(plain.ok && plain.value.approved).toEqual(requested);
    const narrowing = { clearance: 'public', rows: { t: 'b = 2', u: 'c = 3' }, columns: { t: ['a'] }, tables: ['t'] };
    const narrowed = approve(asked(requested), OWNER, { ...narrowing, expiresAt: LATER }, LADDER);
    expect(narrowed.ok && narrowed.value).toMatchObject({
      approved: {
        clearance: 'public',
        rows: { t: '(a = 1) AND (b = 2)', u: 'c = 3' },
        columns: { t: ['a'] },
        tables: ['t'],
      },
      decidedBy: OWNER.actor,
      expiresAt: LATER,
    });
  });

  test.each<[string, Narrowing, string]>([
    ['a higher clearance', { clearance: 'secret' }, '003'],
    ['an unknown clearance', { clearance: 'cosmic' }, '004'],
    ['another table', { tables: ['v'] }, '003'],
    ['another column', { columns: { t: ['a', 'z'] } }, '003'],
    ['a row filter that breaks out', { rows: { t: 'b = 2) OR (b = 3' } }, '005'],
  ])('cannot give %s', (_, narrowing, code) => {
    const requested = { clearance: 'internal', rows: { t: 'a = 1' }, columns: { t: ['a', 'b'] }, tables: ['t', 'u'] };
    const result = approve(asked(requested), OWNER, narrowing, LADDER);
    expect(result.problems.map((problem) => problem.code)).toEqual([`WEFT-SUBSCRIPTION-${code}`]);
  });

  test('does not approve what has ended, whoever set the end', () => {
    const entry = asked({ clearance: 'public' });
    for (const result of [
      approve({ ...entry, expiresAt: OWNER.at }, OWNER, {}, LADDER),
      approve(entry, OWNER, { expiresAt: AT }, LADDER),
    ]) {
      expect(result.problems.map((problem) => problem.code)).toEqual(['WEFT-SUBSCRIPTION-007']);
    }
  });

  test('keeps the earlier of two ends', () => {
    const entry = { ...asked({ clearance: 'public' }), expiresAt: '2026-06-01T00:00:00Z' };
    for (const [given, expected] of [
      ['2026-05-01T00:00:00Z', '2026-05-01T00:00:00Z'],
      ['2026-07-01T00:00:00Z', '2026-06-01T00:00:00Z'],
    ] as const) {
      const result = approve(entry, OWNER, { expiresAt: given }, LADDER);
      expect(result.ok && result.value.expiresAt).toBe(expected);
    }
  });

  test('never shows more than was requested', () => {
    const names = ['a', 'b', 'c'];
    const of = table(
      't',
      names.map((name, index) => column(name, 'int', LADDER[index])),
    );
    const scope = fc.record(
      {
        clearance: fc.constantFrom(...LADDER),
        tables: fc.subarray(['t', 'u']),
        columns: fc.record({ t: fc.subarray(names) }),
      },
      { requiredKeys: ['clearance'] },
    );
    fc.assert(
      fc.property(scope, scope, (requested, narrowing) => {
        const result = approve(asked(requested), OWNER, narrowing, LADDER);
        fc.pre(result.ok);
        const shown = (given: AccessScope) => {
          const visible = visibleColumns(of, given, LADDER);
          return visible === '*' ? names : visible;
        };
        const before = shown(requested);
        if (result.ok)
          expect(shown(result.value.approved as AccessScope).every((name) => before.includes(name))).toBe(true);
      }),
    );
  });
});
