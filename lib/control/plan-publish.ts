import { compileAccess } from '#mesh/access/compile.ts';
import { centralTables } from '#mesh/contract/central-tables.ts';
import { compareProducts } from '#mesh/contract/compare-products.ts';
import { buildPlan, type Plan } from '#mesh/plan/plan.ts';
import { isPublished } from '#mesh/product/life.ts';
import { databaseName } from '#mesh/topology/names.ts';
import { decidePublish } from './decide-publish.ts';
import { declared } from './declared-state.ts';
import { affectedBy } from './lineage-impact.ts';
import { acceptDraft, digestOf, type ProductFiles, refuseBreaking } from './product-draft.ts';
import { nextRecord } from './publish.ts';
import type { ApiDeps, Request } from './request.ts';
import { refuseLive } from './retire.ts';

/** What publishing would do, against what the registry says is there; refused for the same reasons as publishing. */
export async function planPublish(files: ProductFiles, request: Request, deps: ApiDeps): Promise<Plan> {
  const topology = await deps.topology();
  const draft = acceptDraft(files, request.caller, topology);
  const versions = await deps.registry.versions(draft);
  const current = versions.find(({ product }) => product.major === draft.major);
  const life = declared(draft, current, request, deps);
  if (current !== undefined && isPublished(current.product)) await refuseBreaking(current, draft, topology, deps);
  const verdict = await decidePublish(draft, current, request, deps);
  const next = nextRecord(draft, life, { contractDigest: digestOf(draft), verdict, current, versions, request, deps });
  const { subscriptions = [], shares = [] } = current ?? {};
  if (life.state === 'retired') refuseLive(next, subscriptions);
  // Proposals, drafts and what is retired have nothing in the central catalog.
  const there = current !== undefined && isPublished(current.product) ? current.product : undefined;
  const published = isPublished(next);
  const now = deps.now().toISOString();
  const before = there && compileAccess(there, subscriptions, shares, topology, now);
  const access = compileAccess(next, subscriptions, shares, topology, now);
  const changes = there === undefined || !published ? [] : compareProducts(there, draft, topology.classification);
  const downstream = await affectedBy(next, changes, deps);
  const plan = buildPlan({
    verdict,
    database: databaseName(draft.domain, draft.name, draft.major),
    tables: published ? centralTables(next, topology) : [],
    access: published ? access : { ...access, definerGrants: [] },
    actual: {
      tables: there === undefined ? (published ? undefined : []) : centralTables(there, topology),
      filters: before?.filters ?? [],
      grants: [...(before?.accountGrants ?? []), ...(before?.definerGrants ?? [])],
    },
  });
  return downstream.length === 0 ? plan : { ...plan, downstream };
}
