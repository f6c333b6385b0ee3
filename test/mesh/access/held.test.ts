import { describe, expect, test } from '@jest/globals';
import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import { type Held, heldAfter, namedFilters } from '#mesh/access/held.ts';
import { readColumns, readFiltered, readTable } from '#mesh/access/resource.ts';
import { foundGrant } from '#mesh/drift/finding.ts';

const TARGET = { catalogId: '111111111111', database: 'sales__orders__v1' };
const filter: CellsFilter = { ...TARGET, table: 't0', name: 'f', columns: '*', rows: 'a = 1' };
const grants: readonly Grant[] = [...readTable('2', TARGET, 't1', true), readFiltered('2', filter, true)];
const held = (at: string, rest: Partial<Held> = {}): Held => ({ at, grants, filters: [filter], ...rest });

describe('what is known to be held after a look', () => {
  const former = held('1');

  test.each<[string, Held]>([
    ['the same', held('2')],
    ['the same in another order', held('2', { grants: grants.toReversed() })],
    [
      'the same, granted again by somebody',
      held('2', { grants: grants.map((grant) => ({ ...grant, lastUpdated: 'now', lastUpdatedBy: 'arn:x' })) }),
    ],
  ])('is no news: %s', (_what, found) => {
    expect(heldAfter(former, found)).toBe(former);
  });

  test.each<[string, Held]>([
    ['a grant less', held('2', { grants: grants.slice(1) })],
    ['other rows', held('2', { filters: [{ ...filter, rows: 'a = 2' }] })],
    ['nothing', held('2', { grants: [], filters: [] })],
  ])('is news: %s', (_what, found) => {
    expect(heldAfter(former, found)).toBe(found);
  });

  test('is nothing where there never was anything', () => {
    expect(heldAfter(undefined, held('1', { grants: [], filters: [] }))).toBeUndefined();
    expect(heldAfter(undefined, former)).toBe(former);
  });

  test('names the filters of its grants and no others', () => {
    const other = { ...filter, table: 't1' };
    expect(namedFilters(grants, [filter, other])).toEqual([filter]);
  });
});

test('a finding tells a grant of very many columns as one of every column, so that a report fits into an event', () => {
  const columns = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
  const told = (count: number) => foundGrant(readColumns('2', TARGET, 't0', columns(count), false)).resource;
  expect(told(50)).toMatchObject({ columns: columns(50).toSorted() });
  expect(told(51)).toMatchObject({ columns: '*' });
});
