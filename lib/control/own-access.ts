import { createHash } from 'node:crypto';
import { canonicalText } from '#mesh/canonical.ts';
import { covers, type EntitlementRecord, isStanding } from '#mesh/entitlement/entitlement.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Condition, condition } from '#mesh/record.ts';
import { hasEnded } from '#mesh/subscription/end.ts';
import { SUSPENDED } from '#mesh/subscription/readiness.ts';
import { holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { roleKey } from '#mesh/topology/rules.ts';
import type { Caller } from './caller.ts';
import { versionOf } from './products.ts';
import type { ApiDeps } from './request.ts';

/** What the mesh knows of a caller's own access to one version of a product. */
export interface OwnAccess {
  /** `<domain>/<product>`. */
  readonly product: string;
  readonly major: number;
  /** The ids of the live subscriptions and entitlements that give it; empty: none does. */
  readonly through: readonly string[];
  /** True when there is some, and all that was decided has been read back of both accounts: nothing is on its way. */
  readonly settled: boolean;
  /** SHA-256 over the revisions of everything that decides what the caller reads: another one means that something of it changed. */
  readonly digest: string;
}

/**
 * Tells a caller by what he has access to a product, and a digest that changes with whatever decides what he sees.
 * @throws WEFT-PRODUCT-001, -002.
 */
export async function ownAccess(
  name: { readonly domain: string; readonly name: string; readonly major?: number },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology' | 'policies' | 'now'>,
): Promise<OwnAccess> {
  const now = deps.now().toISOString();
  const version = await versionOf(name, deps);
  const [entitlements, domains, policies, topology] = await Promise.all([
    deps.registry.entitlements(),
    deps.registry.domains(),
    deps.policies.store.heads(),
    deps.topology(),
  ]);
  const { product, shares } = version;
  // All of the account's, whoever they are for: what one that ends leaves behind for a moment is seen by others too.
  const subscriptions = version.subscriptions.filter(({ account }) => account === caller.account);
  const standing = entitlements.filter(
    (entry) => caller.domain !== undefined && entry.consumers.includes(caller.domain) && reaches(entry, product.domain),
  );
  const received = shares.filter(({ intent }) => intent.consumer === caller.domain);
  const giving = [
    ...subscriptions.filter((entry) => gives(entry, caller, now)),
    ...standing.filter((entry) => isStanding(entry, now)),
  ];
  const stopped = domains.some(
    ({ name: domain, stops }) => [product.domain, caller.domain].includes(domain) && stops.length > 0,
  );
  const facts = {
    caller: roleKey(caller.arn) ?? caller.arn,
    product: product.revision,
    subscriptions: subscriptions.map(revisionOf),
    entitlements: standing.map(revisionOf),
    shares: received.map(({ revision }) => revision),
    domains: domains.map(({ name: domain, revision }) => ({ domain, revision })),
    policies: policies.map(({ scope, inForce }) => ({ scope, inForce })),
    topology,
  };
  return {
    product: productId(product),
    major: product.major,
    through: giving.map(({ id }) => id),
    settled:
      giving.length > 0 &&
      !stopped &&
      isShared(product) &&
      subscriptions.every((entry) => isSettled(entry, now)) &&
      standing.every((entry) => entry.state === 'active' && isStanding(entry, now)) &&
      received.every(({ generation, applied }) => applied?.ok === true && applied.generation >= generation),
    digest: createHash('sha256').update(canonicalText(facts)).digest('hex'),
  };
}

/** True for a live subscription of the caller's role, or of its whole account. */
function gives(subscription: SubscriptionRecord, caller: Caller, now: string): boolean {
  const role = roleKey(caller.arn);
  const named =
    subscription.wholeAccount === true
      ? subscription.account === caller.account
      : role !== undefined && subscription.principals.some((principal) => roleKey(principal) === role);
  return named && holdsAccess(subscription) && !isSuspended(subscription) && !hasEnded(subscription, now);
}

/** Whether an entitlement gives or will give something of the domain's products, or gave what is not read back as gone: an expired one gives until then. */
function reaches({ selector, state, status }: EntitlementRecord, domain: string): boolean {
  return covers(selector, domain) && state !== 'revoked' && status.endedAt === undefined;
}

/** Whether the grants of the governance account were read back as they shall be since the last decision about the product. */
function isShared(product: ProductRecord): boolean {
  const shared = condition(product, 'Shared');
  return !isSuspended(product) && shared?.status === 'true' && shared.generation >= product.generation;
}

/** Whether nothing that a subscription gives or gave is on its way, in either account. */
function isSettled(subscription: SubscriptionRecord, now: string): boolean {
  const { state, approved, status, generation } = subscription;
  if (state === 'pending' || state === 'rejected' || state === 'revoked') return true;
  if (!holdsAccess(subscription)) return approved === undefined || status.endedAt !== undefined;
  if (hasEnded(subscription, now)) return false;
  const [shared, linked] = (['Shared', 'Linked'] as const).map((type) => condition(subscription, type));
  const isAt = (found: Condition | undefined) => found !== undefined && found.generation >= generation;
  if (!isAt(shared) || !isAt(linked)) return false;
  return isSuspended(subscription)
    ? shared?.reason === SUSPENDED && linked?.reason === SUSPENDED
    : shared?.status === 'true' && linked?.status === 'true';
}

function revisionOf({ id, revision }: { readonly id: string; readonly revision: number }) {
  return { id, revision };
}
