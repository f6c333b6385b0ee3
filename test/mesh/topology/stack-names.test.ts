import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { stackNames } from '#mesh/topology/stack-names.ts';
import { accountsOf } from '#mesh/topology/topology.ts';
import { aviation } from '../../local/mesh.ts';

/** The stacks that are synthesized of the example, as a snapshot keeps their names. */
function synthesized(): string[] {
  const snapshot = readFileSync(new URL('../../stacks/__snapshots__/names.test.ts.snap', import.meta.url), 'utf8');
  return [...snapshot.matchAll(/^ {2}"([^"]+)": \[/gm)].map(([, name = '']) => name).sort();
}

test('the stacks of every account are those that are synthesized', () => {
  const topology = aviation();
  const named = accountsOf(topology).flatMap((account) => stackNames(topology, account));
  expect(named.toSorted()).toEqual(synthesized());
});

test('with an audit account apart each has its own', () => {
  const auditAccount = '210000000002';
  const topology = { ...aviation(), auditAccount, managementAccount: undefined };
  expect(stackNames(topology, auditAccount)).toEqual(['aviation-audit-foundation', 'aviation-audit']);
  expect(stackNames(topology, topology.governanceAccount)).toContain('aviation-trail');
  expect(stackNames(topology, '210000000011')).toContain('aviation-flight-operations-trail');
});
