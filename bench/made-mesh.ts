import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';

const CHANGE = { actor: 'weft:bench', action: 'Measured', at: '2026-01-01T00:00:00Z', correlation: 'bench' };
const CONSUMERS = 100;

const topology: Topology = {
  mesh: 'bench',
  region: 'eu-central-1',
  governanceAccount: '111111111111',
  auditAccount: '111111111111',
  classification: ['public', 'internal', 'confidential'],
  crossAccountVersion: '4',
  domains: Array.from({ length: CONSUMERS + 1 }, (_, index) => ({
    name: index === 0 ? 'owner' : `consumer-${index}`,
    account: String(400_000_000_000 + index),
    owners: ['Somebody'],
    contact: 'somebody@example.org',
  })),
};

const product: ProductRecord = {
  type: 'product',
  domain: 'owner',
  name: 'measured',
  major: 1,
  version: '1.0.0',
  description: 'Made for a measurement.',
  owner: 'Somebody',
  tags: [],
  ports: ['query'],
  classification: 'internal',
  state: 'active',
  tables: [
    {
      name: 'things',
      columns: [
        { name: 'id', type: 'int', classification: 'public' },
        { name: 'name', type: 'string', classification: 'internal' },
      ],
      partitionKeys: [],
      location: 's3://bench-data/things/',
      format: 'parquet',
      source: { database: 'lake', table: 'things' },
    },
  ],
  generation: 1,
  revision: 1,
  change: CHANGE,
  createdAt: CHANGE.at,
  status: { conditions: [] },
};

/** A mesh of one owner and a hundred consumers, and one of its products. */
export const SUBSCRIPTION_COST = { topology, product };

/** An approved subscription of the consumer of that number. */
export function subscriptionTo(
  { domain, name, major }: ProductRecord,
  { domains }: Topology,
  number: number,
  clearance: string,
): SubscriptionRecord {
  const { name: consumer, account } = domains[(number % CONSUMERS) + 1] ?? { name: '', account: '' };
  return {
    type: 'subscription',
    id: `${domain}.${name}.v${major}.${consumer}.x${number}`,
    domain,
    product: name,
    major,
    consumer,
    account,
    principals: [`arn:aws:iam::${account}:role/bench-${consumer}-analyst`],
    purpose: 'measurement',
    requestedBy: `arn:aws:iam::${account}:role/bench-${consumer}-steward`,
    requested: { clearance },
    approved: { clearance },
    state: 'approved',
    generation: 2,
    revision: 1,
    change: CHANGE,
    createdAt: CHANGE.at,
    status: { conditions: [] },
  };
}
