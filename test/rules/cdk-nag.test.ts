import { describe, expect, test } from '@jest/globals';
import { auditApart } from '../stacks/audit-apart.ts';
import { appOf, aviation } from '../stacks/aviation.ts';
import { outsiders } from '../stacks/outsiders.ts';
import { testPacks } from './nag.ts';

const MESHES = {
  'in an organization': aviation(),
  'without an organization': { ...aviation(), organization: undefined },
  'with an audit account of its own': auditApart(),
  'with a partner and applications': outsiders(),
};

describe.each(Object.entries(MESHES))('a mesh %s', (_, topology) => {
  testPacks(appOf(topology));
});

test('each acknowledgement says why', () => {
  const reasons = appOf(aviation())
    .node.findAll()
    .flatMap((node) => node.node.metadata)
    .filter(({ type }) => type.includes('acknowledged'))
    .flatMap(({ data }) => Object.entries(data as Record<string, string>));
  expect(reasons.length).toBeGreaterThan(20);
  for (const [rule, reason] of reasons) expect([rule, reason.split(' ').length > 4]).toEqual([rule, true]);
});
