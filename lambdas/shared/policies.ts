import { readFileSync } from 'node:fs';
import type { Problem } from '#mesh/error.ts';
import { type Cedar, openCedar } from '#mesh/policy/cedar.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { checkPolicySets } from '#mesh/policy/check.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import type { PolicySet, PolicySets } from '#mesh/policy/policy-sets.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** The policies that were deployed with this Lambda. */
export function deployedPolicies(): PolicySets {
  return JSON.parse(readFileSync(new URL('./policies.json', import.meta.url), 'utf8')) as PolicySets;
}

function cedarBeside(): Cedar {
  return openCedar(() => readFileSync(new URL('./cedar.wasm', import.meta.url)));
}

/** Tells every error of a set: what Cedar, the schema or the mesh does not know, approvers included that nobody is. */
export function policyChecker(topology: () => Promise<Topology>): (set: PolicySet) => Promise<readonly Problem[]> {
  return async (set) => {
    const { governance } = await topology();
    const approvers = ['owner', 'platform', ...Object.keys(governance?.approvers ?? {})];
    const schema = readFileSync(new URL('./schema.cedarschema', import.meta.url), 'utf8');
    const problems = checkPolicySets([set], { cedar: cedarBeside(), schema, approvers });
    return problems.filter(({ severity }) => severity === 'error');
  };
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
      kept = { key, engine: createPolicyEngine({ cedar: cedarBeside(), sets, ladder }) };
    }
    return kept.engine;
  };
}
