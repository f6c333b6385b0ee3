import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readMeshFile } from '#cli/mesh-file.ts';
import { exportProduct } from '#mesh/contract/export.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { writeModel } from '#mesh/contract/standard/document.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../../examples');
const FOLDERS = globSync('*/products/*', { cwd: EXAMPLES }).sort();

const sources = (folder: string) => {
  const files = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
  const product = files.find(({ file }) => file.endsWith('.odps.yaml'));
  if (product === undefined) throw new Error(`${folder} has no product`);
  return { product, contracts: files.filter(({ file }) => file.endsWith('.odcs.yaml')) };
};

describe('a product in the words of the open standards', () => {
  test('there are some', () => {
    expect(FOLDERS.length).toBeGreaterThan(7);
  });

  test.each(FOLDERS)('%s says the same when it is read again', (folder) => {
    const topology = readMeshFile(join(EXAMPLES, folder, '../../mesh.yaml'), '/');
    const read = parseProduct(sources(join(EXAMPLES, folder)), topology);
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { draftState, sunset: _, ...draft } = read.value;
    const state = draftState === 'proposed' || draftState === 'draft' ? 'active' : draftState;
    const { product, contracts } = exportProduct(
      { type: 'product', ...draft, state },
      topology.mesh,
      accountOf(topology, draft.domain),
    );
    const again = parseProduct(
      {
        product: { file: 'p.odps.yaml', text: writeModel(product) },
        contracts: contracts.map((contract, index) => ({ file: `${index}.odcs.yaml`, text: writeModel(contract) })),
      },
      topology,
    );
    expect(again.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(again.ok && { ...again.value, ports: [...again.value.ports].sort() }).toEqual({
      ...read.value,
      ports: [...read.value.ports].sort(),
    });
  });
});

function accountOf({ domains }: { domains: readonly { name: string; account: string }[] }, name: string): string {
  return domains.find((domain) => domain.name === name)?.account ?? '';
}
