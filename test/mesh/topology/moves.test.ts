import { expect, test } from '@jest/globals';
import { movesOf } from '#mesh/topology/moves.ts';
import { aviation } from '../../local/mesh.ts';

const mesh = aviation();

test.each([
  ['mesh', { ...mesh, mesh: 'rail' }],
  ['region', { ...mesh, region: 'eu-central-1' }],
  ['audit.account', { ...mesh, auditAccount: '210000000002' }],
])('another %s is another mesh', (what, changed) => {
  expect(movesOf(mesh, changed).map((move) => move.what)).toEqual([what]);
});

test('another governance account takes the trail along where that has no account of its own', () => {
  const account = '210000000099';
  const moves = movesOf(mesh, { ...mesh, governanceAccount: account, auditAccount: account });
  expect(moves.map(({ what, from, to }) => [what, from, to])).toEqual([
    ['governance.account', '210000000001', account],
    ['audit.account', '210000000001', account],
  ]);
});

test('all else is the same mesh', () => {
  const [first, ...others] = mesh.domains;
  expect(movesOf(mesh, { ...mesh, organization: undefined, classification: ['public'], domains: others })).toEqual([]);
  expect(first).toBeDefined();
});
