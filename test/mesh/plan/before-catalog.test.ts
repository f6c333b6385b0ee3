import { describe, expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { adopt } from '#mesh/contract/compatibility.ts';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { type AccessState, accessOnExisting, mustNarrowFirst, withoutWidening } from '#mesh/plan/before-catalog.ts';
import { diffGrants, normalizeGrants } from '#mesh/plan/grants.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { AT, column, product, subscription, TOPOLOGY, table } from '../fixtures.ts';

const BEFORE = table('t', [column('a', 'int', 'public'), column('b', 'int', 'public')]);
const AFTER = adopt(BEFORE, { ...BEFORE, columns: [...BEFORE.columns, column('c')] });

function access(of: typeof BEFORE, scope: AccessScope): AccessState {
  const compiled = compileAccess(product([of]), [subscription('finance', scope)], [], TOPOLOGY, AT);
  return { grants: compiled.accountGrants, filters: compiled.filters };
}

describe('access before the catalog gets a column that nobody classified', () => {
  const inputs = [toTableInput(product([BEFORE]), BEFORE)];

  test.each<[string, AccessScope, boolean]>([
    ['to a whole product', { clearance: 'public' }, true],
    ['to all columns of some rows', { clearance: 'public', rows: { t: 'a > 1' } }, true],
    ['to some columns', { clearance: 'public', columns: { t: ['a'] } }, false],
  ])('%s has to be narrowed first: %s %s', (_, scope, expected) => {
    const desired = access(AFTER, scope);
    const actual = access(BEFORE, scope);
    expect(mustNarrowFirst(desired, actual)).toBe(expected);
    expect(mustNarrowFirst(desired, desired)).toBe(false);
  });

  test('is narrowed to the columns that there are, with no wildcard left', () => {
    const scope = { clearance: 'public' };
    const narrowed = accessOnExisting(access(AFTER, scope), inputs);
    const changes = diffGrants(narrowed.grants, access(BEFORE, scope).grants);
    expect(changes.filter((change) => change.kind === 'revoke')).toHaveLength(2);
    const lists = narrowed.grants.flatMap(({ resource }) => (resource.kind === 'columns' ? [resource.columns] : []));
    expect(lists).toEqual([['a', 'b']]);
  });

  test('leaves out tables and columns that are still to come', () => {
    const classified = { ...AFTER, columns: AFTER.columns.map((entry) => ({ ...entry, classification: 'public' })) };
    const later = compileAccess(
      product([classified, table('u', [column('a', 'int', 'public')])]),
      [subscription('finance', { clearance: 'public', columns: { t: ['b', 'c'], u: ['a'] }, rows: { u: 'a > 1' } })],
      [],
      TOPOLOGY,
      AT,
    );
    const narrowed = accessOnExisting({ grants: later.accountGrants, filters: later.filters }, inputs);
    expect(narrowed.filters).toEqual([]);
    expect(
      normalizeGrants(narrowed.grants).flatMap(({ resource }) => (resource.kind === 'columns' ? [resource] : [])),
    ).toMatchObject([{ table: 't', columns: ['b'] }]);
    expect(narrowed.grants.some(({ resource }) => 'table' in resource && resource.table === 'u')).toBe(false);
  });
});

describe('access without anything new', () => {
  const tables = [BEFORE, table('u', [column('a', 'int', 'secret')])];
  const of = (scope: AccessScope): AccessState => {
    const compiled = compileAccess(product(tables), [subscription('finance', scope)], [], TOPOLOGY, AT);
    return { grants: compiled.accountGrants, filters: compiled.filters };
  };
  const whole = of({ clearance: 'secret' });
  const some = of({ clearance: 'public' });
  const listed = of({ clearance: 'public', columns: { t: ['a'] } });

  test.each([
    ['columns of some tables', listed],
    ['some tables', some],
    ['all tables', whole],
  ])('leaves who is to have all tables the %s that he has', (_, held) => {
    expect(withoutWidening(whole, held).grants).toEqual(held.grants);
  });

  test('leaves nothing of single tables beside all of them', () => {
    const held = { grants: [...whole.grants, ...some.grants] };
    expect(withoutWidening(whole, held).grants).toEqual(whole.grants);
  });

  test('leaves nobody more than is wanted', () => {
    expect(withoutWidening(listed, whole).grants).toEqual(listed.grants);
    expect(withoutWidening(listed, some).grants).toEqual(listed.grants);
  });
});
