import { type Chance, pick } from '../chance.ts';
import { mutate, somePiece } from '../mutate.ts';
import { mutateTree } from '../tree.ts';

/** Whom a message is for; `body` stands between two that are sound. */
export interface EventInput {
  readonly handler: Consumer;
  readonly body: string;
}

/** The Lambdas that take messages of others. */
export const CONSUMERS = [
  'reconcile',
  'sync',
  'agent',
  'event-port',
  'quality',
  'appender',
  'relay',
  'query-watch',
  'catalog-watch',
  'dead-letters',
] as const;
export type Consumer = (typeof CONSUMERS)[number];

const INTENT = {
  domain: 'sales',
  product: 'orders',
  major: 1,
  consumer: 'finance',
  account: '333333333333',
  linkName: 'sales__orders__v1',
  link: { name: 'sales__orders__v1', targetCatalogId: '111111111111', targetDatabase: 'sales__orders__v1' },
  target: { catalogId: '111111111111', database: 'sales__orders__v1', tables: ['orders'] },
  ends: [
    { at: '2036-03-01T12:00:00Z', principals: ['arn:aws:iam::333333333333:role/toy-finance-analyst'], grants: [] },
  ],
  grants: [],
};
const AT = '2026-03-01T12:00:00Z';
const report = (type: string, data: object) => ({
  specversion: '1.0',
  id: `m-${type}`,
  source: 'weft.domain.sales',
  type,
  time: AT,
  subject: 'sales/orders',
  data,
});

/** A message of each kind in full, to be spoilt. */
const SOUND: Readonly<Record<Consumer, readonly object[]>> = {
  reconcile: [
    { domain: 'sales', name: 'orders', major: 1, cause: 'change', correlation: 'c' },
    { entitlements: true, cause: 'change', correlation: 'c' },
  ],
  sync: [
    {
      id: 'e',
      account: '222222222222',
      'detail-type': 'CatalogChanged',
      source: 'weft.domain.sales',
      detail: report('CatalogChanged', {
        database: 'sales',
        table: 'orders',
        change: 'updated',
        schema: { columns: [{ name: 'id', type: 'int' }], partitionKeys: [] },
      }),
    },
    {
      id: 'e',
      account: '222222222222',
      'detail-type': 'DataDelivered',
      detail: report('DataDelivered', { product: 'orders', major: 1, table: 'orders', run: 'r', at: AT }),
    },
    {
      id: 'e',
      account: '222222222222',
      'detail-type': 'QualityMeasured',
      detail: report('QualityMeasured', {
        product: 'orders',
        major: 1,
        table: 'orders',
        measuredAt: AT,
        results: [{ rule: 'x', passed: true }],
      }),
    },
    {
      id: 'e',
      account: '333333333333',
      'detail-type': 'ShareApplied',
      detail: {
        ...report('ShareApplied', {
          domain: 'sales',
          product: 'orders',
          major: 1,
          consumer: 'finance',
          report: { generation: 1, ok: true, at: AT, linkExists: true, readBack: [] },
        }),
        source: 'weft.domain.finance',
      },
    },
    {
      id: 'e',
      account: '222222222222',
      'detail-type': 'LineageReported',
      detail: report('LineageReported', {
        run: { eventType: 'COMPLETE', inputs: [{ name: 'a' }], outputs: [{ name: 'b' }] },
      }),
    },
  ],
  agent: [
    {
      detail: {
        id: 'e',
        type: 'ShareRequested',
        subject: 'sales/orders',
        data: { intent: INTENT, generation: 3, major: 1, consumer: 'finance', domain: 'sales', product: 'orders' },
      },
    },
  ],
  'event-port': [
    {
      id: 'e',
      source: 'weft.rows.finance',
      'detail-type': 'RowsChanged',
      detail: {
        specversion: '1.0',
        id: 'r1',
        source: 'weft.rows.finance',
        type: 'RowsChanged',
        time: AT,
        data: { product: 'costs', major: 1, table: 'costs', rows: [{ key: ['1'], after: { id: 1, name: 'x' } }] },
      },
    },
  ],
  quality: [
    { 'detail-type': 'QualityRequested', detail: { id: 'q', data: { product: 'costs', major: 1, table: 'costs' } } },
  ],
  appender: [
    {
      id: 'a-1',
      at: AT,
      kind: 'command',
      actor: 'weft:test',
      action: 'Tested',
      correlation: 'c',
      subject: 'sales/orders',
      details: { n: 1 },
    },
  ],
  relay: [
    {
      pk: { S: 'P#sales#orders' },
      sk: { S: 'V#1' },
      type: { S: 'product' },
      record: { S: '{"type":"product","domain":"sales"}' },
      generation: { N: '1' },
    },
  ],
  'query-watch': [{ detail: { queryExecutionId: '00000000-0000-4000-8000-000000000000' } }],
  'catalog-watch': [
    {
      id: 'g',
      'detail-type': 'Glue Data Catalog Table State Change',
      detail: { databaseName: 'sales', tableName: 'orders', changedTables: ['orders'], typeOfChange: 'UpdateTable' },
    },
  ],
  'dead-letters': [{ action: 'list', queue: 'x', id: 'y' }],
};
const VALUES: readonly unknown[] = [
  'sales',
  'finance',
  'orders',
  'constructor',
  '__proto__',
  'x'.repeat(3_000),
  -1,
  1e21,
  AT,
  '9999-99-99',
  null,
  [],
  {},
  { S: 'x' },
  { N: 'NaN' },
  '../..',
  'sales#orders',
];

export function someEvent(chance: Chance): string {
  const handler = pick(chance, CONSUMERS);
  const sound = pick(chance, SOUND[handler]);
  const how = chance();
  const body =
    how < 0.1
      ? JSON.stringify(sound)
      : how < 0.75
        ? JSON.stringify(mutateTree(chance, sound, VALUES))
        : how < 0.85
          ? mutate(chance, JSON.stringify(sound))
          : pick(chance, [
              '',
              'null',
              '[]',
              '{}',
              '1',
              '"x"',
              '{',
              '{"detail":null}',
              '{"detail":{}}',
              '{"detail":{"data":null}}',
              '{"detail":"x"}',
              '{"__proto__":{}}',
              '\u0000',
              somePiece(chance),
              '['.repeat(10_000),
            ]);
  return JSON.stringify({ handler, body } satisfies EventInput);
}
