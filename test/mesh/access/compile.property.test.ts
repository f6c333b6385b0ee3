import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileAccess, visibleColumns } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { parseRowFilter, printForLakeFormation } from '#mesh/access/row-filter.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { withoutSuspension, withSuspension } from '#mesh/suspension.ts';
import { AT, column, product, role, subscription, TOPOLOGY, table } from '../fixtures.ts';
import { type Reach, reach, within } from './lake.ts';

const LEVELS = TOPOLOGY.classification;
/** Enough for plain and filtered views of one table to meet in one account and one role. */
const RUNS = { numRuns: 500 };
const level = fc.constantFrom<string | undefined>(...LEVELS, undefined, 'unheard-of');
const rows = fc.constantFrom("c0 = 'x'", "c0 IN ('x', 'y') AND c1 <> 'z'", "NOT c1 LIKE 'a%'");

const tables = fc
  .array(
    fc.record({
      columns: fc.array(level, { minLength: 1, maxLength: 4 }),
      keys: fc.array(level, { maxLength: 1 }),
      fallback: level,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((shapes) =>
    shapes.map(({ columns, keys, fallback }, index) =>
      table(
        `t${index}`,
        [
          column('c0', 'string', columns[0]),
          column('c1', 'string', 'public'),
          ...columns.slice(1).map((own, at) => column(`c${at + 2}`, 'int', own)),
        ],
        {
          partitionKeys: keys.map((own) => column('k0', 'string', own)),
          ...(fallback === undefined ? {} : { defaultClassification: fallback }),
        },
      ),
    ),
  );

const perTable = <T>(value: fc.Arbitrary<T>) => fc.dictionary(fc.constantFrom('t0', 't1', 't2'), value, { maxKeys: 2 });
const scope: fc.Arbitrary<AccessScope> = fc.record(
  {
    clearance: fc.constantFrom('public', ...LEVELS, 'unheard-of'),
    tables: fc.subarray(['t0', 't1', 't2'], { minLength: 1 }),
    columns: perTable(fc.subarray(['c0', 'c1', 'c2', 'c3'])),
    rows: perTable(rows),
  },
  { requiredKeys: ['clearance'] },
);

const subscriptions = fc
  .array(
    fc.record({
      scope,
      consumer: fc.constantFrom('finance', 'finance', 'research'),
      roles: fc.subarray(['analyst', 'service'], { minLength: 1 }),
      state: fc.constantFrom<SubscriptionRecord['state']>(
        'active',
        'approved',
        'pending',
        'revoking',
        'revoked',
        'expired',
      ),
    }),
    { maxLength: 4 },
  )
  .map((list) =>
    list.map((entry, index) =>
      subscription(entry.consumer, entry.scope, {
        id: `sales.orders.v1.${entry.consumer}.s${index}`,
        principals: entry.roles.map((name) => role(entry.consumer, name)),
        state: entry.state,
      }),
    ),
  );

const isLive = (entry: SubscriptionRecord) => entry.state === 'active' || entry.state === 'approved';

/** What the subscriptions allow of a table, straight from their scopes. */
function allowed(entries: readonly SubscriptionRecord[], of: ProductTable): Reach {
  const cells = new Map<string, Set<string>>();
  for (const { approved } of entries.filter(isLive)) {
    const scope = approved as AccessScope;
    const visible = visibleColumns(of, scope, LEVELS);
    const names = visible === '*' ? [...of.columns, ...of.partitionKeys].map((entry) => entry.name) : visible;
    const text = scope.rows?.[of.name];
    const filter = text === undefined ? undefined : parseRowFilter(text, of.columns, of.partitionKeys);
    const key = filter?.ok ? printForLakeFormation(filter.value) : '';
    if (filter === undefined || filter.ok) cells.set(key, new Set([...(cells.get(key) ?? []), ...names]));
  }
  return cells;
}

function compile(of: ProductRecord, entries: readonly SubscriptionRecord[]) {
  return compileAccess(of, entries, [], TOPOLOGY, AT);
}

const cases = fc.record({ tables, subscriptions }).map((entry) => ({ ...entry, product: product(entry.tables) }));

describe('compiled access', () => {
  test('shows each role exactly what its own subscriptions allow, never a withheld column or row', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const { shares, filters } = compile(of, entries);
        for (const consumer of ['finance', 'research']) {
          const grants = shares.find((share) => share.consumer === consumer)?.grants ?? [];
          for (const name of ['analyst', 'service']) {
            const principal = role(consumer, name);
            const own = entries.filter((entry) => entry.principals.includes(principal));
            for (const each of of.tables) {
              const seen = reach(principal, each, grants, filters);
              expect(within(seen, allowed(own, each))).toBe(true);
              expect(within(allowed(own, each), seen)).toBe(true);
            }
          }
        }
      }),
      RUNS,
    );
  });

  test('gives an account the least that covers its subscriptions', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const { accountGrants, filters } = compile(of, entries);
        for (const { account, consumer } of entries) {
          const own = entries.filter((entry) => entry.consumer === consumer);
          for (const each of of.tables) {
            const seen = reach(account, each, accountGrants, filters);
            expect(within(seen, allowed(own, each))).toBe(true);
            expect(within(allowed(own, each), seen)).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });

  test('never shows a column above the clearance, whatever is asked for', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const { shares, filters } = compile(of, entries);
        for (const entry of entries) {
          const grants = shares.find((share) => share.consumer === entry.consumer)?.grants ?? [];
          for (const principal of entry.principals) {
            const own = entries.filter((other) => isLive(other) && other.principals.includes(principal));
            const highest = Math.max(
              -1,
              ...own.map((other) => LEVELS.indexOf((other.approved as AccessScope).clearance)),
            );
            for (const each of of.tables) {
              const seen = new Set(
                [...reach(principal, each, grants, filters).values()].flatMap((names) => [...names]),
              );
              for (const of of [...each.columns, ...each.partitionKeys]) {
                const known = LEVELS.indexOf(of.classification ?? each.defaultClassification ?? '');
                if (known === -1 || known > highest) expect(seen.has(of.name)).toBe(false);
              }
            }
          }
        }
      }),
      RUNS,
    );
  });

  test('never puts a plain grant beside a filter for one principal and table', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const { accountGrants, shares } = compile(of, entries);
        for (const grants of [accountGrants, ...shares.map((share) => share.grants)]) {
          const filtered = new Set(grants.filter((grant) => grant.resource.kind === 'filter').map(keyOf));
          const plain = grants.filter((grant) => grant.resource.kind === 'columns');
          expect(plain.filter((grant) => filtered.has(keyOf(grant)))).toEqual([]);
          const wide = plain.filter((grant) => grant.resource.kind === 'columns' && grant.resource.table === '*');
          for (const { principal } of wide) {
            expect(grants.filter((grant) => grant.principal === principal && grant.resource.kind === 'filter')).toEqual(
              [],
            );
          }
        }
      }),
      RUNS,
    );
  });

  test("removing a subscription leaves the grants of other subscriptions' roles as they were", () => {
    fc.assert(
      fc.property(cases, fc.nat(3), ({ product: of, subscriptions: entries }, index) => {
        const gone = entries[index];
        fc.pre(gone !== undefined);
        const before = rolesOf(compile(of, entries).shares);
        const after = rolesOf(
          compile(
            of,
            entries.filter((entry) => entry !== gone),
          ).shares,
        );
        const untouched = (grant: Grant) => !gone?.principals.includes(grant.principal);
        expect(after.filter(untouched)).toEqual(before.filter(untouched));
      }),
      RUNS,
    );
  });

  test('is nothing for a suspended product, and after resuming exactly what it was', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const suspended = withSuspension(of, { side: 'sales', by: 'arn', at: AT });
        const nothing = { accountGrants: [], definerGrants: [], filters: [], shares: [], problems: [] };
        expect(compile(suspended, entries)).toEqual(nothing);
        expect(compile(withoutSuspension(suspended, 'finance'), entries)).toEqual(nothing);
        const resumed = withoutSuspension(suspended, 'sales');
        expect(resumed).toEqual(of);
        expect(compile(resumed, entries)).toEqual(compile(of, entries));
      }),
      RUNS,
    );
  });

  test('of a suspended subscription is as if it were not there, and after resuming exactly what it was', () => {
    fc.assert(
      fc.property(cases, fc.nat(3), ({ product: of, subscriptions: entries }, index) => {
        const one = entries[index];
        fc.pre(one !== undefined);
        const both = ['sales', 'weft:governance'];
        const held = both.reduce((entry, side) => withSuspension(entry, { side, by: 'arn', at: AT }), one);
        const having = (entry: SubscriptionRecord) => entries.map((other) => (other === one ? entry : other));
        const without = compile(
          of,
          entries.filter((entry) => entry !== one),
        );
        expect(compile(of, having(held))).toEqual(without);
        expect(compile(of, having(withoutSuspension(held, 'sales')))).toEqual(without);
        const resumed = both.reduce((entry, side) => withoutSuspension(entry, side), held);
        expect(resumed).toEqual(one);
        expect(compile(of, having(resumed))).toEqual(compile(of, entries));
      }),
      RUNS,
    );
  });

  test('does not depend on the order of the subscriptions', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        expect(compile(of, entries.toReversed())).toEqual(compile(of, entries));
      }),
      RUNS,
    );
  });

  test('lets accounts pass on what they hold, and roles nothing', () => {
    fc.assert(
      fc.property(cases, ({ product: of, subscriptions: entries }) => {
        const { accountGrants, shares } = compile(of, entries);
        for (const grant of accountGrants) expect(grant.grantable).toEqual(grant.permissions);
        for (const grant of rolesOf(shares)) expect(grant.grantable).toEqual([]);
      }),
      RUNS,
    );
  });
});

function keyOf({ principal, resource }: Grant): string {
  return `${principal} ${'table' in resource ? resource.table : ''}`;
}

function rolesOf(shares: readonly { readonly grants: readonly Grant[] }[]): Grant[] {
  return shares.flatMap((share) => share.grants);
}
