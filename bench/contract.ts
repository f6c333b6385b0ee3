import { parseProduct } from '#mesh/contract/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { readYaml } from '#mesh/yaml/read.ts';
import { atMost, type BenchResult, quantile } from './result.ts';

const COLUMNS = 1000;
const ROUNDS = 5;
const BUCKET = 'bench-sales-222222222222-eu-central-1';

const TOPOLOGY: Topology = {
  mesh: 'bench',
  region: 'eu-central-1',
  governanceAccount: '111111111111',
  auditAccount: '111111111111',
  classification: ['public', 'internal'],
  crossAccountVersion: '4',
  domains: [{ name: 'sales', account: '222222222222', owners: ['sam'], contact: 'sales@example.org' }],
};

const PRODUCT = `apiVersion: v1.0.0
kind: DataProduct
id: p
name: wide
domain: sales
version: 1.0.0
status: active
description: { purpose: A wide table }
team: { name: sales }
outputPorts: [{ name: t, version: 1.0.0, contractId: c }]
`;

const HEAD = `apiVersion: v3.1.0
kind: DataContract
id: c
version: 1.0.0
status: active
servers:
  - { server: lake, type: glue, account: '222222222222', database: sales, location: 's3://${BUCKET}/', format: parquet }
schema:
  - name: wide
    properties:
`;

function contract(): string {
  const columns = Array.from(
    { length: COLUMNS },
    (_, index) =>
      `      - name: column_${index}\n        logicalType: integer\n        physicalType: bigint\n        classification: internal\n        description: What column ${index} holds.\n`,
  );
  return HEAD + columns.join('');
}

/** Texts that were written to do harm, each refused before anything is built from it. */
const HOSTILE: Readonly<Record<string, string>> = {
  'aliases without end': `a: &a 1\n${Array.from({ length: 50_000 }, (_, index) => `k${index}: *a\n`).join('')}`,
  'an alias bomb': `a: &a [x, x]\n${Array.from({ length: 20 }, (_, index) => `b${index}: &b${index} [*${index === 0 ? 'a' : `b${index - 1}`}, *a]\n`).join('')}`,
  'brackets in brackets': '['.repeat(1_000_000),
  'a prototype': '__proto__: { admin: true }\n',
  '10 MB': `a: ${'x'.repeat(10_000_000)}`,
};

/** How long a wide contract takes to be validated, and hostile ones to be refused: medians. */
export async function run(): Promise<BenchResult[]> {
  const files = {
    product: { file: 'wide.odps.yaml', text: PRODUCT },
    contracts: [{ file: 'wide.odcs.yaml', text: contract() }],
  };
  const validated = median(() => {
    const checked = parseProduct(files, TOPOLOGY);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems[0]));
  });
  const refused = Object.entries(HOSTILE).map(([name, text]) => {
    const took = median(() => {
      if (readYaml({ text }, { code: 'WEFT-BENCH-001', maxBytes: 5_000_000 }).view !== undefined)
        throw new Error(`${name} is read`);
    });
    return atMost(`refusing ${name}: median of ${ROUNDS}`, took, 100, 'ms');
  });
  return [atMost(`validating a contract of ${COLUMNS} columns: median of ${ROUNDS}`, validated, 50, 'ms'), ...refused];
}

function median(work: () => void): number {
  const samples = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return quantile(samples, 0.5);
}
