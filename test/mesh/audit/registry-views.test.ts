import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { entitlementsAt, productColumns, RECORDS, subscriptionsAt } from '#mesh/audit/views/registry.ts';
import type { AuditView } from '#mesh/audit/views/view.ts';
import { World } from '../../local/athena/world.ts';

const LADDER = ['public', 'internal'];
const ORDERS = { domain: 'sales', product: 'orders', major: 1 };
const [FIRST, SECOND, THIRD] = ['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'];

const COLUMNS = {
  ...Object.fromEntries(
    'id at kind actor action entity domain product subscription consumer state stateref'
      .split(' ')
      .map((n) => [n, 'string']),
  ),
  major: 'int',
  generation: 'bigint',
  revision: 'bigint',
};

/** A revision of a record, and the event that its change is told by, which has the time of the change and no state. */
function told(entity: string, revision: number, at: string | undefined, state: object): object[] {
  const about = {
    ...ORDERS,
    at,
    entity,
    consumer: 'finance',
    subscription: entity === 'subscription' ? 'sub' : undefined,
  };
  return [
    { ...about, id: `${entity}@${revision}`, kind: 'command', revision, state: JSON.stringify(state) },
    { ...about, id: `event/${entity}@${revision}.Told`, kind: 'event' },
  ];
}

const product = (column: string) => ({ tables: [{ name: 'orders', columns: [{ name: column }], partitionKeys: [] }] });
const subscription = (state: string) => ({
  account: '900000000000',
  principals: ['r'],
  state,
  approved: { clearance: 'public' },
});

const ENTRIES = [
  ...told('product', 1, FIRST, product('a')),
  ...told('product', 2, SECOND, product('b')),
  ...told('subscription', 1, FIRST, subscription('pending')),
  ...told('subscription', 2, SECOND, subscription('approved')),
  ...told('subscription', 3, THIRD, subscription('revoked')),
  {
    id: 'entitlement@1',
    at: FIRST,
    kind: 'command',
    entity: 'entitlement',
    revision: 1,
    state: JSON.stringify({ id: 'ent', selector: { classification: 'public' } }),
  },
  ...told('share', 1, FIRST, { intent: { entitlements: ['ent'], account: '900000000000', grants: [] } }),
];

describe('the views of what was there, on entries with the events between them', () => {
  let world: World;
  const rows = async ({ sql }: AuditView, columns: string) => {
    const answer = await world.query(
      'consumer-admin',
      `WITH records AS (${RECORDS.sql}) SELECT ${columns} FROM (${sql}) AS v ORDER BY validfrom`,
      'audit',
    );
    expect(answer.reason).toBe('');
    return answer.rows;
  };

  beforeAll(async () => {
    world = await World.create({
      accounts: { consumer: '900000000000' },
      roles: { 'consumer-admin': 'consumer' },
      databases: [{ account: 'consumer', name: 'audit' }],
      tables: [
        {
          account: 'consumer',
          database: 'audit',
          name: 'entries',
          format: 'json',
          columns: COLUMNS,
          data: ENTRIES.map((entry) => `${JSON.stringify(entry)}\n`).join(''),
        },
        {
          account: 'consumer',
          database: 'audit',
          name: 'details',
          format: 'json',
          columns: { sha256: 'string', text: 'string' },
          data: `${JSON.stringify({ sha256: 'none', text: '' })}\n`,
        },
      ],
      filters: [],
      shares: [],
      grants: [],
    });
  }, 60_000);

  afterAll(() => world.close());

  test('a column is there until the next revision of its product, whatever was told of it in between', async () => {
    expect(await rows(productColumns(LADDER), 'columnname, validfrom, validto')).toEqual([
      ['a', FIRST, SECOND],
      ['b', SECOND, null],
    ]);
  });

  test('so is a subscription, and what an entitlement gives', async () => {
    expect(await rows(subscriptionsAt(LADDER), 'state, validfrom, validto')).toEqual([['approved', SECOND, THIRD]]);
    expect(await rows(entitlementsAt(LADDER), 'entitlement, validfrom, validto')).toEqual([['ent', FIRST, null]]);
  });
});
