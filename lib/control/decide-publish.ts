import { everyRecord, type VersionState } from '#aws/registry.ts';
import { compareProducts } from '#mesh/contract/compare-products.ts';
import type { ProductDraft } from '#mesh/contract/draft.ts';
import { userError } from '#mesh/error.ts';
import { combine } from '#mesh/policy/combine.ts';
import { type Decision, messages } from '#mesh/policy/decision.ts';
import type { PolicyEngine } from '#mesh/policy/engine.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps, Request } from './request.ts';

/** States of subscriptions whose holders a change would reach. */
const LIVE = new Set(['pending', 'approved', 'active', 'expiring']);

/**
 * Asks policy whether a draft may be published, and, where a version is there that it takes the place of, whether it may change to that.
 * @throws WEFT-POLICY-001 when policy refuses, -003 when it asks for somebody whom the caller is not.
 */
export async function decidePublish(
  draft: ProductDraft,
  current: VersionState | undefined,
  request: Request,
  deps: ApiDeps,
): Promise<Decision> {
  const [engine, topology] = await Promise.all([deps.policy(), deps.topology()]);
  const asked = { principal: request.caller, now: deps.now().toISOString(), product: draft };
  const others = await otherProducts(draft, engine, deps);
  const decisions = [engine.decide({ action: 'publish', ...asked, others })];
  if (current !== undefined && isPublished(current.product)) {
    const before = current.product;
    const changes = compareProducts(before, draft, topology.classification);
    const subscriptions = current.subscriptions.filter(({ state }) => LIVE.has(state)).length;
    decisions.push(engine.decide({ action: 'change', ...asked, before, changes, subscriptions }));
  }
  return settled(combine(decisions), draft, request.caller);
}

/** What a caller is asked for and has by itself is not asked again: a steward who publishes has the owner's word. */
function settled(decision: Decision, draft: ProductDraft, caller: Caller): Decision {
  const what = `${draft.domain}/${draft.name}`;
  if (decision.effect === 'deny') {
    throw userError('WEFT-POLICY-001', `policy refuses ${what}: ${messages(decision)}`, {
      details: { policies: decision.policies, version: decision.version },
      hint: 'change what they ask for; weft policy show global tells the rules',
    });
  }
  if (decision.effect === 'allow') return decision;
  const { approvers = ['owner'], ...rest } = decision;
  const missing = approvers.filter(
    (name) => !(name === 'owner' && caller.domain === draft.domain && caller.kind === 'steward'),
  );
  if (missing.length === 0) return { ...rest, effect: 'allow' };
  throw userError(
    'WEFT-POLICY-003',
    `policy asks for the word of ${missing.join(' and ')} on ${what}: ${messages(decision)}`,
    {
      details: { policies: decision.policies, approvers: missing },
      hint: missing.includes('owner')
        ? `a steward of ${draft.domain} has to publish it`
        : `ask ${missing.join(' and ')}`,
    },
  );
}

/** Every other product of the mesh, when a policy in force compares with them; retired ones claim nothing. */
async function otherProducts(
  draft: ProductDraft,
  engine: PolicyEngine,
  { registry }: Pick<ApiDeps, 'registry'>,
): Promise<ProductRecord[]> {
  const facts = ['rivals', 'keyConflicts'];
  if (!facts.some((fact) => engine.reads('publish', draft.domain, fact))) return [];
  const others: ProductRecord[] = [];
  for await (const product of everyRecord(registry, 'product')) {
    if (product.domain === draft.domain && product.name === draft.name) continue;
    if (isPublished(product)) others.push(product);
  }
  return others;
}
