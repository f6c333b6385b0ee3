import { userError } from '#mesh/error.ts';
import { combine } from '#mesh/policy/combine.ts';
import { type Decision, messages } from '#mesh/policy/decision.ts';
import type { AccessQuestion, AccessWish, PolicyPrincipal } from '#mesh/policy/question.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { applicationOf } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Caller } from './caller.ts';
import type { ApiDeps, Request } from './request.ts';

/** What an access decision is about. */
export interface AccessCase {
  readonly action: AccessQuestion['action'];
  readonly product: ProductRecord;
  readonly wish: AccessWish;
  /** The subscription that is renewed, shared or exported from. */
  readonly subscription?: string;
}

/** Asks policy about access; a whole account may pass on what it gets, so for one it is asked about that too. */
export async function decideAccess(
  { action, product, wish, subscription }: AccessCase,
  request: Pick<Request, 'caller'>,
  deps: Pick<ApiDeps, 'policy' | 'now' | 'topology'>,
): Promise<Decision> {
  const engine = await deps.policy();
  const actions = wish.wholeAccount === true && action !== 'export' ? ([action, 'share'] as const) : [action];
  const principal = actingFor(request.caller, wish, await deps.topology());
  const asked = { principal, now: deps.now().toISOString(), product, request: wish };
  const about = subscription === undefined ? asked : { ...asked, subscription };
  return combine([...new Set(actions)].map((each) => engine.decide({ action: each, ...about })));
}

/** Who asks for an application asks as that application: one that is not approved stands for all that the access is for. */
function actingFor(caller: Caller, { principals = [] }: AccessWish, topology: Topology): PolicyPrincipal {
  const applications = principals.map((role) => applicationOf(topology, role)).filter((found) => found !== undefined);
  const [application] = applications.toSorted(
    (a, b) => Number(a.state === 'approved') - Number(b.state === 'approved'),
  );
  if (application === undefined || caller.application?.state === 'suspended') return caller;
  return { ...caller, application: { name: application.name, state: application.state } };
}

/** @throws WEFT-POLICY-002 when policy refuses. */
export function refuseDenied(decision: Decision, { action, product }: Pick<AccessCase, 'action' | 'product'>): void {
  if (decision.effect !== 'deny') return;
  const what = action === 'subscribe' ? 'the subscription' : `to ${action} ${productId(product)}`;
  throw userError('WEFT-POLICY-002', `policy refuses ${what}: ${messages(decision)}`, {
    details: { policies: decision.policies, version: decision.version },
    hint: 'change what they ask for; weft policy show global tells the rules',
  });
}
