import { compileAccess } from '#mesh/access/compile.ts';
import { CROSS_ACCOUNT_GRANTS, chooseGrants } from '#mesh/entitlement/choose.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { compileTagGrants } from '#mesh/entitlement/tag-grants.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const OWNERS = 100;
const PRODUCTS = 50;
const CONSUMERS = 200;
const CHANGE = { actor: 'weft:bench', action: 'Measured', at: '2026-01-01T00:00:00Z', correlation: 'bench' };

const domain = (kind: string, index: number, first: number): Domain => ({
  name: `${kind}-${String(index).padStart(3, '0')}`,
  account: String(first + index),
  owners: ['Somebody'],
  contact: 'somebody@example.org',
});

const LEVELS = ['public', 'internal', 'confidential', 'restricted'];

const TOPOLOGY: Topology = {
  mesh: 'model',
  region: 'eu-central-1',
  governanceAccount: '111111111111',
  auditAccount: '111111111111',
  classification: LEVELS,
  crossAccountVersion: '4',
  domains: [
    ...Array.from({ length: OWNERS }, (_, index) => domain('owner', index, 300_000_000_000)),
    ...Array.from({ length: CONSUMERS }, (_, index) => domain('consumer', index, 400_000_000_000)),
  ],
};

/** Every product has three tables, and a column in each that only the top level shows. */
function product(owner: string, index: number): ProductRecord {
  const table = (name: string): ProductTable => ({
    name,
    columns: LEVELS.map((classification) => ({ name: `of_${classification}`, type: 'string', classification })),
    partitionKeys: [],
    location: `s3://model-${owner}/${name}/`,
    format: 'parquet',
    source: { database: 'lake', table: name },
  });
  return {
    type: 'product',
    domain: owner,
    name: `product-${index}`,
    major: 1,
    version: '1.0.0',
    description: 'Made for a measurement.',
    owner: 'Somebody',
    tags: [],
    ports: ['query'],
    classification: 'restricted',
    state: 'active',
    tables: ['first', 'second', 'third'].map(table),
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: CHANGE.at,
    status: { conditions: [] },
  };
}

/** What each consumer may see of each domain; every other one sees more of every third. */
function entitlement(owner: number, consumer: Domain, index: number): EntitlementRecord {
  const classification = index % 2 === 0 && owner % 3 === 0 ? 'confidential' : 'internal';
  return {
    type: 'entitlement',
    id: `owner-${owner}.${consumer.name}`,
    selector: { domain: `owner-${String(owner).padStart(3, '0')}`, classification },
    grantee: {
      kind: 'account',
      domain: consumer.name,
      account: consumer.account,
      principals: [`arn:aws:iam::${consumer.account}:role/model-${consumer.name}-analyst`],
    },
    purpose: 'measurement',
    grantedBy: 'weft:bench',
    way: 'tags',
    because: '',
    consumers: [consumer.name],
    state: 'active',
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: CHANGE.at,
    status: {},
  };
}

/**
 * 200 consumers that may all use 50 products of each of 100 domains: what each way needs in grants across accounts, by the real compiler, and what it chooses. Each consumer is chosen for on its
 * own, one domain after the other, as the entitlements would come.
 */
export async function run(): Promise<BenchResult[]> {
  const consumers = TOPOLOGY.domains.slice(OWNERS);
  const products = Array.from({ length: PRODUCTS }, (_, index) => product('owner-000', index));
  const first = entitlement(0, consumers[1] as Domain, 1);
  const named = { ...first, selector: { classification: 'internal' }, way: 'names' as const };
  const one = products.map((entry) => compileAccess({ ...entry, entitlements: [named] }, [], [], TOPOLOGY, CHANGE.at));
  const perDomain = one.reduce((sum, { accountGrants }) => sum + accountGrants.length, 0);
  const granted: EntitlementRecord[] = [];
  let byNames = 0;
  let choosing = 0;
  for (const [index, consumer] of consumers.entries()) {
    const own: EntitlementRecord[] = [];
    for (let owner = 0; owner < OWNERS; owner += 1) {
      const wish = entitlement(owner, consumer, index);
      const started = performance.now();
      const theirs = products.map((entry) => ({ ...entry, domain: wish.selector.domain ?? '' }));
      const { way } = chooseGrants(wish, { products: theirs, others: own, filtered: [], topology: TOPOLOGY });
      choosing = Math.max(choosing, performance.now() - started);
      if (way === 'names') byNames += perDomain;
      own.push({ ...wish, way });
    }
    granted.push(...own);
  }
  const started = performance.now();
  const byTags = compileTagGrants(granted, TOPOLOGY);
  const elapsed = performance.now() - started;
  const needed = byTags.length + byNames;
  const mesh = `${OWNERS} domains × ${PRODUCTS} products × ${CONSUMERS} consumers`;
  return [
    atMost(`${mesh}: grants across accounts`, needed, CROSS_ACCOUNT_GRANTS, 'grants'),
    figure('the same by names', perDomain * OWNERS * CONSUMERS, 'grants'),
    figure('names against what the compiler chose', (perDomain * OWNERS * CONSUMERS) / needed, '×'),
    figure('the same entitlements to the organization', compileTagGrants(forAll(granted), TOPOLOGY).length, 'grants'),
    figure(`compiling ${granted.length} entitlements to grants by LF-Tags`, elapsed, 'ms'),
    figure('choosing the way of one entitlement, the slowest', choosing, 'ms'),
  ];
}

/** The least that all consumers have, as entitlements of the organization. */
function forAll(entitlements: readonly EntitlementRecord[]): EntitlementRecord[] {
  const arn = 'arn:aws:organizations::111111111111:organization/o-model00000';
  const grantee = { kind: 'organization' as const, arn };
  return entitlements.slice(0, OWNERS).map((entry) => ({ ...entry, grantee }));
}
