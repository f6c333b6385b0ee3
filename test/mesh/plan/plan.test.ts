import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { buildPlan, isEmptyPlan } from '#mesh/plan/plan.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { AT, column, product, subscription, TOPOLOGY, table } from '../fixtures.ts';

const VERDICT = { effect: 'allow', policies: [] } as const;
const DATABASE = 'sales__orders__v1';
const NOTHING = { tables: undefined, filters: [], grants: [] };

function planOf(count: number, scope: AccessScope, actual: Parameters<typeof buildPlan>[0]['actual'] = NOTHING) {
  const columns = [column('a', 'int', 'public'), column('b', 'int', 'secret')];
  const of = product(Array.from({ length: count }, (_, index) => table(`t${index}`, columns)));
  const access = compileAccess(of, [subscription('finance', scope)], [], TOPOLOGY, AT);
  const tables = of.tables.map((entry) => toTableInput(of, entry));
  return { access, tables, plan: buildPlan({ verdict: VERDICT, database: DATABASE, tables, access, actual }) };
}

describe('a plan', () => {
  test('from nothing makes the database, the tables and the grants', () => {
    const { plan } = planOf(1, { clearance: 'secret' });
    expect(plan.catalog.map((change) => change.kind)).toEqual(['createDatabase', 'createTable']);
    expect(plan.calls).toEqual({
      'glue:CreateDatabase': 1,
      'glue:CreateTable': 1,
      'lakeformation:BatchGrantPermissions': 1,
    });
    expect(plan.broadens).toEqual(plan.grants);
    expect(plan.local).toMatchObject([{ consumer: 'finance', account: '333333333333', link: { name: DATABASE } }]);
  });

  test('from what is desired is empty', () => {
    for (const scope of [{ clearance: 'secret' }, { clearance: 'public', rows: { t0: 'a > 1' } }]) {
      const { access, tables } = planOf(3, scope);
      const actual = { tables, filters: access.filters, grants: access.accountGrants };
      const { plan } = planOf(3, scope, actual);
      expect(isEmptyPlan(plan)).toBe(true);
      expect(plan.calls).toEqual({});
    }
  });

  test('shares a hundred tables whole in one call, and with columns withheld in six', () => {
    const calls = (scope: AccessScope) => planOf(100, scope).plan.calls['lakeformation:BatchGrantPermissions'];
    expect(calls({ clearance: 'secret' })).toBe(1);
    expect(calls({ clearance: 'public' })).toBe(6);
  });

  test('makes filters before, and deletes them', () => {
    const filtered = planOf(1, { clearance: 'public', rows: { t0: 'a > 1' } });
    expect(filtered.plan.filters.map((change) => change.kind)).toEqual(['createFilter']);
    const actual = { tables: filtered.tables, filters: filtered.access.filters, grants: filtered.access.accountGrants };
    const other = planOf(1, { clearance: 'public', rows: { t0: 'a > 2' } }, actual).plan;
    expect(other.filters.map((change) => change.kind)).toEqual(['updateFilter']);
    expect(other.grants).toEqual([]);
    const whole = planOf(1, { clearance: 'secret' }, actual).plan;
    expect(whole.filters.map((change) => change.kind)).toEqual(['deleteFilter']);
    expect(whole.grants.map((change) => change.kind)).toEqual(['grant', 'grant', 'revoke']);
  });

  test('updates what differs with the version it was planned from, and deletes what is gone', () => {
    const { tables, access } = planOf(2, { clearance: 'secret' });
    const former = tables.map((entry, index) => ({ ...entry, Description: `${index}`, VersionId: '5' }));
    const gone = { ...former[0], Name: 'gone' } as (typeof former)[number];
    const actual = { tables: [...former, gone], filters: [], grants: access.accountGrants };
    expect(planOf(2, { clearance: 'secret' }, actual).plan.catalog).toMatchObject([
      { kind: 'updateTable', versionId: '5' },
      { kind: 'updateTable', versionId: '5' },
      { kind: 'deleteTable', name: 'gone' },
    ]);
  });
});
