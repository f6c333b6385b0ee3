import type { VersionState } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { type Decision, decisionStamp } from '#mesh/policy/decision.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { isSameParty, OWNER } from '#mesh/subscription/approval.ts';
import { narrow, narrowEnd } from '#mesh/subscription/narrowing.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { approve, type Narrowing, reject, revoke } from '#mesh/subscription/transitions.ts';
import { recertifyDaysOf } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { approversIn, voiceOf } from './approvers.ts';
import { authorize, may } from './authorize.ts';
import { bumped } from './bumped.ts';
import { callerOf } from './caller.ts';
import { decideAccess, refuseDenied } from './decide-access.ts';
import { optimistically } from './optimistic.ts';
import { decideRenewal } from './renew.ts';
import type { ApiDeps, Request } from './request.ts';
import { planOf } from './request-subscription.ts';
import { checkEnd, checkScope } from './scope.ts';
import { actOf, allowed, type DecisionWish, findSubscription, union } from './subscription-act.ts';

export { actOf, allowed, type DecisionWish, findSubscription } from './subscription-act.ts';

import { settleRollout } from './take-back.ts';

/**
 * The word of a class of approvers on a request, or on a renewal that waits. An approval may narrow and never widen; the last class that the decision named makes it
 * count. Policy is asked again as of now: what it refuses by then is refused, and classes that it names in addition have to approve, too.
 * @throws WEFT-AUTH-002, WEFT-POLICY-002, WEFT-REQUEST-002, -004, -005 and -006 with why the step is not allowed.
 */
export async function decide(
  id: string,
  wish: DecisionWish,
  request: Request,
  deps: ApiDeps,
): Promise<{ subscription: SubscriptionRecord; plan?: Plan }> {
  const topology = await deps.topology();
  return optimistically(async () => {
    const { version, subscription } = await findSubscription(id, deps);
    if (subscription.renewal !== undefined) {
      return { subscription: await decideRenewal({ version, subscription }, wish, request, deps) };
    }
    const subject = { ...subscription, owner: subscription.domain };
    const act = actOf(request, deps, wish.reason);
    if (wish.decision === 'reject') {
      if (!may('subscription.reject', request.caller, { owner: subscription.domain })) {
        voiceOf(request.caller, subject, topology, wish.class);
      }
      const rejected = allowed(reject(subscription, act), subscription);
      const record = { ...rejected, revision: subscription.revision + 1 };
      await deps.registry.write([{ record, replaces: subscription.revision }]);
      return { subscription: record };
    }
    voiceOf(request.caller, subject, topology, wish.class);
    refuseUnpublished(version.product);
    const ladder = topology.classification;
    const narrowing = narrowingOf(
      { ...wish, expiresAt: checkEnd(wish.expiresAt, deps.now()) },
      subscription,
      version,
      ladder,
    );
    const verdict = await askAgain(subscription, narrowing, version.product, topology, deps);
    const approvers = union(subscription.approvers ?? [OWNER], verdict.effect === 'ask' ? approversIn(verdict) : []);
    const terms = {
      as: voiceOf(request.caller, { ...subject, approvers }, topology, wish.class),
      approvers,
      recertifyDays: recertifyDaysOf(topology, version.product.classification),
    };
    const by = { ...act, policies: decisionStamp(verdict).policies };
    const approved = allowed(approve(subscription, by, narrowing, ladder, terms), subscription);
    const revision = subscription.revision + 1;
    const now = deps.now().toISOString();
    if (approved.state === 'pending') {
      const record = { ...approved, revision };
      await deps.registry.write([{ record, replaces: subscription.revision }]);
      return { subscription: record, plan: planOf(version, record, verdict, topology, now) };
    }
    const product = bumped(version.product, approved.change);
    const record = { ...approved, revision, generation: product.generation };
    const plan = planOf(version, record, verdict, topology, now);
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record, replaces: subscription.revision },
    ]);
    return { subscription: record, plan };
  });
}

/** What policy says now of what would be approved, for whoever asked for it. */
async function askAgain(
  subscription: SubscriptionRecord,
  narrowing: Narrowing,
  product: ProductRecord,
  topology: Topology,
  deps: ApiDeps,
): Promise<Decision> {
  const { requested, narrowed, requestedBy, consumer, purpose, principals, wholeAccount } = subscription;
  const narrower = narrow(requested, narrowing, topology.classification, narrowed);
  const access = {
    action: 'subscribe' as const,
    product,
    wish: {
      consumer,
      purpose,
      principals,
      scope: narrower.ok ? narrower.value : requested,
      expiresAt: narrowEnd(subscription.expiresAt, narrowing.expiresAt),
      ...(wholeAccount === undefined ? {} : { wholeAccount }),
    },
  };
  const verdict = await decideAccess(access, { caller: callerOf(requestedBy, topology) }, deps);
  refuseDenied(verdict, access);
  return verdict;
}

/** Ends a subscription: its access is taken away, and it counts as revoked when the read-back shows that nothing is left. @throws WEFT-AUTH-002, WEFT-REQUEST-005 and -006. */
export async function revokeSubscription(
  id: string,
  reason: string | undefined,
  request: Request,
  deps: ApiDeps,
): Promise<SubscriptionRecord> {
  const { ended, canary } = await optimistically(async () => {
    const { version, subscription } = await findSubscription(id, deps);
    const withdraws = subscription.state === 'pending' && isSameParty(subscription.requestedBy, request.caller.arn);
    const sides = { owner: subscription.domain, consumer: subscription.consumer };
    if (!withdraws) authorize('subscription.revoke', request.caller, sides);
    if (subscription.state === 'revoking' || subscription.state === 'revoked')
      return { ended: subscription, canary: false };
    const next = allowed(revoke(subscription, actOf(request, deps, reason)), subscription);
    const product = bumped(version.product, next.change);
    const record = { ...next, revision: subscription.revision + 1, generation: product.generation };
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record, replaces: subscription.revision },
    ]);
    return { ended: record, canary: version.product.rollout !== undefined };
  });
  // What follows it by a rollout goes with it.
  if (canary) await settleRollout(ownerOf(ended), actOf(request, deps, reason), deps);
  return ended;
}

function ownerOf({ domain, product }: SubscriptionRecord): { domain: string; name: string } {
  return { domain, name: product };
}

/** Between a request and its approval the product may have ended. */
function refuseUnpublished(product: ProductRecord): void {
  if (isPublished(product)) return;
  throw userError('WEFT-REQUEST-003', `${productId(product)} v${product.major} is ${product.state}`, {
    hint: 'reject the request; it can be made again for a version that is active',
  });
}

function narrowingOf(
  { clearance, tables, columns, rows, expiresAt }: DecisionWish,
  subscription: SubscriptionRecord,
  { product }: VersionState,
  ladder: readonly string[],
): Narrowing {
  const scope = checkScope(
    { clearance: clearance ?? subscription.requested.clearance, tables, columns, rows },
    product,
    ladder,
  );
  const given = Object.entries({ ...scope, clearance, expiresAt }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Narrowing;
}
