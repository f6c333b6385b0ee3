import type { ProductColumn, ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { Change } from '#mesh/record.ts';
import type { AccessScope, ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';

export const AT = '2026-01-01T00:00:00Z';
export const GOVERNANCE = '111111111111';
export const CHANGE: Change = { actor: 'weft:test', action: 'Tested', at: AT, correlation: 'c-1' };

export const TOPOLOGY: Topology = {
  mesh: 'toy',
  region: 'eu-central-1',
  governanceAccount: GOVERNANCE,
  auditAccount: GOVERNANCE,
  classification: ['public', 'internal', 'confidential', 'secret'],
  crossAccountVersion: '4',
  domains: [
    { name: 'sales', account: '222222222222', owners: ['Sam'], contact: 'sales@example.org' },
    { name: 'finance', account: '333333333333', owners: ['Fay'], contact: 'finance@example.org' },
    { name: 'research', account: '444444444444', owners: ['Rob'], contact: 'research@example.org' },
  ],
};

export function column(name: string, type = 'string', classification?: string): ProductColumn {
  return { name, type, ...(classification === undefined ? {} : { classification }) };
}

export function table(name: string, columns: readonly ProductColumn[], rest: Partial<ProductTable> = {}): ProductTable {
  return {
    name,
    columns,
    partitionKeys: [],
    location: `s3://toy-sales-222222222222-eu-central-1/${name}/`,
    format: 'parquet',
    source: { database: 'sales', table: name },
    ...rest,
  };
}

export function product(tables: readonly ProductTable[], rest: Partial<ProductRecord> = {}): ProductRecord {
  return {
    type: 'product',
    domain: 'sales',
    name: 'orders',
    major: 1,
    version: '1.0.0',
    description: 'What customers ordered',
    owner: 'Sam',
    contact: 'sales@example.org',
    tags: [],
    ports: ['query'],
    classification: 'public',
    state: 'active',
    tables,
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: AT,
    status: { conditions: [] },
    ...rest,
  };
}

export function role(domain: string, name = 'analyst'): string {
  const account = TOPOLOGY.domains.find((candidate) => candidate.name === domain)?.account;
  return `arn:aws:iam::${account}:role/toy-${domain}-${name}`;
}

export function subscription(
  consumer: string,
  scope: AccessScope,
  rest: Partial<SubscriptionRecord> = {},
): SubscriptionRecord {
  const account = TOPOLOGY.domains.find((candidate) => candidate.name === consumer)?.account ?? '';
  return {
    type: 'subscription',
    id: `sales.orders.v1.${consumer}.a1`,
    domain: 'sales',
    product: 'orders',
    major: 1,
    consumer,
    account,
    principals: [role(consumer)],
    purpose: 'to know',
    requestedBy: role(consumer, 'steward'),
    requested: scope,
    approved: scope,
    state: 'active',
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: AT,
    status: { conditions: [] },
    ...rest,
  };
}

export function share(intent: ShareRecord['intent'], rest: Partial<ShareRecord> = {}): ShareRecord {
  return { type: 'share', intent, generation: 1, revision: 1, change: CHANGE, ...rest };
}
