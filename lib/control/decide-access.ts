import { userError } from '#mesh/error.ts';
import { combine } from '#mesh/policy/combine.ts';
import { type Decision, messages } from '#mesh/policy/decision.ts';
import type { AccessQuestion, AccessWish } from '#mesh/policy/question.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
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
  deps: Pick<ApiDeps, 'policy' | 'now'>,
): Promise<Decision> {
  const engine = await deps.policy();
  const actions = wish.wholeAccount === true && action !== 'export' ? ([action, 'share'] as const) : [action];
  const asked = { principal: request.caller, now: deps.now().toISOString(), product, request: wish };
  const about = subscription === undefined ? asked : { ...asked, subscription };
  return combine([...new Set(actions)].map((each) => engine.decide({ action: each, ...about })));
}

/** @throws WEFT-POLICY-002 when policy refuses. */
export function refuseDenied(decision: Decision, { action, product }: Pick<AccessCase, 'action' | 'product'>): void {
  if (decision.effect !== 'deny') return;
  const what = action === 'subscribe' ? 'the subscription' : `to ${action} ${productId(product)}`;
  throw userError('WEFT-POLICY-002', `policy refuses ${what}: ${messages(decision)}`, {
    details: { policies: decision.policies },
  });
}
