import { readFileSync } from 'node:fs';
import { openCedar } from '#mesh/policy/cedar.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import type { PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** The policies that were deployed with this Lambda. */
export function deployedPolicies(): PolicySets {
  return JSON.parse(readFileSync(new URL('./policies.json', import.meta.url), 'utf8')) as PolicySets;
}

/**
 * Gives the engine over the sets in force, and makes it when somebody first decides: Cedar's module is not opened for what only reads.
 * The engine is kept until other sets or another ladder are in force.
 */
export function policyReader(
  setsInForce: () => Promise<PolicySets>,
  topology: () => Promise<Topology>,
): () => Promise<PolicyEngine> {
  let kept: { readonly key: string; readonly engine: PolicyEngine } | undefined;
  return async () => {
    const [sets, { classification: ladder }] = await Promise.all([setsInForce(), topology()]);
    const key = JSON.stringify([ladder, sets.map(({ scope, digest }) => [scope, digest])]);
    if (kept?.key !== key) {
      const cedar = openCedar(() => readFileSync(new URL('./cedar.wasm', import.meta.url)));
      kept = { key, engine: createPolicyEngine({ cedar, sets, ladder }) };
    }
    return kept.engine;
  };
}
