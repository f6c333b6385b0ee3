import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { viewOf } from '#mesh/access/view.ts';
import { centralTables, maskKeys, viewDefiner } from '#mesh/contract/central-tables.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { AT, column, GOVERNANCE, product, subscription, TOPOLOGY, table } from '../fixtures.ts';

const [PUBLIC = '', INTERNAL = '', , TOP = ''] = TOPOLOGY.classification;
const BASE = table('people', [column('id', 'int', INTERNAL), column('email', 'string', TOP)], {
  partitionKeys: [column('day', 'date', INTERNAL)],
});
const VIEW: ProductTable = {
  ...table('people_masked', [
    { ...column('id', 'int', INTERNAL), shows: { column: 'id', mask: 'clear' } },
    { ...column('contact', 'string', PUBLIC), shows: { column: 'email', mask: 'hash' } },
  ]),
  location: '',
  view: { table: 'people', maskKey: '1' },
};
const OF = product([BASE, VIEW]);

const compile = (of: typeof OF, scope: AccessScope) =>
  compileAccess(of, [subscription('finance', scope)], [], TOPOLOGY, AT);
const tablesOf = (grants: readonly Grant[]) =>
  [...new Set(grants.flatMap(({ resource }) => ('table' in resource ? [resource.table] : [])))].sort();

describe('a view of a product', () => {
  test('is granted without its base table, by name, to who may not see all of it', () => {
    const { accountGrants, shares, problems } = compile(OF, { clearance: INTERNAL, tables: ['people_masked'] });
    expect(tablesOf(accountGrants)).toEqual(['people_masked']);
    expect(tablesOf(shares[0]?.grants ?? [])).toEqual(['people_masked']);
    expect(problems).toEqual([]);
  });

  test('is granted though a withheld partition key puts its base table out of reach', () => {
    const of = product([{ ...BASE, partitionKeys: [column('day', 'date', TOP)] }, VIEW]);
    const { accountGrants, problems } = compile(of, { clearance: INTERNAL });
    expect(tablesOf(accountGrants)).toEqual(['people_masked']);
    expect(problems.map(({ code }) => code)).toEqual(['WEFT-ACCESS-001']);
  });

  test('is a part of a whole product, whose wildcard covers views too', () => {
    expect(tablesOf(compile(OF, { clearance: TOP }).accountGrants)).toEqual(['*']);
  });

  test('of an internal table never comes with a wildcard, whatever the clearance', () => {
    const of = product([{ ...BASE, internal: true }, VIEW]);
    const { accountGrants, shares, problems } = compile(of, { clearance: TOP });
    expect(tablesOf(accountGrants)).toEqual(['people_masked']);
    expect(tablesOf(shares[0]?.grants ?? [])).toEqual(['people_masked']);
    expect(problems).toEqual([]);
    expect(tablesOf(compile(of, { clearance: TOP, tables: ['people'] }).accountGrants)).toEqual([]);
  });

  test('is not shown where its rows are to be limited, nor where those of its table are', () => {
    const rows = (name: string) => viewOf(OF, { clearance: TOP, rows: { [name]: 'id = 1' } }, TOPOLOGY.classification);
    const own = rows('people_masked');
    expect(own.problems).toMatchObject([{ code: 'WEFT-ACCESS-002', severity: 'error' }]);
    expect(own.tables.map((entry) => entry.table)).toEqual(['people']);
    const base = rows('people');
    expect(base.problems).toMatchObject([{ code: 'WEFT-ACCESS-003', severity: 'warning' }]);
    expect(base.tables).toMatchObject([{ table: 'people', rows: 'id = 1' }]);
    expect(base.whole).toBe(false);
  });

  test('has a definer that holds SELECT on its table with the grant option, with and without subscribers', () => {
    const held = (of: typeof OF) => compileAccess(of, [], [], TOPOLOGY, AT).definerGrants;
    expect(held(product([BASE]))).toEqual([]);
    const second = { ...VIEW, name: 'again' };
    expect(held(product([BASE, VIEW, second]))).toEqual([
      {
        principal: viewDefiner(TOPOLOGY),
        resource: {
          kind: 'columns',
          catalogId: GOVERNANCE,
          database: 'sales__orders__v1',
          table: 'people',
          columns: '*',
        },
        permissions: ['SELECT'],
        grantable: ['SELECT'],
      },
    ]);
  });

  test('gives no one but the definer anything on a base table that is internal, for any scope', () => {
    const of = product([{ ...BASE, internal: true }, VIEW]);
    const scope = fc.record(
      {
        clearance: fc.constantFrom(...TOPOLOGY.classification),
        tables: fc.subarray(['people', 'people_masked']),
        columns: fc.dictionary(fc.constantFrom('people', 'people_masked'), fc.subarray(['id', 'email', 'contact'])),
        rows: fc.dictionary(fc.constantFrom('people', 'people_masked'), fc.constantFrom('id = 1', "email LIKE 'a%'")),
      },
      { requiredKeys: ['clearance'] },
    );
    fc.assert(
      fc.property(fc.array(scope, { maxLength: 3 }), (scopes) => {
        const entries = scopes.map((one, index) =>
          subscription('finance', one, { id: `sales.orders.v1.finance.x${index}` }),
        );
        const { accountGrants, filters, shares } = compileAccess(of, entries, [], TOPOLOGY, AT);
        const all = [...accountGrants, ...shares.flatMap(({ grants }) => grants)];
        for (const name of ['people', '*']) expect(tablesOf(all)).not.toContain(name);
        expect(filters).toEqual([]);
      }),
    );
  });
});

describe('the central catalog of a product with views', () => {
  const [base, view] = centralTables(product([VIEW, BASE]), TOPOLOGY);

  test('has the table before its view, and the view without files', () => {
    expect([base?.Name, view?.Name]).toEqual(['people', 'people_masked']);
    expect(view).toMatchObject({
      TableType: 'VIRTUAL_VIEW',
      PartitionKeys: [],
      StorageDescriptor: { Columns: [{ Name: 'id' }, { Name: 'contact' }], Location: '' },
      ViewDefinition: {
        IsProtected: true,
        Definer: `arn:aws:iam::${GOVERNANCE}:role/toy-view-definer`,
        SubObjects: ['sales__orders__v1/people', 'sales__orders__v1__keys/mask_key_1'].map(
          (path) => `arn:aws:glue:eu-central-1:${GOVERNANCE}:table/${path}`,
        ),
      },
    });
  });

  test('joins the key, and has it in no text', () => {
    const text = view?.ViewDefinition?.Representations[0]?.ViewOriginalText ?? '';
    expect(text).toContain('CROSS JOIN "sales__orders__v1__keys"."mask_key_1" secret');
    expect(text).toContain('hmac_sha256(to_utf8(CAST(base."email" AS varchar)), to_utf8(secret."mask_key"))');
    expect(maskKeys(product([BASE, VIEW]), TOPOLOGY)).toMatchObject([
      { bucket: `toy-mask-keys-${GOVERNANCE}-eu-central-1`, object: 'sales/orders/1/key.json' },
    ]);
  });

  test('needs no key where nothing is hashed', () => {
    const plain = { ...VIEW, columns: VIEW.columns.slice(0, 1) };
    expect(maskKeys(product([BASE, plain]), TOPOLOGY)).toEqual([]);
    const [, only] = centralTables(product([BASE, plain]), TOPOLOGY);
    expect(only?.ViewDefinition?.SubObjects).toHaveLength(1);
  });
});
