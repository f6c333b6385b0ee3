import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { Grant, GrantResource } from '#mesh/access/grant.ts';
import { broadens, diffGrants, type GrantChange, normalizeGrants, toBatches } from '#mesh/plan/grants.ts';

const TARGET = { catalogId: '1', database: 'd' };
const NAMES = ['a', 'b', 'c'];

const columns = fc.oneof(fc.constant('*' as const), fc.subarray(NAMES, { minLength: 1 }));
const resource: fc.Arbitrary<GrantResource> = fc.oneof(
  fc.constant<GrantResource>({ kind: 'database', ...TARGET }),
  fc.constantFrom('t', 'u', '*').map((table): GrantResource => ({ kind: 'table', ...TARGET, table })),
  fc.record({ table: fc.constantFrom('t', '*'), columns }).map(
    (entry): GrantResource => ({
      kind: 'columns',
      ...TARGET,
      table: entry.table,
      columns: entry.table === '*' ? '*' : entry.columns,
    }),
  ),
  fc.constantFrom('f', 'g').map((name): GrantResource => ({ kind: 'filter', ...TARGET, table: 't', name })),
);
const grant: fc.Arbitrary<Grant> = fc
  .record({ principal: fc.constantFrom('p', 'q'), resource, pass: fc.boolean() })
  .map(({ principal, resource: on, pass }) => {
    const permission = on.kind === 'database' || on.kind === 'table' ? ('DESCRIBE' as const) : ('SELECT' as const);
    return { principal, resource: on, permissions: [permission], grantable: pass ? [permission] : [] };
  });
const grants = fc.array(grant, { maxLength: 8 });

/** Lake Formation adding column lists up (`add`), or keeping the last one that was granted (`last`). */
function apply(actual: readonly Grant[], changes: readonly GrantChange[], lists: 'add' | 'last'): Grant[] {
  return changes.reduce((held: Grant[], { kind, grant: change }) => {
    if (kind === 'grant') {
      const replaced = lists === 'last' && isList(change.resource);
      const kept = replaced ? held.filter((entry) => !isSameList(entry, change)) : held;
      return normalizeGrants([...kept, change]);
    }
    return held.flatMap((entry) => take(entry, change));
  }, normalizeGrants(actual));
}

function isList(on: GrantResource): boolean {
  return on.kind === 'columns' && on.columns !== '*';
}

function isSameList(entry: Grant, change: Grant): boolean {
  return isList(entry.resource) && place(entry) === place(change);
}

function place({ principal, resource: on }: Grant): string {
  const { columns: _, excluded: __, ...rest } = { columns: [], excluded: [], ...on };
  return JSON.stringify([principal, rest]);
}

function take(entry: Grant, change: Grant): Grant[] {
  if (place(entry) !== place(change)) return [entry];
  const from = entry.resource;
  const gone = change.resource;
  if (from.kind === 'columns' && gone.kind === 'columns' && gone.columns !== '*') {
    if (from.columns === '*') throw new Error('a list cannot be taken from a wildcard');
    const left = from.columns.filter((name) => !gone.columns.includes(name));
    return left.length === 0 ? [] : [{ ...entry, resource: { ...from, columns: left } }];
  }
  const permissions = entry.permissions.filter((permission) => !change.permissions.includes(permission));
  return permissions.length === 0 ? [] : [{ ...entry, permissions }];
}

describe('the plan from actual to desired grants', () => {
  test('is empty when both are equal, in any order', () => {
    fc.assert(fc.property(grants, (some) => expect(diffGrants(some, some.toReversed())).toEqual([])));
  });

  test.each([
    'add',
    'last',
  ] as const)('reaches the desired grants when Lake Formation keeps column lists by "%s"', (lists) => {
    fc.assert(
      fc.property(grants, grants, (desired, actual) => {
        const reached = apply(actual, diffGrants(desired, actual), lists);
        expect(reached).toEqual(normalizeGrants(desired));
        expect(diffGrants(desired, reached)).toEqual([]);
      }),
    );
  });

  test('does not depend on the order of what it compares', () => {
    fc.assert(
      fc.property(grants, grants, (desired, actual) => {
        expect(diffGrants(desired.toReversed(), actual.toReversed())).toEqual(diffGrants(desired, actual));
      }),
    );
  });

  test('never takes a column that is held and stays, unless a wildcard shrinks or a grant option goes', () => {
    fc.assert(
      fc.property(grants, grants, (desired, actual) => {
        for (const { kind, grant: change } of diffGrants(desired, actual)) {
          const on = change.resource;
          if (kind !== 'revoke' || on.kind !== 'columns' || on.columns === '*') continue;
          const next = normalizeGrants(desired).find((entry) => place(entry) === place(change));
          if (next?.resource.kind !== 'columns' || next.resource.columns === '*') continue;
          if (next.grantable.length < change.grantable.length) continue;
          const stays = next.resource.columns;
          expect(on.columns.filter((name) => stays.includes(name))).toEqual([]);
        }
      }),
    );
  });

  test('leaves alone what Weft does not grant', () => {
    const other: Grant = {
      principal: 'p',
      resource: { kind: 'other', id: 'tag' },
      permissions: ['DESCRIBE'],
      grantable: [],
    };
    expect(diffGrants([], [other])).toEqual([]);
  });
});

interface Case {
  readonly name: string;
  readonly actual: readonly string[];
  readonly desired: readonly string[];
  readonly changes: readonly string[];
}

/** `p t(a,b)` columns, `p t(*)` all columns, `p t` DESCRIBE on the table, `p` DESCRIBE on the database, `p t[f]` a filter. */
function read(text: string): Grant {
  const [, principal = '', name, list, filter] =
    /^(\w+)(?: ([\w*]+)(?:\(([\w,*]+)\))?(?:\[(\w+)\])?)?$/.exec(text) ?? [];
  const make = (on: GrantResource, permission: 'DESCRIBE' | 'SELECT'): Grant => {
    return { principal, resource: on, permissions: [permission], grantable: [] };
  };
  if (name === undefined) return make({ kind: 'database', ...TARGET }, 'DESCRIBE');
  if (filter !== undefined) return make({ kind: 'filter', ...TARGET, table: name, name: filter }, 'SELECT');
  if (list === undefined) return make({ kind: 'table', ...TARGET, table: name }, 'DESCRIBE');
  return make({ kind: 'columns', ...TARGET, table: name, columns: list === '*' ? '*' : list.split(',') }, 'SELECT');
}

function write({ kind, grant: { principal, resource: on } }: GrantChange): string {
  const sign = kind === 'grant' ? '+' : '-';
  if (on.kind === 'columns') return `${sign}${principal} ${on.table}(${on.columns === '*' ? '*' : on.columns.join()})`;
  if (on.kind === 'filter') return `${sign}${principal} ${on.table}[${on.name}]`;
  return on.kind === 'table' ? `${sign}${principal} ${on.table}` : `${sign}${principal}`;
}

const cases = parse(readFileSync(new URL('../../cases/grants/cases.yaml', import.meta.url), 'utf8')) as Case[];

describe('grant changes', () => {
  test.each(cases)('$name', ({ actual, desired, changes }) => {
    expect(diffGrants(desired.map(read), actual.map(read)).map(write)).toEqual(changes);
  });

  test('go into batches of one kind, in order', () => {
    const grantsOf = (count: number, kind: GrantChange['kind']) =>
      Array.from({ length: count }, (_, index): GrantChange => ({ kind, grant: read(`p t${index}`) }));
    const changes = [...grantsOf(25, 'grant'), ...grantsOf(3, 'revoke'), ...grantsOf(1, 'grant')];
    const batches = toBatches(changes);
    expect(batches.map((batch) => batch.length)).toEqual([20, 5, 3, 1]);
    expect(batches.flat()).toEqual(changes);
  });

  test('broaden when something is given', () => {
    expect(broadens({ kind: 'grant', grant: read('p t') })).toBe(true);
    expect(broadens({ kind: 'revoke', grant: read('p t') })).toBe(false);
  });
});
