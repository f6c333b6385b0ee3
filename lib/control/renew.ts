import type { VersionState } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import { type Decision, decisionStamp } from '#mesh/policy/decision.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { isSameParty, OWNER } from '#mesh/subscription/approval.ts';
import { endOf } from '#mesh/subscription/end.ts';
import { approveRenewal, rejectRenewal, requestRenewal } from '#mesh/subscription/renewal.ts';
import type { Act } from '#mesh/subscription/step.ts';
import type { Renewal, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { recertifyDaysOf } from '#mesh/topology/rules.ts';
import { approversIn, voiceOf } from './approvers.ts';
import { authorize, may } from './authorize.ts';
import { bumped } from './bumped.ts';
import { type Caller, callerOf } from './caller.ts';
import { decideAccess, refuseDenied } from './decide-access.ts';
import { optimistically } from './optimistic.ts';
import type { ApiDeps, Request } from './request.ts';
import { checkEnd } from './scope.ts';
import { actOf, allowed, type DecisionWish, findSubscription, union } from './subscription-act.ts';

export interface RenewalRequest {
  /** The new end; absent: it is certified again and ends when it would have. */
  readonly until?: string;
  readonly reason?: string;
}

interface Found {
  readonly version: VersionState;
  readonly subscription: SubscriptionRecord;
}

/**
 * Lets a subscription go on: policy allows it at once, or names classes that have to approve. The consumer's side asks; a steward of the owner certifies with the
 * same command. Nothing but the end moves.
 * @throws WEFT-AUTH-002, WEFT-POLICY-002, WEFT-REQUEST-003 to -006.
 */
export async function renewSubscription(
  id: string,
  wish: RenewalRequest,
  request: Request,
  deps: ApiDeps,
): Promise<SubscriptionRecord> {
  const topology = await deps.topology();
  return optimistically(async () => {
    const { version, subscription } = await findSubscription(id, deps);
    const { domain: owner, consumer } = subscription;
    authorize('subscription.renew', request.caller, { owner, consumer });
    const until = checkEnd(wish.until, deps.now());
    const side = sideOf(subscription, request.caller);
    const verdict = await askPolicy(subscription, until, side === 'owner' ? undefined : request.caller, version, deps);
    const approvers = verdict.effect === 'ask' ? approversIn(verdict) : [];
    const act = { ...actOf(request, deps, wish.reason), policies: decisionStamp(verdict).policies };
    const asked = allowed(requestRenewal(subscription, act, { side, until, approvers }), subscription);
    const recertifyDays = recertifyDaysOf(topology, version.product.classification);
    const byPolicy = verdict.effect === 'allow';
    const certified = side === 'owner' && approvers.includes(OWNER);
    const next =
      byPolicy || certified
        ? allowed(approveRenewal(asked, byPolicy ? byPolicyFor(act) : act, { recertifyDays }), asked)
        : asked;
    return write(next, subscription, version.product, deps);
  });
}

/** The word on a renewal that waits. @throws WEFT-AUTH-002, WEFT-POLICY-002, WEFT-REQUEST-002, -004 and -006. */
export async function decideRenewal(
  { version, subscription }: Found,
  wish: DecisionWish,
  request: Request,
  deps: ApiDeps,
): Promise<SubscriptionRecord> {
  const topology = await deps.topology();
  const renewal = subscription.renewal as Renewal;
  const { domain: owner, consumer } = subscription;
  const act = actOf(request, deps, wish.reason);
  const subject = { ...renewal, owner };
  if (wish.decision === 'reject') {
    const own = renewal.side === 'consumer' && may('subscription.renew', request.caller, { consumer });
    if (!own && !may('subscription.reject', request.caller, { owner })) {
      voiceOf(request.caller, subject, topology, wish.class);
    }
    return write(allowed(rejectRenewal(subscription, act), subscription), subscription, version.product, deps);
  }
  voiceOf(request.caller, subject, topology, wish.class);
  const { clearance, tables, columns, rows } = wish;
  if ([clearance, tables, columns, rows].some((part) => part !== undefined)) {
    throw userError('WEFT-REQUEST-002', 'a renewal changes nothing but the end', {
      hint: 'reject it and revoke the subscription, to let less be asked for',
    });
  }
  const until = checkEnd(wish.expiresAt, deps.now());
  const asker = renewal.side === 'owner' ? undefined : callerOf(renewal.requestedBy, topology);
  const verdict = await askPolicy(subscription, until ?? renewal.until, asker, version, deps);
  const approvers = union(renewal.approvers, verdict.effect === 'ask' ? approversIn(verdict) : []);
  const terms = {
    as: voiceOf(request.caller, { ...subject, approvers }, topology, wish.class),
    approvers,
    recertifyDays: recertifyDaysOf(topology, version.product.classification),
    until,
  };
  const by = { ...act, policies: decisionStamp(verdict).policies };
  return write(allowed(approveRenewal(subscription, by, terms), subscription), subscription, version.product, deps);
}

/** The trail keeps who asked, where policy decides at once. */
function byPolicyFor(act: Act): Act {
  return { ...act, actor: 'weft:policy', reason: act.reason ?? `asked by ${act.actor}` };
}

/** The owner's steward speaks for the owner, unless it is the very one who asked for the subscription. */
function sideOf({ domain, requestedBy }: SubscriptionRecord, caller: Caller): Renewal['side'] {
  return may('subscription.renew', caller, { owner: domain }) && !isSameParty(requestedBy, caller.arn)
    ? 'owner'
    : 'consumer';
}

/** What policy says of going on; `asker` undefined: the owner certifies what was asked for once, by whoever asked then. */
async function askPolicy(
  subscription: SubscriptionRecord,
  until: string | undefined,
  asker: Caller | undefined,
  { product }: VersionState,
  deps: ApiDeps,
): Promise<Decision> {
  refuseEnded(product);
  const { id, consumer, approved, requested, purpose, principals, expiresAt, wholeAccount, requestedBy } = subscription;
  const access = {
    action: 'renew' as const,
    product,
    subscription: id,
    wish: {
      consumer,
      purpose,
      principals,
      scope: approved ?? requested,
      expiresAt: until ?? expiresAt,
      ...(wholeAccount === undefined ? {} : { wholeAccount }),
    },
  };
  const caller = asker ?? callerOf(requestedBy, await deps.topology());
  const verdict = await decideAccess(access, { caller }, deps);
  refuseDenied(verdict, access);
  return verdict;
}

function refuseEnded(product: ProductRecord): void {
  if (isPublished(product)) return;
  throw userError('WEFT-REQUEST-003', `${productId(product)} v${product.major} is ${product.state}`, {
    hint: 'subscribe to a version that is active',
  });
}

/** With an end that moved the product's generation is raised: the consumer's agent, which ends access by its own clock, has to know before the former end comes. */
async function write(
  next: SubscriptionRecord,
  former: SubscriptionRecord,
  product: ProductRecord,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<SubscriptionRecord> {
  const record = { ...next, revision: former.revision + 1 };
  const moved = endOf(next)?.at !== endOf(former)?.at;
  await deps.registry.write([
    ...(moved ? [{ record: bumped(product, next.change), replaces: product.revision }] : []),
    { record, replaces: former.revision },
  ]);
  return record;
}
