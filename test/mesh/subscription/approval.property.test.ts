import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSameParty, missingApprovals } from '#mesh/subscription/approval.ts';
import { approveRenewal, requestRenewal } from '#mesh/subscription/renewal.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { approve } from '#mesh/subscription/transitions.ts';
import { subscription, TOPOLOGY } from '../fixtures.ts';

const LADDER = TOPOLOGY.classification;
const CLASSES = ['owner', 'platform', 'legal', 'privacy'];
const AT = '2026-02-01T00:00:00Z';

const person = fc.constantFrom('ann@x.org', 'Ann@x.org', 'bob@x.org', 'one', 'two');
const roleName = fc.constantFrom('m-a-steward', 'm-b-steward', 'm-platform', 'm-a-analyst');
const principal = fc
  .tuple(roleName, person)
  .map(([role, session]) => `arn:aws:sts::222222222222:assumed-role/${role}/${session}`);
const narrowing = fc.record(
  {
    clearance: fc.constantFrom(...LADDER.slice(0, 3)),
    tables: fc.subarray(['t', 'u']),
    columns: fc.record({ t: fc.subarray(['a', 'b', 'c']) }),
    expiresAt: fc.constantFrom('2026-05-01T00:00:00Z', '2026-06-01T00:00:00Z'),
  },
  { requiredKeys: [] },
);
const act = fc.record({ actor: principal, as: fc.constantFrom(...CLASSES), narrowing });
const REQUESTED: AccessScope = { clearance: 'confidential', tables: ['t', 'u'], columns: { t: ['a', 'b', 'c'] } };

/** The classes asked, each once, and acts of anybody for any class in any order. */
const story = fc.record({
  requestedBy: principal,
  approvers: fc.shuffledSubarray(CLASSES, { minLength: 1 }),
  acts: fc.array(act, { maxLength: 25 }),
});

function distinct(parties: readonly string[]): boolean {
  return parties.every((one, index) => parties.slice(index + 1).every((other) => !isSameParty(one, other)));
}

describe('whatever is said by whom in whatever order', () => {
  test('a subscription is approved by every class that was asked, each by another party, and never by its requester', () => {
    fc.assert(
      fc.property(story, ({ requestedBy, approvers, acts }) => {
        let record: SubscriptionRecord = subscription('finance', REQUESTED, {
          state: 'pending',
          requestedBy,
          approvers,
          approved: undefined,
        });
        for (const { actor, as, narrowing: narrower } of acts) {
          const next = approve(record, { actor, at: AT, correlation: 'c' }, narrower, LADDER, { as });
          if (next.ok) record = next.value;
          const given = record.approvals ?? [];
          expect(record.state === 'approved').toBe(missingApprovals(record).length === 0);
          expect(record.approved === undefined).toBe(record.state === 'pending');
          expect(given.map((approval) => approval.class).filter((name) => !approvers.includes(name))).toEqual([]);
          expect(new Set(given.map((approval) => approval.class)).size).toBe(given.length);
          expect(distinct([requestedBy, ...given.map(({ by }) => by)])).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('what is approved is no more than anybody who approved would have it', () => {
    fc.assert(
      fc.property(story, ({ requestedBy, approvers, acts }) => {
        let record: SubscriptionRecord = subscription('finance', REQUESTED, {
          state: 'pending',
          requestedBy,
          approvers,
          approved: undefined,
        });
        const said: (typeof acts)[number]['narrowing'][] = [];
        for (const { actor, as, narrowing: narrower } of acts) {
          const next = approve(record, { actor, at: AT, correlation: 'c' }, narrower, LADDER, { as });
          if (!next.ok) continue;
          record = next.value;
          said.push(narrower);
        }
        const scope = record.approved ?? record.narrowed ?? REQUESTED;
        for (const { clearance = 'confidential', tables, columns, expiresAt } of said) {
          expect(LADDER.indexOf(scope.clearance)).toBeLessThanOrEqual(LADDER.indexOf(clearance));
          expect((scope.tables ?? []).filter((name) => tables !== undefined && !tables.includes(name))).toEqual([]);
          expect((scope.columns?.t ?? []).filter((name) => columns !== undefined && !columns.t.includes(name))).toEqual(
            [],
          );
          if (expiresAt !== undefined)
            expect(record.expiresAt !== undefined && record.expiresAt <= expiresAt).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a renewal moves nothing but the end, by every class, and never by whoever asked', () => {
    fc.assert(
      fc.property(story, principal, ({ requestedBy, approvers, acts }, asker) => {
        const before = subscription('finance', REQUESTED, { requestedBy, expiresAt: '2026-04-01T00:00:00Z' });
        const until = '2026-08-01T00:00:00Z';
        const asked = requestRenewal(
          before,
          { actor: asker, at: AT, correlation: 'c' },
          { side: 'consumer', until, approvers },
        );
        if (!asked.ok) throw new Error('not asked');
        let record = asked.value;
        const by: string[] = [];
        for (const { actor, as } of acts) {
          const next = approveRenewal(record, { actor, at: AT, correlation: 'c' }, { as });
          if (!next.ok) continue;
          record = next.value;
          by.push(actor);
        }
        const done = record.renewal === undefined;
        expect(record.expiresAt).toBe(done ? until : before.expiresAt);
        expect(done).toBe(by.length === approvers.length);
        expect(distinct([requestedBy, ...by]) && distinct([asker, ...by])).toBe(true);
        const { approved, principals, state, requested } = record;
        expect({ approved, principals, state, requested }).toEqual({
          approved: before.approved,
          principals: before.principals,
          state: 'active',
          requested: before.requested,
        });
      }),
      { numRuns: 500 },
    );
  });
});
