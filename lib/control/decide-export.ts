import type { VersionState } from '#aws/registry.ts';
import { standingViewers } from '#mesh/access/standing.ts';
import { userError } from '#mesh/error.ts';
import { combine } from '#mesh/policy/combine.ts';
import { type Decision, decisionStamp, messages } from '#mesh/policy/decision.ts';
import type { AccessWish } from '#mesh/policy/question.ts';
import { productId } from '#mesh/product/product.ts';
import { holdsAccess } from '#mesh/subscription/subscription.ts';
import { roleKey } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { decideAccess } from './decide-access.ts';
import { versionOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

/** How long an export that was allowed is told of in the registry, in seconds; the trail keeps it. */
const KEPT = 400 * 86_400;

export interface ExportWish {
  readonly domain: string;
  readonly name: string;
  readonly major?: number;
  /** What the files are for; a subscription's own purpose counts where there is one. */
  readonly purpose?: string;
}

/**
 * Asks policy whether what the caller may see of a product may leave the mesh as files, and keeps the answer for the trail. Each subscription and each standing
 * entitlement that the caller's role has is asked about; who sees the product without one is asked about all of it.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001 and -002, WEFT-POLICY-004 when policy refuses, or asks for somebody whom the caller is not.
 */
export async function decideExport(wish: ExportWish, request: Request, deps: ApiDeps): Promise<Decision> {
  const version = await versionOf(wish, deps);
  const { product } = version;
  authorize('product.export', request.caller, { consumer: request.caller.domain });
  const around = { topology: await deps.topology(), now: deps.now().toISOString() };
  const cases = wishesOf(version, wish, request.caller, around);
  const decisions = await Promise.all(
    cases.map(({ subscription, ...access }) =>
      decideAccess({ action: 'export', product, wish: access, subscription }, request, deps),
    ),
  );
  const decision = combine(decisions);
  const missing = missingOf(decision, request.caller, product.domain);
  if (decision.effect === 'deny' || missing.length > 0) {
    const who = missing.length === 0 ? 'refuses' : `asks for the word of ${missing.join(' and ')} on`;
    throw userError('WEFT-POLICY-004', `policy ${who} an export of ${productId(product)}: ${messages(decision)}`, {
      details: { policies: decision.policies, version: decision.version },
      hint: missing.length === 0 ? 'query the product where it is' : `let ${missing.join(' and ')} export it for you`,
    });
  }
  await deps.registry.attempt({
    type: 'attempt',
    expires: Math.floor(deps.now().getTime() / 1000) + KEPT,
    change: changeBy(request, 'ExportAllowed', deps.now(), {
      reason: `a snapshot of ${productId(product)} v${product.major}`,
      ...decisionStamp(decision),
    }),
  });
  return decision;
}

function missingOf({ effect, approvers = ['owner'] }: Decision, caller: Caller, domain: string): string[] {
  if (effect !== 'ask') return [];
  const isOwner = caller.domain === domain && caller.kind === 'steward';
  return approvers.filter((name) => !(name === 'owner' && isOwner));
}

/** What the caller may see of a version, as far as the registry knows. */
function wishesOf(
  { product, subscriptions }: VersionState,
  { purpose = '' }: ExportWish,
  caller: Caller,
  { topology, now }: { readonly topology: Topology; readonly now: string },
): (AccessWish & { readonly subscription?: string })[] {
  const consumer = caller.domain ?? '';
  const key = roleKey(caller.arn);
  const isAmong = (principals: readonly string[]) => principals.some((principal) => roleKey(principal) === key);
  const own = subscriptions.filter(
    (each) =>
      each.consumer === consumer && holdsAccess(each) && (each.wholeAccount === true || isAmong(each.principals)),
  );
  const given = standingViewers(product, topology, now)
    .filter((each) => each.consumer === consumer && isAmong(each.subscription.principals))
    .flatMap(({ subscription: { id } }) => product.entitlements?.filter((standing) => standing.id === id) ?? [])
    .map(({ selector, expiresAt }) => ({
      consumer,
      scope: { clearance: selector.classification },
      purpose,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    }));
  const all = { consumer, scope: { clearance: product.classification }, purpose };
  if (own.length === 0) return [all];
  const subscribed = own.map((each) => ({
    consumer,
    scope: each.approved ?? each.requested,
    purpose: each.purpose,
    ...(each.expiresAt === undefined ? {} : { expiresAt: each.expiresAt }),
    subscription: each.id,
  }));
  return [...subscribed, ...given];
}
