import { createHash } from 'node:crypto';
import type { PolicyStore } from '#aws/registry-policies.ts';
import { type Problem, userError, WeftError } from '#mesh/error.ts';
import { GLOBAL_SCOPE, type PolicySet, type PolicySets } from '#mesh/policy/policy-sets.ts';
import { decidingCouncil, isRightful } from '#mesh/policy-set/council.ts';
import { type PolicyHead, type PolicySetRecord, policySetId } from '#mesh/policy-set/policy-set.ts';
import { type PolicyStep, propose, type ScopeState } from '#mesh/policy-set/transitions.ts';
import type { Act } from '#mesh/subscription/transitions.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { optimistically } from './optimistic.ts';

/** What governing policies needs. */
export interface PolicyDeps {
  readonly store: PolicyStore;
  /** The sets that came with the stacks. */
  deployed(): PolicySets;
  /** Everything that is wrong with a set. */
  check(set: PolicySet): Promise<readonly Problem[]>;
  topology(): Promise<Topology>;
  now(): Date;
}

/** Who proposes the sets that come with the stacks. */
const DEPLOY = 'weft:deploy';

/** The name of a version: of its files' names and contents. */
export function digestOf(files: PolicySet['files']): string {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

/**
 * Gives the sets in force. What is in force is read from the registry each time, so that no decision outlives a change; the texts of a version, which
 * never change, are kept. What came with the stacks is taken in first: as the set in force where a scope has none, as a proposal where it has another.
 * @throws WEFT-POLICY-047 when a text is not the one that was approved, -048 when a set is in force that nobody approved.
 */
export function setsInForce(deps: PolicyDeps): () => Promise<PolicySets> {
  const known = new Map<string, PolicySet>();
  let taken: Promise<{ fresh?: PolicyHead[] }> | undefined;
  return async () => {
    taken ??= takeDeployed(deps);
    const first = taken;
    const settled = await first.catch((error: unknown) => {
      taken = undefined;
      throw error;
    });
    // What taking in has just read is read again only by the next decision.
    const heads = settled.fresh ?? (await deps.store.heads());
    settled.fresh = undefined;
    const sets = await Promise.all(
      heads.map(async ({ scope, inForce }) => {
        const id = `${scope}@${inForce}`;
        const set = known.get(id) ?? (await load(scope, inForce, deps.store));
        known.set(id, set);
        return set;
      }),
    );
    return sets.toSorted(globalFirst);
  };
}

/** Global first, then the domains by name. */
export function globalFirst(a: { readonly scope: string }, b: { readonly scope: string }): number {
  return Number(b.scope === GLOBAL_SCOPE) - Number(a.scope === GLOBAL_SCOPE) || (a.scope < b.scope ? -1 : 1);
}

async function load(scope: string, digest: string, store: PolicyStore): Promise<PolicySet> {
  const { record, files } = await store.whole(scope, digest);
  const id = policySetId({ scope, digest });
  const hint = 'somebody changed the registry past the mesh: see its audit trail, and propose the right set again';
  if (record === undefined || files === undefined || digestOf(files) !== digest) {
    throw new WeftError('WEFT-POLICY-047', `the texts of ${id} are not those that were approved`, { hint });
  }
  if (!isRightful(record)) {
    throw new WeftError('WEFT-POLICY-048', `the set ${id} is in force and nobody approved it`, { hint });
  }
  return { scope, digest, files };
}

/** Takes in what came with the stacks; a version that the registry knows was decided about before, and is left as it is. Answers what each scope has when nothing was new. */
export async function takeDeployed(deps: PolicyDeps): Promise<{ fresh?: PolicyHead[] }> {
  const topology = await deps.topology();
  const heads = await deps.store.heads();
  let changed = false;
  for (const set of deps.deployed()) {
    const head = heads.find(({ scope }) => scope === set.scope);
    if (head?.inForce === set.digest || head?.proposed === set.digest || !isScope(set.scope, topology)) continue;
    changed = true;
    await optimistically(async () => {
      if ((await deps.store.version(set.scope, set.digest)) !== undefined) return;
      if ((await deps.check(set)).length > 0) return;
      const act = { actor: DEPLOY, at: deps.now().toISOString(), correlation: `deploy-${set.digest.slice(0, 12)}` };
      const reason = 'it came with the stacks';
      await proposeSet(set, { ...act, reason }, topology, deps.store).catch(unlessTaken);
    });
  }
  return changed ? {} : { fresh: heads };
}

/** Several Lambdas take in what came with the stacks at once: one of them was first. */
function unlessTaken(error: unknown): void {
  if (!(error instanceof WeftError) || !['WEFT-POLICY-042', 'WEFT-POLICY-043'].includes(error.code)) throw error;
}

/** Proposes a set and writes it. @throws what `propose` says, as WeftError. */
export async function proposeSet(
  set: PolicySet,
  act: Act,
  topology: Topology,
  store: PolicyStore,
): Promise<PolicySetRecord> {
  const state = await stateOf(set.scope, store);
  const former = await store.version(set.scope, set.digest);
  const council = decidingCouncil(set.scope, state.head, topology);
  const nextCouncil = set.scope === GLOBAL_SCOPE ? topology.governance?.council : undefined;
  const step = must(propose(state, { set, council, nextCouncil, former }, act));
  await store.write(step, former === undefined ? set : undefined);
  return recordIn(step, set.digest);
}

/** What the registry has of a scope. */
export async function stateOf(scope: string, store: PolicyStore): Promise<ScopeState> {
  const head: PolicyHead | undefined = (await store.heads()).find((entry) => entry.scope === scope);
  if (head === undefined) return {};
  const [inForce, proposed] = await Promise.all(
    [head.inForce, head.proposed].map((digest) =>
      digest === undefined ? Promise.resolve(undefined) : store.version(scope, digest),
    ),
  );
  return { head, inForce, proposed };
}

export function recordIn({ sets }: PolicyStep, digest: string): PolicySetRecord {
  const record = sets.find((set) => set.digest === digest);
  if (record === undefined) throw new WeftError('WEFT-POLICY-049', `a step of ${digest} does not hold it`);
  return record;
}

/** `global`, or a domain of the mesh. */
export function isScope(scope: string, topology: Topology): boolean {
  return scope === GLOBAL_SCOPE || topology.domains.some(({ name }) => name === scope);
}

/** The value, or the first problem as an error of the user. */
export function must<T>(checked: { ok: true; value: T } | { ok: false; problems: readonly Problem[] }): T {
  if (checked.ok) return checked.value;
  const [problem] = checked.problems as readonly [Problem];
  throw userError(problem.code, problem.message, { hint: problem.fix });
}
