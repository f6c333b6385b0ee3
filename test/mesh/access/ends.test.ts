import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileAccess } from '#mesh/access/compile.ts';
import { afterAllEnds, endsOf, intentAt, type LocalAccess } from '#mesh/access/ends.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { withoutWidening } from '#mesh/plan/before-catalog.ts';
import { diffGrants } from '#mesh/plan/grants.ts';
import { endOf } from '#mesh/subscription/end.ts';
import type { AccessScope, ShareIntent, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, TOPOLOGY, table } from '../fixtures.ts';

const NOW = '2026-01-01T00:00:00.000Z';
const DAYS = ['2026-02-01', '2026-03-01', '2026-04-01'].map((day) => `${day}T00:00:00.000Z`);
const FEBRUARY = DAYS[0] as string;
const PRODUCT = product([
  table('t', [column('a', 'int', 'public'), column('b', 'int', 'internal'), column('c', 'int', 'secret')]),
  table('u', [column('d', 'int', 'public'), column('e', 'int', 'internal')]),
]);
const ANALYST = role('finance');
const SERVICE = role('finance', 'service');

function one(index: number, rest: Partial<SubscriptionRecord> & { scope?: AccessScope }): SubscriptionRecord {
  const { scope = { clearance: 'internal' }, ...fields } = rest;
  return subscription('finance', scope, { id: `sales.orders.v1.finance.s${index}`, ...fields });
}

function intentOf(all: readonly SubscriptionRecord[], now = NOW, of = PRODUCT): ShareIntent | undefined {
  return compileAccess(of, all, [], TOPOLOGY, now).shares.find(({ consumer }) => consumer === 'finance');
}

const entry = (filters: boolean) =>
  fc
    .record({
      clearance: fc.constantFrom('public', 'internal', 'secret'),
      tables: fc.constantFrom<readonly string[] | undefined>(undefined, ['t'], ['u']),
      columns: fc.constantFrom<readonly string[] | undefined>(undefined, ['a'], ['a', 'b']),
      rows: fc.boolean(),
      whole: fc.constantFrom(false, false, false, true),
      role: fc.constantFrom(ANALYST, SERVICE),
      expiresAt: fc.constantFrom(undefined, ...DAYS),
      recertifyBy: fc.constantFrom(undefined, undefined, ...DAYS),
    })
    .map(
      ({
        clearance,
        tables,
        columns,
        rows,
        whole,
        role: name,
        expiresAt,
        recertifyBy,
      }): Partial<SubscriptionRecord> => {
        const scope: AccessScope = {
          clearance,
          ...(tables === undefined ? {} : { tables }),
          ...(columns === undefined || tables?.includes('t') === false ? {} : { columns: { t: columns } }),
          ...(rows && filters && tables?.includes('t') !== false ? { rows: { t: 'a = 1' } } : {}),
        };
        return {
          approved: scope,
          requested: scope,
          ...(whole ? { principals: [], wholeAccount: true as const } : { principals: [name] }),
          ...(expiresAt === undefined ? {} : { expiresAt }),
          ...(recertifyBy === undefined ? {} : { recertifyBy }),
        };
      },
    );
const entries = (filters: boolean) =>
  fc.array(entry(filters), { minLength: 1, maxLength: 5 }).map((all) => all.map((rest, index) => one(index, rest)));

describe('the ends that an intent names', () => {
  test('are those that change something, each with whose access changes', () => {
    const intent = intentOf([
      one(1, { expiresAt: FEBRUARY }),
      one(2, { principals: [SERVICE], expiresAt: DAYS[2] }),
      one(3, { principals: [SERVICE], recertifyBy: DAYS[1] }),
    ]);
    expect(intent?.ends).toEqual([
      { at: FEBRUARY, principals: [ANALYST], grants: [] },
      { at: DAYS[2], principals: [SERVICE], grants: [] },
    ]);
  });

  test('are absent where nothing ends', () => {
    expect(intentOf([one(1, {})])).not.toHaveProperty('ends');
  });

  test('of a standing entitlement are those of a subscription', () => {
    const standing = {
      id: 'e1',
      selector: { domain: 'sales', classification: 'public' },
      grantee: { kind: 'account' as const, domain: 'finance', account: '333333333333', principals: [SERVICE] },
      way: 'names' as const,
      expiresAt: FEBRUARY,
    };
    const intent = intentOf([one(1, {})], NOW, { ...PRODUCT, entitlements: [standing] });
    expect(intent?.ends).toEqual([{ at: FEBRUARY, principals: [SERVICE], grants: [] }]);
  });

  test('of a whole account say what it passes on from then on', () => {
    const intent = intentOf([one(1, { principals: [], wholeAccount: true, expiresAt: FEBRUARY })]) as ShareIntent;
    const { passesOn, former } = intentAt(intent, FEBRUARY).intent;
    expect(intent.passesOn?.tables).toEqual(['t', 'u']);
    expect(passesOn).toBeUndefined();
    expect(former).toMatchObject({ passedOn: true, tables: ['t', 'u'] });
  });

  test('never widen: after each of them there is what is compiled for that moment, as far as it was there before', () => {
    fc.assert(
      fc.property(entries(true), (all) => {
        const intent = intentOf(all) as ShareIntent;
        let before: readonly Grant[] = intent.grants;
        for (const day of DAYS) {
          const wanted = intentOf(all, day)?.grants ?? [];
          const { grants } = intentAt(intent, day).intent;
          const possible = withoutWidening({ grants: wanted, filters: [] }, { grants: before });
          expect(grants).toEqual(possible.grants);
          before = grants;
        }
      }),
      { numRuns: 300 },
    );
  });

  test('without row filters give exactly what is compiled for that moment, and the ends that are left then', () => {
    fc.assert(
      fc.property(entries(false), (all) => {
        const intent = intentOf(all) as ShareIntent;
        for (const day of DAYS) {
          const then = intentOf(all, day);
          const { intent: now, ended } = intentAt(intent, day);
          expect(diffGrants(then?.grants ?? [], now.grants)).toEqual([]);
          expect(now.ends).toEqual(then?.ends);
          expect(now.passesOn).toEqual(then?.passesOn);
          expect(ended === undefined).toBe(intent.ends?.every(({ at }) => at > day) ?? true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('may be applied in one go or one by one', () => {
    fc.assert(
      fc.property(entries(true), (all) => {
        const intent = intentOf(all) as ShareIntent;
        const stepwise = DAYS.reduce((at, day) => intentAt(at, day).intent, intent);
        expect(stepwise.grants).toEqual(intentAt(intent, DAYS.at(-1) as string).intent.grants);
        expect(stepwise.grants).toEqual(afterAllEnds(intent).grants);
      }),
      { numRuns: 100 },
    );
  });

  test('leave everybody alone whose access does not end', () => {
    fc.assert(
      fc.property(entries(true), (all) => {
        const intent = intentOf(all) as ShareIntent;
        const stays = [ANALYST, SERVICE].filter((name) =>
          all.every((entry) => !entry.principals.includes(name) || endOf(entry) === undefined),
        );
        const of = (grants: readonly Grant[]) => grants.filter(({ principal }) => stays.includes(principal));
        expect(of(afterAllEnds(intent).grants)).toEqual(of(intent.grants));
      }),
      { numRuns: 100 },
    );
  });
});

describe('an intent after an end', () => {
  const intent = intentOf([one(1, { expiresAt: FEBRUARY }), one(2, { principals: [SERVICE] })]) as ShareIntent;

  test('is the intent until then', () => {
    expect(intentAt(intent, '2026-01-31T23:59:59.999Z')).toEqual({ intent });
  });

  test('says where what is gone stood, for the agent to look there', () => {
    const { intent: after, ended } = intentAt(intent, FEBRUARY);
    expect(ended).toBe(FEBRUARY);
    expect(after.ends).toBeUndefined();
    expect(new Set(after.grants.map(({ principal }) => principal))).toEqual(new Set([SERVICE]));
    expect(after.former?.principals).toEqual([ANALYST, SERVICE]);
    expect(after.former?.grants?.every(({ principal }) => principal === ANALYST)).toBe(true);
  });

  test('gives nothing that could not be granted before it', () => {
    const narrowed = { ...intent, grants: intent.grants.filter(({ principal }) => principal === SERVICE) };
    const wider = { ...narrowed, ends: [{ at: FEBRUARY, principals: [ANALYST], grants: intent.grants }] };
    expect(intentAt(wider, FEBRUARY).intent.grants).toEqual(narrowed.grants);
  });
});

describe('many ends', () => {
  const moments = (count: number) =>
    Array.from({ length: count }, (_, index) => new Date(Date.parse(NOW) + (index + 1) * 86_400_000).toISOString());
  const grantsTo = (count: number): Grant[] =>
    Array.from({ length: count }, (_, index) => ({
      principal: `${ANALYST}-${String(index).padStart(4, '0')}`,
      resource: { kind: 'columns', catalogId: '1', database: 'd', table: 't', columns: ['a', 'b'] },
      permissions: ['SELECT'],
      grantable: [],
    }));
  const apply = (now: LocalAccess, ends: ShareIntent['ends'], at: string) =>
    intentAt({ ...({ grants: now.grants } as ShareIntent), ends: ends ?? [] }, at).intent.grants.length;

  test('beyond those that are named end with the last that is', () => {
    const all = moments(30);
    const now = { grants: grantsTo(31) };
    const ends = endsOf(all, now, (moment) => ({
      grants: now.grants.slice(moment === undefined ? 30 : all.indexOf(moment) + 1),
    }));
    expect(ends).toHaveLength(12);
    expect(apply(now, ends, all[10] as string)).toBe(20);
    expect(apply(now, ends, all[11] as string)).toBe(1);
  });

  test('that take too much room end more than they have to, and stay small', () => {
    const all = moments(3);
    const now = { grants: grantsTo(300) };
    const narrower = now.grants.map(
      (grant) => ({ ...grant, resource: { ...grant.resource, columns: ['a'] } }) as Grant,
    );
    const ends = endsOf(all, now, () => ({ grants: narrower }));
    expect(JSON.stringify(ends).length).toBeLessThan(32_000);
    expect(apply(now, ends, all[0] as string)).toBe(0);
    const many = { grants: grantsTo(1_000) };
    expect(endsOf(all, many, () => ({ grants: [] }))).toEqual([{ at: all[0], grants: [] }]);
  });

  test('make no intent too big for its event that would fit without them', () => {
    const all = moments(3);
    const now = { grants: grantsTo(1_160) };
    const size = (of: object) => JSON.stringify(of).length;
    expect(size(now.grants)).toBeGreaterThan(210_000);
    expect(size(now.grants)).toBeLessThan(240_000);
    const ends = endsOf(all, now, (moment) => ({ grants: now.grants.slice(all.indexOf(moment ?? '') * 50 + 50) }));
    expect(size(now.grants) + size(ends)).toBeLessThan(Math.max(220_000, size(now.grants) + 100));
  });
});
