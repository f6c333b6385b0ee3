import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readCases } from '#cli/policy-cases.ts';
import { BUILT_IN_POLICIES, POLICY_SCHEMA } from '#constructs/policy-folder.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { checkPolicySets } from '#mesh/policy/check.ts';
import { survivors } from '#mesh/policy/mutate.ts';
import { readPolicies } from '#mesh/policy/read-policies.ts';
import { runCase } from '#mesh/policy/run-cases.ts';
import { BUILT_IN, cedar } from '../mesh/policy/engine.ts';

const [file] = readCases(BUILT_IN_POLICIES);
const { cases = [], ladder = [] } = file ?? {};
const engine = createPolicyEngine({ cedar: cedar(), sets: BUILT_IN, ladder, name: 'starter' });

describe('the policies that come with the project', () => {
  test('are well formed', () => {
    const schema = readFileSync(POLICY_SCHEMA, 'utf8');
    const options = { cedar: cedar(), schema, ladder, domains: ['sales'], approvers: ['owner', 'platform'] };
    expect(checkPolicySets(BUILT_IN, options)).toEqual([]);
  });

  test.each(cases)('decide: $name', (each) => {
    expect(runCase(each, engine, ladder).differences).toEqual([]);
  });

  test('are held by their cases: no mistaken edit of one of them goes unnoticed', () => {
    expect(survivors(BUILT_IN, cases, { cedar: cedar(), ladder })).toEqual([]);
  }, 30_000);

  test('name a control of a standard where there is one', () => {
    const rules = BUILT_IN.flatMap((set) => readPolicies(set, cedar()).rules);
    const standards = rules.flatMap((rule) => rule.standards);
    expect(standards.length).toBeGreaterThan(20);
    for (const standard of standards)
      expect(standard).toMatch(/^(ISO27001:2022|NIST-800-53r5|GDPR|DAMA-DMBOK2|BCBS239)\/\S+$/);
  });
});
