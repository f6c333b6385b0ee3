import { type PolicyDeps, setsInForce } from '#control/policy-sets.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import { GLOBAL_SCOPE, type PolicySet } from '#mesh/policy/policy-sets.ts';
import { TOPOLOGY } from '../mesh/fixtures.ts';
import { BUILT_IN, cedar } from '../mesh/policy/engine.ts';

const FREEZE = 'simulated/freeze.cedar';

/** The global policies with a forbid for each of those consumers: nothing new is approved for them, nothing goes on, and no whole account gets anything. */
export function frozenFor(consumers: readonly string[]): PolicySet['files'] {
  const [{ files } = { files: {} }] = BUILT_IN.filter(({ scope }) => scope === GLOBAL_SCOPE);
  if (consumers.length === 0) return files;
  const text = consumers.map(
    (name) => `@id("simulated.freeze-${name}")
@message("${name} gets nothing new for now")
forbid (principal, action in [Weft::Action::"subscribe", Weft::Action::"renew", Weft::Action::"share"], resource)
when { context.consumer == Weft::Domain::"${name}" };
`,
  );
  return { ...files, [FREEZE]: text.join('\n') };
}

/** The consumers that a set forbids everything new, as its text says. */
export function frozenIn(files: PolicySet['files'] | undefined): string[] {
  return [...(files?.[FREEZE] ?? '').matchAll(/simulated\.freeze-([a-z]+)/g)].map(([, name = '']) => name);
}

const engines = new Map<string, PolicyEngine>();

/** Gives the engine over the sets in force, made once for the same texts however many meshes are simulated. */
export function simulatedPolicy(deps: PolicyDeps): () => Promise<PolicyEngine> {
  const inForce = setsInForce(deps);
  return async () => {
    const sets = await inForce();
    const key = sets.map(({ scope, digest }) => `${scope}@${digest}`).join(' ');
    const engine = engines.get(key) ?? createPolicyEngine({ cedar: cedar(), sets, ladder: TOPOLOGY.classification });
    engines.set(key, engine);
    return engine;
  };
}
