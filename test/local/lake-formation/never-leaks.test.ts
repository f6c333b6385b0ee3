import { GrantPermissionsCommand, type Resource, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callerFor } from '#local/core/cloud.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import { CONSUMER, OWNER, principal, type World, world } from './world.ts';

/** Every column of the table, in order, and the rows of a small sample: which filters hold them. */
const COLUMNS = ['id', 'email', 'amount', 'region', 'dt'];
const ROWS = [
  { eu: true, small: true },
  { eu: true, small: false },
  { eu: false, small: true },
  { eu: false, small: false },
];
const FILTERS = { eu: ['id', 'amount'], small: ['id', 'email'] } as const;
const CONDITION: Readonly<Record<string, keyof (typeof ROWS)[0]>> = { "region = 'EU'": 'eu', 'amount < 10': 'small' };

type What =
  | { readonly columns: readonly string[] }
  | { readonly except: string }
  | { readonly filter: 'eu' | 'small' }
  | 'table'
  | 'tables';

interface Change {
  readonly by: 'owner/admin' | 'consumer/admin';
  readonly to: 'owner/analyst' | 'consumer' | 'consumer/analyst';
  readonly what: What;
  readonly revoke: boolean;
  readonly option: boolean;
}

/** A grant that the service said it made. The model keeps nothing else of the service. */
interface Fact {
  readonly by: Change['by'];
  readonly to: Change['to'];
  readonly key: string;
  what: What;
}

const what: fc.Arbitrary<What> = fc.oneof(
  fc.record({ columns: fc.subarray(COLUMNS, { minLength: 1 }) }),
  fc.record({ except: fc.constantFrom(...COLUMNS) }),
  fc.record({ filter: fc.constantFrom('eu' as const, 'small' as const) }),
  fc.constant('table' as const),
  fc.constant('tables' as const),
);
/** Takes back one of the grants made so far, so that revocations hit often. */
interface Undo {
  readonly undo: number;
}

const onward = { what, revoke: fc.constant(false), option: fc.constantFrom(true, true, false) };
const step: fc.Arbitrary<Change | Undo> = fc.oneof(
  fc.record({
    by: fc.constantFrom('owner/admin' as const, 'consumer/admin' as const),
    to: fc.constantFrom('owner/analyst' as const, 'consumer' as const, 'consumer/analyst' as const),
    what,
    revoke: fc.boolean(),
    option: fc.boolean(),
  }),
  fc.record({ by: fc.constant('owner/admin' as const), to: fc.constant('consumer' as const), ...onward }),
  fc.record({ by: fc.constant('consumer/admin' as const), to: fc.constant('consumer/analyst' as const), ...onward }),
  fc.record({ undo: fc.nat(20) }),
);

test('nobody ever reads a cell of the table that no grant covers', async () => {
  const { cloud, lakeFormation } = await world();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      let facts: Fact[] = [];
      cloud.store.clear(`lakeformation/${CONSUMER}/us-east-1/grant`);
      for (const given of steps) {
        const one = 'undo' in given ? undoing(facts, given) : given;
        if (one === undefined) continue;
        const applied = await attempt(lakeFormation(one.by), one);
        if (applied) facts = after(facts, one);
      }
      for (const who of ['owner/analyst', 'consumer/analyst', 'consumer/other']) {
        const readable = cells({ cloud }, who);
        expect(readable).toEqual(modelled(facts, who));
      }
      await cleanUp(lakeFormation('owner/admin'), facts);
    }),
    { numRuns: 200 },
  );
  await cloud.close();
}, 120_000);

function undoing(facts: readonly Fact[], { undo }: Undo): Change | undefined {
  const fact = facts[undo % Math.max(1, facts.length)];
  return fact && { by: fact.by, to: fact.to, what: fact.what, revoke: true, option: false };
}

async function attempt(client: ReturnType<World['lakeFormation']>, one: Change): Promise<boolean> {
  const input = {
    Principal: { DataLakePrincipalIdentifier: principal(one.to) },
    Resource: resource(one.what),
    Permissions: ['SELECT' as const],
    PermissionsWithGrantOption: one.option && !one.revoke ? ['SELECT' as const] : undefined,
  };
  try {
    if (one.revoke) await client.send(new RevokePermissionsCommand(input));
    else await client.send(new GrantPermissionsCommand(input));
    return true;
  } catch (error) {
    expect(String(error)).toMatch(/No permissions revoked|not authorized|excluded columns/);
    return false;
  }
}

async function cleanUp(client: ReturnType<World['lakeFormation']>, facts: readonly Fact[]): Promise<void> {
  for (const { by, to, what: granted } of facts) {
    if (by !== 'owner/admin') continue;
    const Principal = { DataLakePrincipalIdentifier: principal(to) };
    await client.send(
      new RevokePermissionsCommand({ Principal, Resource: resource(granted), Permissions: ['SELECT'] }),
    );
  }
}

function resource(granted: What): Resource {
  const at = { CatalogId: OWNER, DatabaseName: 'sales' };
  if (granted === 'table') return { Table: { ...at, Name: 'orders' } };
  if (granted === 'tables') return { Table: { ...at, TableWildcard: {} } };
  if ('filter' in granted) {
    return {
      DataCellsFilter: { TableCatalogId: OWNER, DatabaseName: 'sales', TableName: 'orders', Name: granted.filter },
    };
  }
  if ('columns' in granted) return { TableWithColumns: { ...at, Name: 'orders', ColumnNames: [...granted.columns] } };
  return { TableWithColumns: { ...at, Name: 'orders', ColumnWildcard: { ExcludedColumnNames: [granted.except] } } };
}

function keyOf(granted: What): string {
  if (typeof granted === 'string') return granted;
  if ('columns' in granted) return 'columns';
  return 'filter' in granted ? `filter ${granted.filter}` : `except ${granted.except}`;
}

function after(facts: readonly Fact[], one: Change): Fact[] {
  const key = keyOf(one.what);
  const same = (fact: Fact) => fact.by === one.by && fact.to === one.to && fact.key === key;
  const others = facts.filter((fact) => !same(fact));
  const held = facts.find(same);
  if (typeof one.what === 'string' || !('columns' in one.what)) {
    return one.revoke ? others : [...others, { by: one.by, to: one.to, key, what: one.what }];
  }
  const before = typeof held?.what === 'object' && 'columns' in held.what ? held.what.columns : [];
  const { columns: named } = one.what;
  const columns = one.revoke ? before.filter((column) => !named.includes(column)) : [...new Set([...before, ...named])];
  return columns.length === 0 ? others : [...others, { by: one.by, to: one.to, key, what: { columns } }];
}

/** Which columns each sample row shows, by the letter of the grants: no algebra of cells, one question for each cell. */
function modelled(facts: readonly Fact[], who: string): string[][] {
  const shows = (list: readonly Fact[], column: string, row: (typeof ROWS)[0]) =>
    list.some(({ what: granted }) => {
      if (typeof granted === 'string') return true;
      if ('columns' in granted) return granted.columns.includes(column);
      if ('except' in granted) return granted.except !== column;
      return row[granted.filter] && (FILTERS[granted.filter] as readonly string[]).includes(column);
    });
  const owners = facts.filter((fact) => fact.by === 'owner/admin');
  const direct = owners.filter((fact) => fact.to === who);
  const account = owners.filter((fact) => fact.to === 'consumer');
  const passedOn = facts.filter((fact) => fact.by === 'consumer/admin' && fact.to === who);
  return ROWS.map((row) =>
    COLUMNS.filter(
      (column) => shows(direct, column, row) || (shows(passedOn, column, row) && shows(account, column, row)),
    ),
  );
}

/** The same as the service's cells have it. */
function cells({ cloud }: Pick<World, 'cloud'>, who: string): string[][] {
  const at = { catalogId: OWNER, database: 'sales', table: 'orders' };
  let found: ReturnType<typeof readTable>['cells'] = [];
  try {
    found = readTable(cloud, callerFor(principal(who), 'test'), at).cells;
  } catch (error) {
    expect(String(error)).toMatch(/Insufficient Lake Formation permission/);
  }
  return ROWS.map((row) =>
    COLUMNS.filter((column) => found.some((cell) => cell.columns.includes(column) && holds(cell.rows, row))),
  );
}

function holds(rows: string | undefined, row: (typeof ROWS)[0]): boolean {
  if (rows === undefined) return true;
  return rows.split(' AND ').every((part) => {
    const condition = CONDITION[part.replaceAll(/^\(|\)$/g, '')];
    if (condition === undefined) throw new Error(`a filter that nobody made: ${part}`);
    return row[condition];
  });
}
