import { WeftError } from '#mesh/error.ts';
import { decisionStamp, messages } from '#mesh/policy/decision.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { missingApprovals } from '#mesh/subscription/approval.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { approve } from '#mesh/subscription/transitions.ts';
import { recertifyDaysOf } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { callerOf } from './caller.ts';
import { decideAccess } from './decide-access.ts';
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
  deps: Pick<ApiDeps, 'now' | 'random' | 'policy' | 'topology'>,
  topology: Topology,
): Promise<Followed> {
  const { consumer, account, principals, purpose, requestedBy, expiresAt, wholeAccount } = leader;
  const whole = wholeAccount === undefined ? {} : { wholeAccount };
  const wanted = leader.approved ?? leader.requested;
  const answer = await settle(async () => {
    const scope = checkScope(wanted, product, topology.classification);
    const wish = { consumer, scope, purpose, expiresAt, principals, ...whole };
    const asker = { caller: callerOf(requestedBy, topology) };
    return { scope, verdict: await decideAccess({ action: 'subscribe', product, wish }, asker, deps) };
  });
  if ('reason' in answer) return { leader, reason: answer.reason };
  const { scope, verdict } = answer;
  if (verdict.effect === 'deny') return { leader, reason: messages(verdict) };
  const at = deps.now();
  const reason = `follows ${leader.id}`;
  const decided = decisionStamp(verdict);
  const { approvers } = verdict;
  const pending: SubscriptionRecord = {
    type: 'subscription',
    id: `${product.domain}.${product.name}.v${product.major}.${consumer}.${deps.random()}`,
    domain: product.domain,
    product: product.name,
    major: product.major,
    consumer,
    account,
    principals,
    ...whole,
    purpose,
    requestedBy,
    requested: scope,
    ...(approvers === undefined ? {} : { approvers }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    state: 'pending',
    follows: { subscription: leader.id },
    generation: product.generation,
    revision: 1,
    change: changeBy(request, 'SubscriptionFollowed', at, { reason, ...decided }),
    createdAt: at.toISOString(),
    status: { conditions: [] },
  };
  const actor = verdict.effect === 'allow' ? 'weft:policy' : request.caller.arn;
  const act = { actor, at: at.toISOString(), correlation: request.correlation, reason, policies: decided.policies };
  const recertifyDays = recertifyDaysOf(topology, product.classification);
  const approved = approve(pending, act, {}, topology.classification, { recertifyDays });
  if (!approved.ok) return { leader, reason: approved.problems.map(({ message }) => message).join('; ') };
  if (approved.value.state !== 'approved') {
    return { leader, reason: `needs the word of ${missingApprovals(approved.value).join(' and ')}` };
  }
  return { leader, follower: { ...approved.value, ...earlier(leader, approved.value) } };
}

/** A rollout puts no certification off. */
function earlier(leader: SubscriptionRecord, follower: SubscriptionRecord): Pick<SubscriptionRecord, 'recertifyBy'> {
  const [recertifyBy] = [leader.recertifyBy, follower.recertifyBy].filter((time) => time !== undefined).toSorted();
  return recertifyBy === undefined ? {} : { recertifyBy };
}

/** What does not fit the newer version is told, not thrown. */
async function settle<T extends object>(work: () => Promise<T>): Promise<T | { readonly reason: string }> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof WeftError && error.source === 'user') return { reason: error.message };
    throw error;
  }
}
