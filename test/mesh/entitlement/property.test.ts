import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sensitivity } from '#mesh/access/clearance.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import { type EntitlementRecord, standingsOf } from '#mesh/entitlement/entitlement.ts';
import { compileTagGrants, diffTagGrants, type TagGrant } from '#mesh/entitlement/tag-grants.ts';
import { tagKeys, tagsOf, WITHHELD } from '#mesh/entitlement/tags.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { reach, within } from '../access/lake.ts';
import { AT, column, product, role, subscription, TOPOLOGY, table } from '../fixtures.ts';
import { entitlement } from './fixture.ts';

const LEVELS = TOPOLOGY.classification;
const RUNS = { numRuns: 400 };
const level = fc.constantFrom<string | undefined>(...LEVELS, undefined, 'unheard-of');

const products = fc
  .array(
    fc.record({
      columns: fc.array(level, { minLength: 1, maxLength: 4 }),
      keys: fc.array(level, { maxLength: 1 }),
      fallback: level,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((shapes) =>
    product(
      shapes.map(({ columns, keys, fallback }, index) =>
        table(
          `t${index}`,
          columns.map((own, at) => column(`c${at}`, 'int', own)),
          {
            partitionKeys: keys.map((own) => column('k0', 'string', own)),
            ...(fallback === undefined ? {} : { defaultClassification: fallback }),
          },
        ),
      ),
    ),
  );

const entitlements = fc
  .array(
    fc.record({
      domain: fc.constantFrom('sales', 'sales', 'research', undefined),
      to: fc.constantFrom('finance', 'finance', 'research', 'organization' as const),
      roles: fc.subarray(['analyst', 'service'], { minLength: 1 }),
      level: fc.constantFrom(...LEVELS),
      way: fc.constantFrom('tags', 'tags', 'names'),
      state: fc.constantFrom<EntitlementRecord['state']>('active', 'approved', 'active', 'revoking', 'revoked'),
    }),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map((wish, index) =>
      entitlement(
        wish.to,
        { ...(wish.domain === undefined ? {} : { domain: wish.domain }), classification: wish.level },
        {
          id: `mesh.e${index}`,
          way: wish.way as EntitlementRecord['way'],
          state: wish.state,
          roles: wish.roles,
        },
      ),
    ),
  );

const subscriptions = fc
  .array(
    fc.record({
      level: fc.constantFrom(...LEVELS),
      filtered: fc.boolean(),
      roles: fc.subarray(['analyst', 'service'], { minLength: 1 }),
    }),
    { maxLength: 3 },
  )
  .map((list) =>
    list.map(
      (wish, index): SubscriptionRecord =>
        subscription(
          'finance',
          { clearance: wish.level, ...(wish.filtered ? { rows: { t0: `c0 > ${index}` } } : {}) },
          { id: `sales.orders.v1.finance.s${index}`, principals: wish.roles.map((name) => role('finance', name)) },
        ),
    ),
  );

const cases = fc.record({ product: products, entitlements, subscriptions });
const isStanding = ({ state }: EntitlementRecord) => state === 'active' || state === 'approved';

/** Lake Formation's rule for LF-Tags, written down a second time: what a column carries is its own value, or its database's. */
function tagged(of: ProductRecord, grants: readonly TagGrant[], principals: readonly string[]): Map<string, string[]> {
  const keys = tagKeys(TOPOLOGY.mesh);
  const tags = tagsOf(of, LEVELS);
  return new Map(
    of.tables.map((entry) => {
      const names = [...entry.columns, ...entry.partitionKeys].map(({ name }) => name);
      const carries = (name: string): Record<string, string> => ({
        [keys.domain]: tags.domain,
        [keys.classification]: tags.columns[entry.name]?.[name] ?? WITHHELD,
      });
      const matching = grants.filter(({ principal, on }) => on === 'TABLE' && principals.includes(principal));
      const shown = names.filter((name) =>
        matching.some(({ expression }) =>
          expression.every(({ key, values }) => values.includes(carries(name)[key] ?? '')),
        ),
      );
      return [entry.name, shown];
    }),
  );
}

const FINANCE = '333333333333';
const ORGANIZATION = entitlement('organization', { classification: 'public' }).grantee;
const of = (record: ProductRecord, given: readonly EntitlementRecord[]) => {
  const standings = standingsOf(record.domain, given, AT);
  return standings.length === 0 ? record : { ...record, entitlements: standings };
};

describe('standing entitlements', () => {
  test('give an account by LF-Tags just the columns up to the clearance, and no partition key beside a lower one or alone', () => {
    fc.assert(
      fc.property(cases, ({ product: record, entitlements: given }) => {
        const grants = compileTagGrants(given.filter(isStanding), TOPOLOGY);
        const principals = [FINANCE, ORGANIZATION.kind === 'account' ? '' : ORGANIZATION.arn];
        const covering = given.filter(
          ({ way, selector, grantee, ...entry }) =>
            way === 'tags' &&
            isStanding({ way, selector, grantee, ...entry }) &&
            (selector.domain ?? 'sales') === 'sales' &&
            (grantee.kind !== 'account' || grantee.domain === 'finance'),
        );
        const highest = Math.max(-1, ...covering.map(({ selector }) => LEVELS.indexOf(selector.classification)));
        for (const [name, shown] of tagged(record, grants, principals)) {
          const found = record.tables.find((entry) => entry.name === name);
          if (found === undefined) throw new Error(name);
          const every = [...found.columns, ...found.partitionKeys];
          const floor = Math.max(-1, ...found.partitionKeys.map((key) => sensitivity(key, found, LEVELS)));
          const allowed = every.filter((entry) => Math.max(floor, sensitivity(entry, found, LEVELS)) <= highest);
          const keysAlone = allowed.every((entry) => found.partitionKeys.includes(entry));
          expect(shown).toEqual(keysAlone ? [] : allowed.map((entry) => entry.name));
        }
      }),
      RUNS,
    );
  });

  test('never show a role more than its own entitlements and subscriptions, nor more than its account has', () => {
    fc.assert(
      fc.property(cases, ({ product: record, entitlements: given, subscriptions: entries }) => {
        const both = compileAccess(of(record, given), entries, [], TOPOLOGY, AT);
        const tagGrants = compileTagGrants(given.filter(isStanding), TOPOLOGY);
        const principals = [FINANCE, ORGANIZATION.kind === 'account' ? '' : ORGANIZATION.arn];
        const open = tagged(record, tagGrants, principals);
        const grants = both.shares.flatMap((share) => share.grants);
        for (const name of ['analyst', 'service']) {
          const own = role('finance', name);
          const mine = given.filter(({ grantee }) =>
            grantee.kind !== 'account' ? name === 'analyst' : grantee.principals.includes(own),
          );
          const levels = mine
            .filter((entry) => isStanding(entry) && (entry.selector.domain ?? 'sales') === 'sales')
            .map(({ selector }) => LEVELS.indexOf(selector.classification));
          for (const entry of record.tables) {
            const allowed = new Map<string, Set<string>>();
            const add = (rows: string, top: number) => {
              if (entry.partitionKeys.some((key) => sensitivity(key, entry, LEVELS) > top)) return;
              const names = [...entry.columns, ...entry.partitionKeys].filter(
                (item) => sensitivity(item, entry, LEVELS) <= top,
              );
              allowed.set(rows, new Set([...(allowed.get(rows) ?? []), ...names.map((item) => item.name)]));
            };
            for (const top of levels) add('', top);
            for (const { approved, principals: roles } of entries) {
              if (roles.includes(own) && approved !== undefined)
                add(approved.rows?.[entry.name] ?? '', LEVELS.indexOf(approved.clearance));
            }
            const seen = reach(own, entry, grants, both.filters);
            expect(within(seen, allowed)).toBe(true);
            const account = new Map(reach(FINANCE, entry, both.accountGrants, both.filters));
            account.set('', new Set([...(account.get('') ?? []), ...(open.get(entry.name) ?? [])]));
            expect(within(seen, account)).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });

  test('never stand by LF-Tags beside a filter of the same account on the same table', () => {
    fc.assert(
      fc.property(cases, ({ product: record, entitlements: given, subscriptions: entries }) => {
        const { accountGrants } = compileAccess(of(record, given), entries, [], TOPOLOGY, AT);
        const principals = [FINANCE, ORGANIZATION.kind === 'account' ? '' : ORGANIZATION.arn];
        const open = tagged(record, compileTagGrants(given.filter(isStanding), TOPOLOGY), principals);
        for (const { principal, resource } of accountGrants) {
          if (principal !== FINANCE || resource.kind !== 'filter') continue;
          expect([resource.table, open.get(resource.table)]).toEqual([resource.table, []]);
        }
      }),
      RUNS,
    );
  });

  test('need no change when nothing changed, and end where they should from any other set', () => {
    const sets = fc
      .tuple(entitlements, entitlements)
      .map((pair) => pair.map((list) => compileTagGrants(list, TOPOLOGY)));
    fc.assert(
      fc.property(sets, ([desired = [], actual = []]) => {
        expect(diffTagGrants(desired, desired)).toEqual([]);
        const keyed = new Map(actual.map((grant) => [JSON.stringify(grant), grant]));
        for (const { kind, grant } of diffTagGrants(desired, actual)) {
          if (kind === 'grant') keyed.set(JSON.stringify(grant), grant);
          else keyed.delete(JSON.stringify(grant));
        }
        expect([...keyed.keys()].sort()).toEqual(desired.map((grant) => JSON.stringify(grant)).sort());
      }),
      RUNS,
    );
  });
});
