import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileAccess, isLive } from '#mesh/access/compile.ts';
import { hasEnded } from '#mesh/subscription/end.ts';
import { isStopped } from '#mesh/subscription/stop.ts';
import { holdsAccess, SUBSCRIPTION_STATES, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { column, product, role, subscription, TOPOLOGY, table } from '../fixtures.ts';

const DAYS = ['2026-01-10', '2026-02-10', '2026-03-10', '2026-04-10'].map((day) => `${day}T00:00:00Z`);
const PRODUCT = product([
  table('t', [column('a', 'int', 'public'), column('b', 'int', 'internal'), column('c', 'int', 'secret')]),
  table('u', [column('d', 'int', 'public')]),
]);

const day = fc.constantFrom(...DAYS);
const consumer = fc.constantFrom('finance', 'research');
const entry = fc
  .record({
    consumer,
    state: fc.constantFrom(...SUBSCRIPTION_STATES),
    clearance: fc.constantFrom('public', 'internal', 'secret'),
    rows: fc.boolean(),
    whole: fc.boolean(),
    expiresAt: fc.option(day, { nil: undefined }),
    recertifyBy: fc.option(day, { nil: undefined }),
  })
  .map(({ consumer: name, state, clearance, rows, whole, expiresAt, recertifyBy }) => {
    const scope = { clearance, ...(rows ? { rows: { t: 'a = 1' } } : {}) };
    const holder = whole ? { principals: [], wholeAccount: true as const } : { principals: [role(name)] };
    return subscription(name, scope, {
      state,
      ...holder,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(recertifyBy === undefined ? {} : { recertifyBy }),
    });
  });
const entries = fc
  .array(entry, { maxLength: 5 })
  .map((all) =>
    all.map((one, index): SubscriptionRecord => ({ ...one, id: `sales.orders.v1.${one.consumer}.s${index}` })),
  );
const stops = fc.array(
  fc.record({
    domain: fc.constantFrom('sales', 'finance', 'research'),
    side: fc.constantFrom('sales', 'finance', 'research', 'weft:governance'),
    reach: fc.constantFrom('consuming' as const, 'everything' as const),
  }),
  { maxLength: 2 },
);

function stopped(said: { domain: string; side: string; reach: 'consuming' | 'everything' }[]): Topology {
  const domains = TOPOLOGY.domains.map((domain) => ({
    ...domain,
    stops: said
      .filter((stop) => stop.domain === domain.name)
      .map(({ side, reach }) => ({ side, reach, by: 'x', at: '' })),
  }));
  return { ...TOPOLOGY, domains };
}

describe('access as of a moment', () => {
  test('is that of the subscriptions whose end has not come and whose sides are not stopped, and of no other', () => {
    fc.assert(
      fc.property(entries, stops, day, (all, said, now) => {
        const topology = stopped(said);
        const counting = all.filter(
          (one) => holdsAccess(one) && !hasEnded(one, now) && !isStopped('sales', one.consumer, topology),
        );
        const access = compileAccess(PRODUCT, all, [], topology, now);
        const forever = counting.map(
          ({ expiresAt: _, recertifyBy: __, ...one }): SubscriptionRecord => ({ ...one, state: 'active' }),
        );
        const shares = access.shares.map(({ ends: _, ...intent }) => intent);
        expect({ ...access, shares }).toEqual(compileAccess(PRODUCT, forever, [], TOPOLOGY, DAYS[0] ?? ''));
        expect(access.shares.map((share) => share.consumer)).toEqual(
          [...new Set(counting.map((one) => one.consumer))].sort(),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('never grows as time goes by: no consumer gains what it did not have', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const live = DAYS.map((now) => all.filter((one) => isLive(one, PRODUCT, TOPOLOGY, now)).map(({ id }) => id));
        for (const [index, ids] of live.entries()) {
          expect(ids.filter((id) => index > 0 && !live[index - 1]?.includes(id))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a whole account is the account’s: it changes nothing of what any role holds', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const now = DAYS[0] ?? '';
        const named = all.filter((one) => one.wholeAccount !== true);
        const roles = (of: readonly SubscriptionRecord[]) =>
          compileAccess(PRODUCT, of, [], TOPOLOGY, now).shares.flatMap(({ grants }) => grants);
        expect(roles(all)).toEqual(roles(named));
      }),
      { numRuns: 300 },
    );
  });
});
