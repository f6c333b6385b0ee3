import { describe, expect, test } from '@jest/globals';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { auditApart } from '../stacks/audit-apart.ts';
import { appOf, aviation } from '../stacks/aviation.ts';
import { outsiders } from '../stacks/outsiders.ts';

const PACKS = { AwsSolutions: AwsSolutionsChecks, 'NIST 800-53 r5': NIST80053R5Checks, Serverless: ServerlessChecks };

const MESHES = {
  'in an organization': aviation(),
  'without an organization': { ...aviation(), organization: undefined },
  'with an audit account of its own': auditApart(),
  'with a partner and applications': outsiders(),
};

describe.each(Object.entries(MESHES))('a mesh %s', (_, topology) => {
  const app = appOf(topology);
  // References between stacks have their final form, in which a rule sees them, only after synthesis.
  app.synth();

  test.each(Object.entries(PACKS))('leaves no finding of %s without an answer', (_name, Pack) => {
    const { violations } = new Pack(app).validateScope(app);
    const open = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(open).toEqual([]);
  });
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
