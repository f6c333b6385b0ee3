import { expect, test } from '@jest/globals';
import { compileAccess } from '#mesh/access/compile.ts';
import { standingsOf } from '#mesh/entitlement/entitlement.ts';
import { entitlement } from '../entitlement/fixture.ts';
import { AT, column, product, role, subscription, TOPOLOGY, table } from '../fixtures.ts';
import { reach } from './lake.ts';

const ORDERS = table('orders', [
  column('id', 'int', 'public'),
  column('state', 'string', 'internal'),
  column('card', 'string', 'secret'),
]);
const RETURNS = table('returns', [column('id', 'int', 'public')]);
const [ANALYST, SERVICE] = [role('finance'), role('finance', 'service')];

/** What each right shows of the two tables to the analyst and to the service: `rows: columns`, an empty text for every row. */
const RIGHTS: readonly {
  readonly right: string;
  readonly domain?: string;
  readonly scope?: Parameters<typeof subscription>[1];
  readonly orders: Readonly<Record<string, readonly string[]>>;
  readonly returns: Readonly<Record<string, readonly string[]>>;
}[] = [
  { right: 'none', orders: {}, returns: {} },
  { right: 'a whole domain, by LF-Tags', domain: 'internal', orders: { '': ['id', 'state'] }, returns: { '': ['id'] } },
  {
    right: 'a product',
    scope: { clearance: 'secret' },
    orders: { '': ['card', 'id', 'state'] },
    returns: { '': ['id'] },
  },
  { right: 'a product up to a level', scope: { clearance: 'public' }, orders: { '': ['id'] }, returns: { '': ['id'] } },
  {
    right: 'a table',
    scope: { clearance: 'secret', tables: ['orders'] },
    orders: { '': ['card', 'id', 'state'] },
    returns: {},
  },
  {
    right: 'columns',
    scope: { clearance: 'secret', tables: ['orders'], columns: { orders: ['card'] } },
    orders: { '': ['card'] },
    returns: {},
  },
  {
    right: 'rows',
    scope: { clearance: 'secret', tables: ['orders'], rows: { orders: "state = 'TX'" } },
    orders: { "state = 'TX'": ['card', 'id', 'state'] },
    returns: {},
  },
  {
    right: 'cells: rows and columns',
    scope: { clearance: 'secret', tables: ['orders'], columns: { orders: ['card'] }, rows: { orders: "state = 'TX'" } },
    orders: { "state = 'TX'": ['card'] },
    returns: {},
  },
  {
    right: 'a domain, and cells of one table that go by no LF-Tag',
    domain: 'public',
    scope: { clearance: 'secret', tables: ['orders'], columns: { orders: ['card'] }, rows: { orders: "state = 'TX'" } },
    orders: { '': ['id'] },
    returns: { '': ['id'] },
  },
];

test.each(RIGHTS)('a right to $right shows just that, and only to whom it was given', ({
  domain,
  scope,
  orders,
  returns,
}) => {
  const given = domain === undefined ? [] : [entitlement('finance', { domain: 'sales', classification: domain })];
  const record = { ...product([ORDERS, RETURNS]), entitlements: standingsOf('sales', given, AT) };
  const entries = scope === undefined ? [] : [subscription('finance', scope, { principals: [ANALYST] })];
  const { shares, filters } = compileAccess(record, entries, [], TOPOLOGY, AT);
  const grants = shares.flatMap((share) => share.grants);
  const shown = (who: string) =>
    [ORDERS, RETURNS].map((of) =>
      Object.fromEntries([...reach(who, of, grants, filters)].map(([rows, names]) => [rows, [...names].sort()])),
    );
  expect(shown(ANALYST)).toEqual([orders, returns]);
  expect(shown(SERVICE)).toEqual([{}, {}]);
  expect(shown(role('research'))).toEqual([{}, {}]);
});
