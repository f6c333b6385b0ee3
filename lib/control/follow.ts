import { WeftError } from '#mesh/error.ts';
import { decideSubscription } from '#mesh/policy/decide.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { messages } from './product-draft.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { checkScope } from './scope.ts';

/** A subscription that should follow a newer version: the one it got there, or why it got none. */
export interface Followed {
  readonly leader: SubscriptionRecord;
  readonly follower?: SubscriptionRecord;
  readonly reason?: string;
}

/**
 * The subscription of a newer version that follows one of an older: for the same roles, purpose and end, with what was approved there. The
 * steward who rolls out approves for the owner; what policy refuses, or needs others for, or no longer fits, does not follow.
 */
export async function follow(
  leader: SubscriptionRecord,
  product: ProductRecord,
  request: Request,
  deps: Pick<ApiDeps, 'now' | 'random'>,
  topology: Topology,
): Promise<Followed> {
  const { consumer, account, principals, purpose, requestedBy, expiresAt } = leader;
  const wanted = leader.approved ?? leader.requested;
  let scope: AccessScope;
  try {
    scope = checkScope(wanted, product, topology.classification);
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    return { leader, reason: error.message };
  }
  const verdict = decideSubscription(product, { consumer, scope, purpose, expiresAt }, topology);
  if (verdict.effect === 'deny') return { leader, reason: messages(verdict) };
  const at = deps.now();
  const change = changeBy(request, 'SubscriptionFollowed', at, {
    reason: `follows ${leader.id}`,
    policies: verdict.policies.map(({ id }) => id),
  });
  return {
    leader,
    follower: {
      type: 'subscription',
      id: `${product.domain}.${product.name}.v${product.major}.${consumer}.${deps.random()}`,
      domain: product.domain,
      product: product.name,
      major: product.major,
      consumer,
      account,
      principals,
      purpose,
      requestedBy,
      requested: scope,
      approved: scope,
      decidedBy: request.caller.arn,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      state: 'approved',
      follows: { subscription: leader.id },
      generation: product.generation,
      revision: 1,
      change,
      createdAt: at.toISOString(),
      status: { conditions: [] },
    },
  };
}
