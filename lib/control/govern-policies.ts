import type { PolicyStore } from '#aws/registry-policies.ts';
import { userError } from '#mesh/error.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import { GLOBAL_SCOPE, type PolicySet } from '#mesh/policy/policy-sets.ts';
import { decidingCouncil } from '#mesh/policy-set/council.ts';
import type { PolicySetRecord, Vote } from '#mesh/policy-set/policy-set.ts';
import { bytesOf, MAX_SET_BYTES, vote } from '#mesh/policy-set/transitions.ts';
import { type Council, councilOf, isPartner } from '#mesh/topology/rules.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import type { Cursors } from './cursors.ts';
import { optimistically } from './optimistic.ts';
import { type List, pageOf, rowsBehind } from './paged.ts';
import {
  digestOf,
  isScope,
  must,
  type PolicyDeps,
  proposeSet,
  recordIn,
  stateOf,
  takeDeployed,
} from './policy-sets.ts';
import type { Request } from './request.ts';

/** What one scope has, as people read it. */
export interface ScopeStatus {
  readonly scope: string;
  readonly inForce: PolicySetRecord;
  readonly proposed?: PolicySetRecord;
  /** Who decides about the open proposal, or the next one. */
  readonly council: Council;
  /** What `mesh.yaml` names as the council, where it is another than the one that decides: it counts from the next set on. */
  readonly nextCouncil?: Council;
}

/** Versions that came with the stacks and were not taken in, for something is wrong with them. */
export interface RefusedDeployment {
  readonly scope: string;
  readonly digest: string;
  readonly problems: readonly string[];
}

/** A set that somebody wants to be in force. */
export interface PolicyWish {
  readonly scope: string;
  readonly files: PolicySet['files'];
  readonly reason?: string;
}

/** What somebody says of a proposal. */
export interface PolicyVote {
  readonly decision: Vote['choice'];
  readonly reason?: string;
}

/** Scopes whose sets are read at once, and how often for one page. */
const SCOPES = 25;
const PORTIONS = 8;

/** What is in force and proposed, of every scope, the global one first; what was refused is told with the first page. @throws WEFT-API-011, -012. */
export async function listPolicies(
  query: PageQuery,
  deps: PolicyDeps,
  cursors: Cursors,
): Promise<{ scopes: ListPage<ScopeStatus>; refused: RefusedDeployment[] }> {
  await takeDeployed(deps);
  const topology = await deps.topology();
  const heads = await deps.store.heads();
  const list: List<ScopeStatus> = {
    route: 'GET /policies',
    filter: {},
    reads: PORTIONS,
    async *read(after) {
      const placed = heads.map(({ scope }) => ({ place: [scope === GLOBAL_SCOPE ? '1' : '2', scope] }));
      const rows = rowsBehind(placed, after);
      for (let index = 0; index < rows.length; index += SCOPES) {
        const some = rows.slice(index, index + SCOPES).map(async ({ place }) => ({
          place,
          entry: await statusOf(place.at(-1) ?? '', topology, deps.store),
        }));
        yield { rows: await Promise.all(some), more: index + SCOPES < rows.length };
      }
    },
  };
  const scopes = await pageOf(list, query, { cursors });
  return { scopes, refused: query.next === undefined ? await refusedDeployments(deps) : [] };
}

async function statusOf(scope: string, topology: Topology, store: PolicyStore): Promise<ScopeStatus> {
  const { head, inForce, proposed } = await stateOf(scope, store);
  if (inForce === undefined) throw unknownVersion(scope, head?.inForce ?? '');
  const council = decidingCouncil(scope, head, topology);
  const named = councilOf(topology);
  const differs = scope === GLOBAL_SCOPE && JSON.stringify(named) !== JSON.stringify(council);
  return {
    scope,
    inForce,
    ...(proposed === undefined ? {} : { proposed }),
    council,
    ...(differs ? { nextCouncil: named } : {}),
  };
}

async function refusedDeployments({ deployed, check, store }: PolicyDeps): Promise<RefusedDeployment[]> {
  const refused: RefusedDeployment[] = [];
  for (const set of deployed()) {
    if ((await store.version(set.scope, set.digest)) !== undefined) continue;
    const problems = (await check(set)).map(({ message }) => message);
    refused.push({ scope: set.scope, digest: set.digest, problems });
  }
  return refused;
}

/** One version with its texts, and every other version of its scope, newest first. `version` may be shortened to six characters or more. */
export async function showPolicy(
  scope: string,
  version: string,
  { store }: PolicyDeps,
): Promise<{ set: PolicySetRecord; files: PolicySet['files']; versions: PolicySetRecord[] }> {
  const versions = await store.versions(scope);
  const set = resolve(scope, version, versions);
  return { set, files: (await store.whole(scope, set.digest)).files ?? {}, versions };
}

/**
 * Proposes a set for a scope.
 * @throws WEFT-POLICY-040 when something is wrong with it, -041 to -043, -046 for a scope that is none, WEFT-AUTH-002.
 */
export async function proposePolicies(wish: PolicyWish, request: Request, deps: PolicyDeps): Promise<PolicySetRecord> {
  const topology = await deps.topology();
  const { scope, files, reason } = wish;
  if (!isScope(scope, topology)) throw unknownScope(scope, topology);
  authorize('policy.propose', request.caller, { owner: speaksFor(scope, request.caller, topology) });
  const set = { scope, files, digest: digestOf(files) };
  // Before it is parsed: what is too big to be kept is not worth the time.
  const problems = bytesOf(set) > MAX_SET_BYTES ? [] : await deps.check(set);
  if (problems.length > 0) {
    throw userError('WEFT-POLICY-040', `the policies of \`${scope}\` are not well formed`, {
      problems,
      hint: 'run `weft policy check`, which shows each problem in its file',
    });
  }
  await takeDeployed(deps);
  return optimistically(() => proposeSet(set, actOf(request, deps.now(), reason), topology, deps.store));
}

/**
 * Says yes or no to an open proposal, for the caller's domain; the same again changes nothing.
 * @throws WEFT-POLICY-044 when it is not open, -045 when the domain has no voice, WEFT-AUTH-002 when the caller is no steward.
 */
export async function decidePolicies(
  scope: string,
  version: string,
  said: PolicyVote,
  request: Request,
  deps: PolicyDeps,
): Promise<PolicySetRecord> {
  const topology = await deps.topology();
  authorize('policy.decide', request.caller, { owner: request.caller.domain });
  return optimistically(async () => {
    const { digest } = resolve(scope, version, await deps.store.versions(scope));
    const state = await stateOf(scope, deps.store);
    const council = decidingCouncil(scope, state.head, topology);
    const choice = { voice: request.caller.domain ?? '', choice: said.decision };
    const step = must(vote(state, digest, choice, council, actOf(request, deps.now(), said.reason)));
    if (step === undefined) return state.proposed as PolicySetRecord;
    await deps.store.write(step);
    return recordIn(step, digest);
  });
}

/** For `global` every domain may propose but partners; for a domain it is the domain. */
function speaksFor(scope: string, { domain }: Caller, topology: Topology): string | undefined {
  if (scope !== GLOBAL_SCOPE) return scope;
  const own = domain === undefined ? undefined : domainNamed(topology, domain);
  return own === undefined || isPartner(own) ? undefined : domain;
}

function actOf({ caller, correlation }: Request, at: Date, reason: string | undefined) {
  return { actor: caller.arn, at: at.toISOString(), correlation, ...(reason === undefined ? {} : { reason }) };
}

function resolve(scope: string, version: string, versions: readonly PolicySetRecord[]): PolicySetRecord {
  const found = version.length < 6 ? [] : versions.filter(({ digest }) => digest.startsWith(version));
  const [set] = found;
  if (set === undefined || found.length > 1) throw unknownVersion(scope, version);
  return set;
}

function unknownVersion(scope: string, version: string) {
  return userError('WEFT-POLICY-046', `the policies of \`${scope}\` have no version \`${version}\``, {
    hint: 'see `weft policy list`; a version may be shortened to six characters or more',
  });
}

function unknownScope(scope: string, { domains }: Topology) {
  return userError('WEFT-POLICY-046', `\`${scope}\` is neither \`${GLOBAL_SCOPE}\` nor a domain of the mesh`, {
    hint: `use ${GLOBAL_SCOPE} or one of ${domains.map(({ name }) => name).join(', ')}`,
  });
}
