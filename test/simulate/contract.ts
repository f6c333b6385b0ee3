import type { ProductFiles } from '#control/product-draft.ts';
import { accountOf } from '../control/world.ts';

/** A product that the simulated mesh publishes; later versions have more columns, or classify one higher. */
export interface SimulatedProduct {
  readonly domain: string;
  readonly name: string;
}

export const PRODUCTS: readonly SimulatedProduct[] = [
  { domain: 'sales', name: 'orders' },
  { domain: 'finance', name: 'ledger' },
];

export const TABLES = ['entries', 'states'] as const;

/** The documents of a product's version `1.<minor>.0`: each minor version adds a column to its first table. */
export function filesOf({ domain, name }: SimulatedProduct, minor: number): ProductFiles {
  const version = `1.${minor}.0`;
  const added = Array.from({ length: minor }, (_, index) => column(`extra_${index}`, 'string', 'internal'));
  const tables = [
    table('entries', [
      column('id', 'integer', 'public'),
      column('state', 'string', 'public'),
      column('email', 'string', 'confidential'),
      ...added,
    ]),
    table('states', [column('state', 'string', 'public'), column('tax', 'number', 'internal')]),
  ];
  const contract = `apiVersion: v3.1.0
kind: DataContract
id: ${name}-contract
name: ${name}
version: ${version}
status: active
domain: ${domain}
dataProduct: ${name}
description: { purpose: What the simulated mesh shares. }
servers:
  - server: lake
    type: glue
    account: "${accountOf(domain)}"
    database: ${domain}
    location: s3://toy-${domain}-${accountOf(domain)}-eu-central-1/products/
    format: parquet
slaProperties:
  - { property: latency, value: 1, unit: d }
  - { property: retention, value: 1, unit: y }
schema:
${tables.join('')}`;
  const product = `apiVersion: v1.0.0
kind: DataProduct
id: ${name}-product
name: ${name}
version: ${version}
domain: ${domain}
status: active
description: { purpose: What the simulated mesh shares. }
team: { members: [{ username: owner@${domain}.example, role: owner }] }
support: [{ channel: ${domain}, url: "mailto:${domain}@example.org" }]
outputPorts: [{ name: ${name}, version: ${version}, type: query, contractId: ${name}-contract }]
`;
  return { product, contracts: { [`${name}.odcs.yaml`]: contract } };
}

function table(name: string, columns: readonly string[]): string {
  return `  - name: ${name}
    physicalName: ${name}
    physicalType: table
    description: ${name}.
    properties:
${columns.join('')}`;
}

function column(name: string, type: string, classification: string): string {
  return `      - { name: ${name}, logicalType: ${type}, classification: ${classification}, description: ${name}. }\n`;
}
