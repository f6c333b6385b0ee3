import { readFileSync } from 'node:fs';
import { BUILT_IN_POLICIES, CEDAR_MODULE, policySetsIn } from '#constructs/policy-folder.ts';
import { type Cedar, openCedar } from '#mesh/policy/cedar.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';

export function cedar(): Cedar {
  return openCedar(() => readFileSync(CEDAR_MODULE));
}

/** The policies that come with the project. */
export const BUILT_IN = policySetsIn(BUILT_IN_POLICIES);

const engines = new Map<string, PolicyEngine>();

/** The engine over the built-in policies, made once for each ladder. */
export function builtInEngine(ladder: readonly string[]): PolicyEngine {
  const key = ladder.join(' ');
  const engine = engines.get(key) ?? createPolicyEngine({ cedar: cedar(), sets: BUILT_IN, ladder });
  engines.set(key, engine);
  return engine;
}

/** A set of one file. */
export function setOf(scope: string, text: string): PolicySet {
  return { scope, digest: `test-${text.length}`, files: { [`${scope}/test.cedar`]: text } };
}
