import type { VersionState } from '#aws/registry.ts';
import { productOfSubscription } from '#aws/registry-keys.ts';
import { type Checked, userError } from '#mesh/error.ts';
import type { Plan } from '#mesh/plan/plan.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { approve, type Narrowing, reject, revoke } from '#mesh/subscription/transitions.ts';
import { authorize } from './authorize.ts';
import { bumped } from './bumped.ts';
import { optimistically } from './optimistic.ts';
import type { ApiDeps, Request } from './request.ts';
import { planOf } from './request-subscription.ts';
import { checkEnd, checkScope } from './scope.ts';

export interface DecisionWish extends Partial<AccessScope> {
  readonly decision: 'approve' | 'reject';
  readonly reason?: string;
  readonly expiresAt?: string;
}

/** A subscription of the version that its id carries. @throws WEFT-REQUEST-005 when there is none. */
export async function findSubscription(
  id: string,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<{ version: VersionState; subscription: SubscriptionRecord }> {
  const key = productOfSubscription(id);
  const version = key === undefined ? undefined : await deps.registry.version(key);
  const subscription = version?.subscriptions.find((entry) => entry.id === id);
  if (version === undefined || subscription === undefined) {
    throw userError('WEFT-REQUEST-005', `subscription \`${id}\` does not exist`, {
      hint: 'see `weft subscription list`',
    });
  }
  return { version, subscription };
}

/**
 * The owner's word on a request: a steward of the owning domain, never the one who asked; an approval may narrow and never widen.
 * @throws WEFT-AUTH-002, WEFT-REQUEST-002, -004, -005 and -006 with why the step is not allowed.
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
    authorize('subscription.decide', request.caller, { owner: subscription.domain, consumer: subscription.consumer });
    const act = actOf(request, deps, wish.reason);
    if (wish.decision === 'reject') {
      const rejected = allowed(reject(subscription, act), subscription);
      const record = { ...rejected, revision: subscription.revision + 1 };
      await deps.registry.write([{ record, replaces: subscription.revision }]);
      return { subscription: record };
    }
    refuseUnpublished(version.product);
    const ladder = topology.classification;
    const narrowing = narrowingOf(
      { ...wish, expiresAt: checkEnd(wish.expiresAt, deps.now()) },
      subscription,
      version,
      ladder,
    );
    const approved = allowed(approve(subscription, act, narrowing, ladder), subscription);
    const product = bumped(version.product, approved.change);
    const record = { ...approved, revision: subscription.revision + 1, generation: product.generation };
    const verdict = { effect: 'allow' as const, policies: [] };
    const plan = planOf(version, record, verdict, topology, deps.now().toISOString());
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record, replaces: subscription.revision },
    ]);
    return { subscription: record, plan };
  });
}

/** Ends a subscription: its access is taken away, and it counts as revoked when the read-back shows that nothing is left. @throws WEFT-AUTH-002, WEFT-REQUEST-005 and -006. */
export async function revokeSubscription(
  id: string,
  reason: string | undefined,
  request: Request,
  deps: ApiDeps,
): Promise<SubscriptionRecord> {
  return optimistically(async () => {
    const { version, subscription } = await findSubscription(id, deps);
    authorize('subscription.revoke', request.caller, { owner: subscription.domain, consumer: subscription.consumer });
    if (subscription.state === 'revoking' || subscription.state === 'revoked') return subscription;
    const next = allowed(revoke(subscription, actOf(request, deps, reason)), subscription);
    const product = bumped(version.product, next.change);
    const record = { ...next, revision: subscription.revision + 1, generation: product.generation };
    await deps.registry.write([
      { record: product, replaces: version.product.revision },
      { record, replaces: subscription.revision },
    ]);
    return record;
  });
}

/** Between a request and its approval the product may have ended. */
function refuseUnpublished(product: ProductRecord): void {
  if (isPublished(product)) return;
  throw userError('WEFT-REQUEST-003', `${productId(product)} v${product.major} is ${product.state}`, {
    hint: 'reject the request; it can be made again for a version that is active',
  });
}

export function actOf(request: Request, deps: Pick<ApiDeps, 'now'>, reason: string | undefined) {
  return { actor: request.caller.arn, at: deps.now().toISOString(), correlation: request.correlation, reason };
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

export function allowed(checked: Checked<SubscriptionRecord>, subscription: SubscriptionRecord): SubscriptionRecord {
  if (checked.ok) return checked.value;
  const why = checked.problems.map(({ message }) => message).join('; ');
  throw userError('WEFT-REQUEST-006', why, {
    problems: checked.problems,
    details: { subscription: subscription.id, state: subscription.state },
    hint: checked.problems.find(({ fix }) => fix !== undefined)?.fix,
  });
}
