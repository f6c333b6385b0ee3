import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { compileAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { filterName } from '#mesh/access/share.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { AT, column, GOVERNANCE, product, role, share, subscription, TOPOLOGY, table } from '../fixtures.ts';

const ORDERS = product([
  table(
    'orders',
    [column('id', 'int', 'public'), column('total', 'double', 'internal'), column('email', 'string', 'confidential')],
    {
      partitionKeys: [column('day', 'string', 'public')],
    },
  ),
  table('people', [column('name', 'string', 'confidential'), column('iban', 'string', 'secret')], {
    partitionKeys: [column('tier', 'string', 'secret')],
  }),
]);
const WHOLE = { clearance: 'secret' };
const FINANCE = '333333333333';

interface Case {
  readonly name: string;
  readonly scopes: readonly (AccessScope & { readonly roles?: readonly string[] })[];
  readonly account: readonly string[];
  readonly analyst?: readonly string[];
  readonly service?: readonly string[];
  readonly filters?: Readonly<Record<string, { readonly columns: string; readonly rows?: string }>>;
  readonly problems?: readonly string[];
}

const cases = parse(readFileSync(new URL('../../cases/access/cases.yaml', import.meta.url), 'utf8')) as Case[];

function write({ resource }: Grant): string {
  switch (resource.kind) {
    case 'database':
      return resource.catalogId === GOVERNANCE ? 'db' : 'link';
    case 'table':
      return resource.table;
    case 'columns':
      return `${resource.table}(${resource.columns === '*' ? '*' : resource.columns.join()})`;
    case 'filter':
      return `${resource.table}[${resource.name.replace('weft_finance_', '')}]`;
    default:
      return resource.id;
  }
}

describe('access', () => {
  test.each(cases)('$name', (given) => {
    const subscriptions = given.scopes.map(({ roles = ['analyst'], ...scope }, index) =>
      subscription('finance', scope, {
        id: `sales.orders.v1.finance.f${index + 1}`,
        principals: roles.map((name) => role('finance', name)),
      }),
    );
    const { accountGrants, filters, shares, problems } = compileAccess(ORDERS, subscriptions, [], TOPOLOGY, AT);
    const local = shares.flatMap((entry) => entry.grants);
    const held = (principal: string, grants: readonly Grant[]) =>
      grants
        .filter((grant) => grant.principal === principal)
        .map(write)
        .toSorted();
    expect(held(FINANCE, accountGrants)).toEqual(given.account.toSorted());
    expect(held(role('finance', 'analyst'), local)).toEqual((given.analyst ?? []).toSorted());
    expect(held(role('finance', 'service'), local)).toEqual((given.service ?? []).toSorted());
    const shown = filters.map(({ table: on, name, columns, rows }) => [
      `${on}[${name.replace('weft_finance_', '')}]`,
      { columns: columns === '*' ? '*' : columns.join(), ...(rows === undefined ? {} : { rows }) },
    ]);
    expect(Object.fromEntries(shown)).toEqual(given.filters ?? {});
    expect(problems.map((problem) => problem.code)).toEqual(given.problems ?? []);
  });

  test('of two tables is as many grants as of a hundred, when they are shared whole', () => {
    const many = product(Array.from({ length: 100 }, (_, index) => table(`t${index}`, [column('a', 'int', 'public')])));
    const one = compileAccess(ORDERS, [subscription('finance', WHOLE)], [], TOPOLOGY, AT);
    const hundred = compileAccess(many, [subscription('finance', WHOLE)], [], TOPOLOGY, AT);
    expect(hundred.accountGrants).toHaveLength(one.accountGrants.length);
    expect(hundred.shares[0]?.grants).toHaveLength(one.shares[0]?.grants.length ?? -1);
  });

  test('names the link, the target and both catalogs', () => {
    const { shares } = compileAccess(ORDERS, [subscription('finance', WHOLE)], [], TOPOLOGY, AT);
    expect(shares).toHaveLength(1);
    expect(shares[0]).toMatchObject({
      consumer: 'finance',
      account: FINANCE,
      linkName: 'sales__orders__v1',
      link: { name: 'sales__orders__v1', targetCatalogId: GOVERNANCE, targetDatabase: 'sales__orders__v1' },
      target: { catalogId: GOVERNANCE, database: 'sales__orders__v1', tables: ['orders', 'people'] },
    });
    const link = shares[0]?.grants.find((grant) => grant.resource.kind === 'database');
    expect(link?.resource).toMatchObject({ catalogId: FINANCE, database: 'sales__orders__v1' });
  });

  test('leaves an empty intent for a consumer whose last subscription is gone', () => {
    const gone = subscription('finance', WHOLE, { state: 'revoking' });
    const before = compileAccess(ORDERS, [subscription('finance', WHOLE)], [], TOPOLOGY, AT).shares.map((intent) =>
      share(intent),
    );
    const { accountGrants, filters, shares } = compileAccess(ORDERS, [gone], before, TOPOLOGY, AT);
    expect({ accountGrants, filters }).toEqual({ accountGrants: [], filters: [] });
    expect(shares).toHaveLength(1);
    expect(shares[0]).toMatchObject({ consumer: 'finance', grants: [], linkName: 'sales__orders__v1' });
    expect(shares[0]?.link).toBeUndefined();
  });

  test.each([
    ['a retired product', product(ORDERS.tables, { state: 'retired' }), subscription('finance', WHOLE)],
    ['another major version', ORDERS, subscription('finance', WHOLE, { major: 2 })],
    ['another product', ORDERS, subscription('finance', WHOLE, { product: 'invoices' })],
    ['a domain that left the mesh', ORDERS, subscription('finance', WHOLE, { consumer: 'ghosts' })],
    ['an account that is no longer the domain’s', ORDERS, subscription('finance', WHOLE, { account: '999999999999' })],
    ['a subscription that nobody approved', ORDERS, subscription('finance', WHOLE, { approved: undefined })],
  ])('gives nothing for %s', (_, of, entry) => {
    expect(compileAccess(of, [entry], [], TOPOLOGY, AT)).toEqual({
      accountGrants: [],
      definerGrants: [],
      filters: [],
      shares: [],
      problems: [],
    });
  });

  test('names a filter after the consumer and the last part of the id', () => {
    expect(filterName({ id: 'a.b.v1.flight-ops.X7', consumer: 'flight-ops' })).toBe('weft_flight_ops_x7');
  });
});
