import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { visibleColumns } from '#mesh/access/compile.ts';
import type { AccessScope, SubscriptionRecord, SubscriptionState } from '#mesh/subscription/subscription.ts';
import {
  type Act,
  activate,
  approve,
  expire,
  markRevoked,
  type Narrowing,
  reject,
  revoke,
} from '#mesh/subscription/transitions.ts';
import { AT, column, role, subscription, TOPOLOGY, table } from '../fixtures.ts';

const LADDER = TOPOLOGY.classification;
const OWNER: Act = { actor: role('sales', 'steward'), at: '2026-02-01T00:00:00Z', correlation: 'c-2' };
const LATER = '2026-09-01T00:00:00Z';
const STATES: readonly SubscriptionState[] = [
  'pending',
  'approved',
  'active',
  'revoking',
  'revoked',
  'rejected',
  'expired',
];

function inState(state: SubscriptionState, rest: Partial<SubscriptionRecord> = {}): SubscriptionRecord {
  return subscription('finance', { clearance: 'internal' }, { state, expiresAt: AT, ...rest });
}

describe('the states of a subscription', () => {
  test.each<
    [
      string,
      (entry: SubscriptionRecord) => ReturnType<typeof reject>,
      Partial<Record<SubscriptionState, SubscriptionState>>,
    ]
  >([
    ['approve', (entry) => approve({ ...entry, expiresAt: LATER }, OWNER, {}, LADDER), { pending: 'approved' }],
    ['reject', (entry) => reject(entry, OWNER), { pending: 'rejected' }],
    ['activate', (entry) => activate(entry, OWNER), { approved: 'active' }],
    ['revoke', (entry) => revoke(entry, OWNER), { pending: 'revoked', approved: 'revoking', active: 'revoking' }],
    ['markRevoked', (entry) => markRevoked(entry, OWNER), { revoking: 'revoked' }],
    ['expire', (entry) => expire(entry, OWNER), { pending: 'expired', approved: 'expired', active: 'expired' }],
  ])('%s leads on from its own states only', (_, step, allowed) => {
    for (const state of STATES) {
      const result = step(inState(state));
      expect(result.ok ? result.value.state : undefined).toBe(allowed[state]);
      if (!result.ok) expect(result.problems.map((problem) => problem.code)).toContain('WEFT-SUBSCRIPTION-001');
    }
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
