import type { ProductFiles } from '#control/product-draft.ts';
import { accountOf } from '../control/world.ts';

/** A product that the simulated mesh publishes; later versions have more columns. */
export interface SimulatedProduct {
  readonly domain: string;
  readonly name: string;
}

/** One major version of it. */
export interface SimulatedVersion extends SimulatedProduct {
  readonly major: number;
}

export const PRODUCTS: readonly SimulatedProduct[] = [
  { domain: 'sales', name: 'orders' },
  { domain: 'finance', name: 'ledger' },
];

/** A second major version is there to be rolled out. */
export const VERSIONS: readonly SimulatedVersion[] = [
  { domain: 'sales', name: 'orders', major: 1 },
  { domain: 'sales', name: 'orders', major: 2 },
  { domain: 'finance', name: 'ledger', major: 1 },
];

export const TABLES = ['entries', 'states', 'people', 'people_masked'] as const;

/** Read by a view only. */
export const INTERNAL_TABLE = 'people';

/** The view of it, and its column that is masked. */
export const MASKED = { table: 'people_masked', column: 'name' } as const;

/** How each column is classified: written a second time for the invariants, apart from what the control plane reads out of the contract. */
export const LEVELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  entries: { id: 'public', state: 'public', email: 'confidential' },
  states: { state: 'public', tax: 'internal' },
  people_masked: { id: 'public', name: 'internal' },
};

/** The product with a masked port, from its second minor version on. */
function isMasked({ domain }: SimulatedProduct, minor: number): boolean {
  return domain === 'finance' && minor > 0;
}

/** The documents of a product's version `<major>.<minor>.0`: each minor version adds a column to its first table, and the first one a column that nobody is cleared for to the second one of sales. */
export function filesOf({ domain, name, major }: SimulatedVersion, minor: number): ProductFiles {
  const version = `${major}.${minor}.0`;
  const added = Array.from({ length: minor }, (_, index) => column(`extra_${index}`, 'string', 'internal'));
  const counted = 'quality: [{ metric: nullValues, mustBe: 0 }]';
  const tables = [
    table('entries', [
      column('id', 'integer', 'public', domain === 'sales' ? `, ${counted}` : ''),
      column('state', 'string', 'public'),
      column('email', 'string', 'confidential'),
      ...added,
    ]),
    table('states', [
      column('state', 'string', 'public'),
      column('tax', 'number', 'internal'),
      ...(domain === 'sales' && minor > 0 ? [column('audit', 'string', 'secret')] : []),
    ]),
    ...(isMasked({ domain, name }, minor) ? maskedPort() : []),
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

function maskedPort(): string[] {
  const hidden = property('weft.internal', 'true');
  const shown = property('weft.view', INTERNAL_TABLE);
  const hashed = `, customProperties: [{ property: weft.mask, value: hash }]`;
  return [
    table(INTERNAL_TABLE, [column('id', 'integer', 'public'), column(MASKED.column, 'string', 'confidential')], hidden),
    table(
      MASKED.table,
      [column('id', 'integer', 'public'), column(MASKED.column, 'string', 'internal', hashed)],
      shown,
    ),
  ];
}

function property(name: string, value: string): string {
  return `    customProperties: [{ property: ${name}, value: ${value} }]\n`;
}

function table(name: string, columns: readonly string[], more = ''): string {
  return `  - name: ${name}
    physicalName: ${name}
    physicalType: table
    description: ${name}.
${more}    properties:
${columns.join('')}`;
}

function column(name: string, type: string, classification: string, more = ''): string {
  return `      - { name: ${name}, logicalType: ${type}, classification: ${classification}, description: ${name}.${more} }\n`;
}
