import { type EntitlementWish, grantEntitlement, planEntitlement } from '#control/entitlement/grant.ts';
import { listEntitlements, showEntitlement } from '#control/entitlement/list.ts';
import { revokeEntitlement } from '#control/entitlement/revoke.ts';
import { optional, readBody, text, texts } from '../shared/body.ts';
import { ok, okPage, type Routes } from '../shared/route.ts';

/** Standing entitlements, over whole domains or levels. */
export const ENTITLEMENT_ROUTES: Routes = {
  'GET /entitlements': async ({ query }, { caller }, deps) =>
    okPage('entitlements', await listEntitlements(query, caller, deps)),
  'POST /entitlements': async ({ body }, request, deps) => {
    const { entitlement, plan, changed } = await grantEntitlement(wishOf(body), request, deps);
    return { status: changed ? 202 : 200, body: { entitlement, plan } };
  },
  'POST /entitlements/plan': async ({ body }, request, deps) =>
    ok({ plan: await planEntitlement(wishOf(body), request, deps) }),
  'GET /entitlements/{id}': async ({ path, query }, { caller }, deps) => {
    const { entitlement, products } = await showEntitlement(path.id ?? '', query, caller, deps);
    return okPage('products', products, { entitlement });
  },
  'POST /entitlements/{id}/revocation': async ({ path, body }, request, deps) => {
    const { reason } = readBody(body ?? '{}', { reason: optional(text) }) as { reason?: string };
    return { status: 202, body: { entitlement: await revokeEntitlement(path.id ?? '', reason, request, deps) } };
  },
};

function wishOf(body: string | null): EntitlementWish {
  const shape = {
    domain: optional(text),
    to: text,
    classification: text,
    purpose: text,
    principals: optional(texts),
    expiresAt: optional(text),
  };
  return readBody(body, shape) as unknown as EntitlementWish;
}
