import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entitlementsAt, productColumns, subscriptionsAt } from '#mesh/audit/views/registry.ts';
import type { AuditView } from '#mesh/audit/views/view.ts';
import { World } from '../../local/athena/world.ts';

const LADDER = ['public', 'internal', 'confidential'];
const KEY = { domain: 'sea', product: 'tides', major: 1 };
const T0 = '2026-05-01T00:00:00.000Z';
const T1 = '2026-05-02T00:00:00.000Z';

const product = { tables: [{ name: 'heights', columns: [{ name: 'metres', type: 'double' }] }] };
const subscription = { state: 'active', account: '900000000000', approved: { clearance: 'internal' } };
const share = { intent: { account: '900000000000', entitlements: ['e1'], grants: [] } };
const entitlement = { id: 'e1', selector: { classification: 'internal' } };

/** Each record, and the event that its change brought about in the same moment. */
const ENTRIES = [
  { id: 'p@1', at: T0, entity: 'product', revision: 1, ...KEY, state: product },
  { id: 'event/p/1', at: T0, entity: 'product', ...KEY },
  {
    id: 's@1',
    at: T0,
    entity: 'subscription',
    revision: 1,
    ...KEY,
    subscription: 's',
    consumer: 'land',
    state: subscription,
  },
  { id: 'event/s/1', at: T0, entity: 'subscription', ...KEY, subscription: 's', consumer: 'land' },
  {
    id: 's@2',
    at: T1,
    entity: 'subscription',
    revision: 2,
    ...KEY,
    subscription: 's',
    consumer: 'land',
    state: { ...subscription, state: 'revoked' },
  },
  { id: 'e@1', at: T0, entity: 'entitlement', revision: 1, state: entitlement },
  { id: 'h@1', at: T0, entity: 'share', revision: 1, ...KEY, consumer: 'land', state: share },
  { id: 'event/h/1', at: T0, entity: 'share', ...KEY, consumer: 'land' },
];

describe('what there was at a time, by the trail', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create({
      accounts: { consumer: '900000000000' },
      roles: { 'consumer-admin': 'consumer' },
      databases: [{ account: 'consumer', name: 'sea_audit' }],
      tables: [
        {
          account: 'consumer',
          database: 'sea_audit',
          name: 'entries',
          format: 'json',
          columns: {
            ...Object.fromEntries(
              'id at entity domain product subscription consumer state'.split(' ').map((name) => [name, 'string']),
            ),
            major: 'int',
            revision: 'bigint',
          },
          data: ENTRIES.map(
            (entry) =>
              `${JSON.stringify('state' in entry ? { ...entry, state: JSON.stringify(entry.state) } : entry)}\n`,
          ).join(''),
        },
      ],
      filters: [],
      shares: [],
      grants: [],
    });
  }, 60_000);

  afterAll(() => world?.close());

  const spans = async (view: AuditView) => {
    const answer = await world.query('consumer-admin', `SELECT validfrom, validto FROM (${view.sql}) v`, 'sea_audit');
    return [answer.reason, ...answer.rows];
  };

  test.each([
    ['a subscription', subscriptionsAt(LADDER), T1],
    ['the columns of a product', productColumns(LADDER), null],
    ['an entitlement', entitlementsAt(LADDER), null],
  ])('%s holds until its next state, and not until its event', async (_, view, until) => {
    expect(await spans(view)).toEqual(['', [T0, until]]);
  });
});
