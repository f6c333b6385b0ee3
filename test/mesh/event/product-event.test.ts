import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { audienceOf } from '#mesh/event/audience.ts';
import { productEvents } from '#mesh/event/product-event.ts';
import type { RowChange, RowsChanged } from '#mesh/event/rows.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, subscription, TOPOLOGY, table } from '../fixtures.ts';

const NOW = new Date('2026-02-01T00:00:00Z');
const ORDERS = table('orders', [
  column('id', 'int', 'public'),
  column('state', 'string', 'internal'),
  column('iban', 'string', 'secret'),
]);
const PRODUCT = product([ORDERS], { ports: ['query', 'event'] });
const STOPPED = { suspensions: [{ side: 'sales', by: 'arn', at: '2026-01-01T00:00:00Z' }] };
const SCOPE = { clearance: 'internal' };

function rows(changes: readonly RowChange[], name = 'orders'): RowsChanged {
  return {
    id: 'r',
    time: '2026-02-01T00:00:00Z',
    from: 'sales',
    product: 'orders',
    major: 1,
    table: name,
    sequence: 7,
    rows: changes,
  };
}

function told(of: ProductRecord, subscriptions: readonly SubscriptionRecord[], changes: readonly RowChange[]) {
  return productEvents(rows(changes), audienceOf(of, subscriptions, TOPOLOGY, NOW), '222222222222');
}

const ROW = { id: 1, state: 'TX', iban: 'DE00 1234' };

describe('row events of a product', () => {
  test.each([
    ['is live', PRODUCT, {}, 1],
    ['waits', PRODUCT, { state: 'pending' }, 0],
    ['was rejected', PRODUCT, { state: 'rejected' }, 0],
    ['is being revoked', PRODUCT, { state: 'revoking' }, 0],
    ['is over', PRODUCT, { state: 'expired' }, 0],
    ['ended a moment ago, before the sweep came', PRODUCT, { expiresAt: '2026-01-31T23:59:59Z' }, 0],
    ['ends later', PRODUCT, { expiresAt: '2026-02-01T00:00:01Z' }, 1],
    ['is suspended', PRODUCT, STOPPED, 0],
    ['is of a suspended product', { ...PRODUCT, ...STOPPED }, {}, 0],
    ['is of a retired product', { ...PRODUCT, state: 'retired' }, {}, 0],
    ['is of another version', PRODUCT, { major: 2 }, 0],
    ['is of an account that is no longer the domain’s', PRODUCT, { account: '999999999999' }, 0],
  ] as const)('go to a subscription that %s', (_what, of, rest, count) => {
    expect(told(of, [subscription('finance', SCOPE, rest)], [{ after: ROW }])).toHaveLength(count);
  });

  test('hold no column above the clearance, in no image', () => {
    const [delivery] = told(
      PRODUCT,
      [subscription('finance', SCOPE)],
      [{ before: ROW, after: { ...ROW, state: 'CA' } }],
    );
    expect(delivery?.event.data.rows).toEqual([
      { change: 'update', before: { id: 1, state: 'TX' }, after: { id: 1, state: 'CA' } },
    ]);
  });

  test('go to each subscription by itself, with an id that a repeated delivery has too', () => {
    const both = [
      subscription('finance', SCOPE),
      subscription('research', { clearance: 'public' }, { id: 'sales.orders.v1.research.b2' }),
    ];
    const ids = told(PRODUCT, both, [{ after: ROW }]).map(({ event }) => event.id);
    expect(new Set(ids).size).toBe(2);
    expect(told(PRODUCT, both.toReversed(), [{ after: ROW }]).map(({ event }) => event.id)).toEqual(ids);
  });

  test('are told nothing of a filter that no longer fits the table', () => {
    const scope = { ...SCOPE, rows: { orders: "gone = 'x'" } };
    expect(told(PRODUCT, [subscription('finance', scope)], [{ after: ROW }])).toEqual([]);
  });

  test('show of a masked view what the view shows, and nothing of its hidden base', () => {
    const view = table(
      'safe',
      [
        { ...column('id', 'int', 'public'), shows: { column: 'id', mask: 'clear' } },
        { ...column('account', 'string', 'public'), shows: { column: 'iban', mask: 'partial', keep: 4 } },
        { ...column('state', 'string', 'public'), shows: { column: 'state', mask: 'null' } },
        { ...column('key', 'string', 'public'), shows: { column: 'iban', mask: 'hash' } },
      ],
      { view: { table: 'orders', maskKey: 'k' } },
    );
    const masked = product([{ ...ORDERS, internal: true }, view], { ports: ['event'] });
    const deliveries = told(
      masked,
      [subscription('finance', { clearance: 'public' })],
      [{ after: ROW }, { before: ROW, after: { ...ROW, state: 'CA' } }, { after: { ...ROW, iban: 'short' } }],
    );
    expect(deliveries.map(({ event }) => [event.data.table, event.data.rows])).toEqual([
      [
        'safe',
        [
          { change: 'insert', after: { id: 1, account: '****1234', state: null } },
          { change: 'insert', after: { id: 1, account: '****', state: null } },
        ],
      ],
    ]);
  });

  test('never tell a consumer more than the rows and columns that it would see before and after, whatever changes', () => {
    const scope = { ...SCOPE, rows: { orders: "state = 'TX'" } };
    const row = fc.record({ id: fc.nat(3), state: fc.constantFrom('TX', 'CA', null), iban: fc.constantFrom('x', 'y') });
    const change = fc.oneof(
      fc.record({ after: row }),
      fc.record({ before: row }),
      fc.record({ before: row, after: row }),
    );
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const found = told(PRODUCT, [subscription('finance', scope)], changes).flatMap(({ event }) => event.data.rows);
        for (const { before, after } of found) {
          for (const image of [before, after]) {
            if (image !== undefined) expect([Object.keys(image), image.state]).toEqual([['id', 'state'], 'TX']);
          }
        }
        // Whoever applies the events to what it had has what SQL would show.
        const visible = (image: object | undefined) =>
          image !== undefined && 'state' in image && image.state === 'TX' ? 1 : 0;
        const net = changes.reduce((sum, { before, after }: RowChange) => sum + visible(after) - visible(before), 0);
        const applied = found.reduce((sum, { before, after }) => sum + visible(after) - visible(before), 0);
        expect(applied).toBe(net);
      }),
    );
  });
});
