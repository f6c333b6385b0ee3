import { describe, expect, test } from '@jest/globals';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import { type PolicyCase, questionOf } from '#mesh/policy/policy-case.ts';
import { POLICY_ACTIONS } from '#mesh/policy/question.ts';
import { cedar, setOf } from './engine.ts';

const LADDER = ['public', 'internal', 'confidential', 'restricted'];
const OPEN = '@id("open") @message("open to all") permit (principal, action, resource);\n';

let made = 0;
function engineOf(sets: Readonly<Record<string, string>>, unsliced = false): PolicyEngine {
  made += 1;
  return createPolicyEngine({
    cedar: cedar(),
    sets: Object.entries(sets).map(([scope, text]) => setOf(scope, text)),
    ladder: LADDER,
    name: `slices test ${made}`,
    ...(unsliced ? { unsliced: [] } : {}),
  });
}

const effect = (engine: PolicyEngine, given: Partial<PolicyCase>) =>
  engine.decide(questionOf({ action: 'subscribe', as: 'finance/analyst', ...given }, LADDER)).effect;

describe('what a decision is given', () => {
  test.each([
    'when { action in Weft::Action::"access" }',
    'when { action in [Weft::Action::"access", Weft::Action::"change"] }',
    'unless { action in Weft::Action::"publishing" }',
    'when { [action].contains(Weft::Action::"subscribe") && action in Weft::Action::"access" }',
    'when { (if context.level >= 0 then action else action) in Weft::Action::"access" }',
  ])('tells of the groups of an action wherever a policy asks for them: %s', (condition) => {
    const text = `${OPEN}@id("no") @message("no") forbid (principal, action, resource) ${condition};`;
    const [sliced, whole] = [engineOf({ global: text }), engineOf({ global: text }, true)];
    expect(effect(sliced, {})).toBe('deny');
    for (const action of POLICY_ACTIONS.filter((name) => name !== 'change')) {
      expect(effect(sliced, { action })).toBe(effect(whole, { action }));
    }
  });

  test('is never the permits alone, whatever a domain is called', () => {
    const global = `${OPEN}@id("no") @message("no") forbid (principal, action, resource);`;
    const engine = engineOf({ global, permits: OPEN });
    const ofPermits = { product: { domain: 'permits' } } as Partial<PolicyCase>;
    expect(effect(engine, ofPermits)).toBe('deny');
    expect(effect(engine, {})).toBe('deny');
    expect(effect(engine, ofPermits)).toBe('deny');
  });
});
