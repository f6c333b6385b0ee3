import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { auditApart } from '../stacks/audit-apart.ts';
import { anotherDomain, aviation } from '../stacks/aviation.ts';
import { lossesOfChain } from './stacks/chain.ts';
import { CHANGES } from './stacks/changes.ts';
import { deployedOf } from './stacks/deployed.ts';

const example = aviation();
const few = example.domains.slice(0, 2);
const MESHES = {
  'the example': { ...example, domains: few },
  'one without an organization': { ...example, domains: few, organization: undefined, managementAccount: undefined },
  'one with an audit account': { ...auditApart(), domains: few },
};

test.each(Object.entries(MESHES))('%s loses nothing by any single change', (_name, mesh) => {
  for (const change of CHANGES) expect(lossesOfChain(mesh, [change], { index: 1, at: 1 })).toEqual([]);
});

test('no row of changes loses anything', () => {
  const rows = fc.tuple(
    fc.constantFrom(...Object.values(MESHES)),
    fc.array(fc.constantFrom(...CHANGES), { minLength: 3, maxLength: 9 }),
    fc.record({ index: fc.nat(9), at: fc.integer({ min: 1, max: 3 }) }),
  );
  fc.assert(
    fc.property(rows, ([mesh, changes, pace]) => {
      expect(lossesOfChain(mesh, changes, pace)).toEqual([]);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

test('the fiftieth domain changes its own stacks and the tables of the trail, and nothing else', () => {
  const domains = Array.from({ length: 50 }, (_, index) => anotherDomain(index));
  const before = deployedOf({ ...example, domains: domains.slice(0, 49) });
  const after = deployedOf({ ...example, domains });
  const own = [...after.keys()].filter((name) => !before.has(name));
  expect(own.map((name) => name.replace(/^\d+ /, '')).sort()).toEqual(
    ['aviation-domain-49', 'aviation-domain-49-foundation', 'aviation-enrolment-domain-49'].sort(),
  );
  const changed = [...before].flatMap(([name, { template }]) => {
    const next = after.get(name)?.template.Resources ?? {};
    const ids = new Set([...Object.keys(template.Resources), ...Object.keys(next)]);
    return [...ids]
      .filter((id) => JSON.stringify(template.Resources[id]) !== JSON.stringify(next[id]))
      .map((id) => `${name} ${next[id]?.Type}`);
  });
  expect([...new Set(changed)]).toEqual(['210000000001 aviation-audit AWS::Glue::Table']);
});
