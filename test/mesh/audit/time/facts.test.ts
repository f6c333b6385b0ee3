import { describe, expect, test } from '@jest/globals';
import type { Grant } from '#mesh/access/grant.ts';
import { readColumns, readTable } from '#mesh/access/resource.ts';
import { auditEntries } from '#mesh/audit/entry.ts';
import { factsOf } from '#mesh/audit/time/facts.ts';
import { accessHistory, type ToldEntry } from '#mesh/audit/time/history.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { RegistryRecord } from '#mesh/registry.ts';
import { column, role, subscription } from '../../fixtures.ts';
import { accountOf, GOVERNANCE_DATABASE, product, share, table } from './toy.ts';

const at = (minute: number) => `2026-03-01T12:${String(minute).padStart(2, '0')}:00.000Z`;
const ACCOUNT = accountOf('finance');
const ANALYST = role('finance');

/** The entry of a record as a change at that minute left it. */
function told<T extends RegistryRecord & { readonly revision: number }>(record: T, minute: number): ToldEntry {
  const change = { actor: 'weft:test', action: 'Tested', at: at(minute), correlation: 'c-1' };
  const [entry] = auditEntries(undefined, { ...record, change });
  const { state, details: _, ...rest } = entry as NonNullable<typeof entry>;
  return { ...rest, state: JSON.parse(state ?? '') };
}

const intent = {
  domain: 'sales',
  product: 'orders',
  major: 1,
  consumer: 'finance',
  account: ACCOUNT,
  linkName: GOVERNANCE_DATABASE.database,
  target: { ...GOVERNANCE_DATABASE, tables: ['t0'] },
  grants: [],
};

const published = (tables: readonly ProductTable[], minute: number) => {
  const conditions = [
    { type: 'Registered' as const, status: 'true' as const, reason: 'x', generation: 1, at: at(minute) },
  ];
  return told(product(tables, { status: { conditions } }), minute);
};

/** A share whose account holds what its role was given, both looked at in that minute and recorded in another. */
const held = (grants: readonly Grant[], minute: number, recorded: number, revision: number) => {
  const own = grants.map((grant) => ({ ...grant, principal: ACCOUNT }));
  const applied = { generation: revision, ok: true, at: at(minute), linkExists: true, readBack: grants };
  return told(share(intent, { held: { at: at(minute), grants: own, filters: [] }, applied, revision }), recorded);
};

const ask = (entries: readonly ToldEntry[], minute: number, known = 59) => {
  const history = accessHistory(entries);
  return factsOf(history, history.versions, {
    at: Date.parse(at(minute)),
    known: Date.parse(at(known)),
    ladder: ['public'],
  });
};

describe('an access, told in both times', () => {
  const grants = readTable(ANALYST, GOVERNANCE_DATABASE, 't0', false);
  const subscribed = told(subscription('finance', { clearance: 'public' }), 2);
  const trail = [published([table('t0', ['a', 'b'])], 1), subscribed, held(grants, 10, 15, 1), held([], 30, 40, 2)];

  test('holds from where it was seen to where it was seen gone, and is known when each was recorded', () => {
    expect(ask(trail, 20)).toMatchObject([
      {
        principal: ANALYST,
        consumer: 'finance',
        product: 'sales/orders',
        columns: ['a', 'b'],
        from: at(10),
        until: at(30),
        recorded: at(15),
        endRecorded: at(40),
        reasons: [{ kind: 'subscription', id: 'sales.orders.v1.finance.a1' }],
      },
    ]);
    expect([ask(trail, 9), ask(trail, 30), ask(trail, 20, 14)]).toEqual([[], [], []]);
    const [open] = ask(trail, 35, 39);
    expect([open?.from, open?.until]).toEqual([at(10), undefined]);
  });

  test('holds from when AWS says that the grant was made, though it was seen later', () => {
    const since = grants.map((grant) => ({ ...grant, lastUpdated: at(5), lastUpdatedBy: 'arn:x' }));
    const [fact] = ask([trail[0], subscribed, held(since, 10, 15, 1)] as ToldEntry[], 6);
    expect(fact).toMatchObject({ from: at(5), recorded: at(15), grants: [{ since: at(5), by: 'arn:x' }, {}] });
  });

  test('is in the reach of a subscription column by column, and unexplained where nothing gives it', () => {
    const narrow = told(subscription('finance', { clearance: 'public', columns: { t0: ['a'] } }), 2);
    const facts = ask([trail[0], narrow, held(grants, 10, 15, 1)] as ToldEntry[], 20);
    expect(facts.map(({ columns, reasons }) => [columns, reasons.map(({ kind }) => kind)])).toEqual([
      [['a'], ['subscription']],
      [['b'], ['unexplained']],
    ]);
  });

  test('of a view says what each column is made of', () => {
    const view: ProductTable = {
      ...table('shown', []),
      columns: [
        { ...column('a', 'string', 'public'), shows: { column: 'a', mask: 'clear' } },
        { ...column('b', 'string', 'public'), shows: { column: 'secret', mask: 'hash' } },
      ],
      view: { table: 't0', maskKey: '1' },
    };
    const own = [readColumns(ANALYST, GOVERNANCE_DATABASE, 'shown', ['a', 'b'], false)];
    const [fact] = ask([published([table('t0', ['a', 'secret']), view], 1), subscribed, held(own, 10, 15, 1)], 20);
    expect(fact).toMatchObject({
      table: 'shown',
      columns: ['a', 'b'],
      shows: [
        { column: 'a', of: 'a', how: 'clear' },
        { column: 'b', of: 'secret', how: 'hash' },
      ],
    });
  });

  test('takes a column that comes later where a wildcard shows it, and none that is gone', () => {
    const wider = { ...published([table('t0', ['b', 'c'])], 20), revision: 2 };
    const facts = ask([...trail.slice(0, 3), wider], 25);
    expect(facts.map(({ columns, from }) => [columns, from])).toEqual([
      [['b'], at(10)],
      [['c'], at(20)],
    ]);
    const [gone] = ask([...trail.slice(0, 3), wider], 15).filter(({ columns }) => columns.includes('a'));
    expect(gone?.until).toBe(at(20));
  });
});
