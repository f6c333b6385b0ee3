import { showAudience } from '#control/audience.ts';
import { type DecisionWish, decide, revokeSubscription } from '#control/decide.ts';
import { meshStatus } from '#control/mesh-status.ts';
import { listProducts, showProduct } from '#control/products.ts';
import { planSubscription, requestSubscription, type SubscriptionWish } from '#control/request-subscription.ts';
import { listSubscriptions, planOfSubscription, showSubscription } from '#control/subscriptions.ts';
import { type SuspensionWish, suspendProduct, suspendSubscription } from '#control/suspend.ts';
import { userError } from '#mesh/error.ts';
import { oneOf, optional, readBody, text, textByName, texts, textsByName, whole } from '../shared/body.ts';
import { ok, type Routes } from '../shared/route.ts';
import { DRIFT_ROUTES } from './drift-routes.ts';
import { ENTITLEMENT_ROUTES } from './entitlement-routes.ts';
import { LIFE_ROUTES } from './life-routes.ts';
import { POLICY_ROUTES } from './policy-routes.ts';

const scope = {
  clearance: optional(text),
  tables: optional(texts),
  columns: optional(textsByName),
  rows: optional(textByName),
  expiresAt: optional(text),
};

/** Every method and path of the API (ADR 0001) but those of `publish`. */
export const ROUTES: Routes = {
  'GET /mesh': async (_call, _request, deps) => ok(await meshStatus(deps)),
  'GET /products': async ({ query }, _request, deps) => ok({ products: await listProducts(query, deps) }),
  'GET /products/{domain}/{name}': async ({ path, query }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok(await showProduct({ domain, name, major: majorOf(query.major) }, caller, deps));
  },
  'GET /products/{domain}/{name}/audience': async ({ path, query }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok(await showAudience({ domain, name, major: majorOf(query.major) }, caller, deps));
  },
  'POST /products/{domain}/{name}/suspension': async ({ path, body }, request, deps) => {
    const { domain = '', name = '' } = path;
    return { status: 202, body: await suspendProduct({ domain, name }, suspensionOf(body), request, deps) };
  },
  'POST /subscriptions': async ({ body }, request, deps) => {
    const { subscription, plan, changed } = await requestSubscription(wishOf(body), request, deps);
    return { status: changed ? 202 : 200, body: { subscription, plan } };
  },
  'POST /subscriptions/plan': async ({ body }, request, deps) =>
    ok({ plan: await planSubscription(wishOf(body), request, deps) }),
  'GET /subscriptions': async ({ query }, { caller }, deps) =>
    ok({ subscriptions: await listSubscriptions(query, caller, deps) }),
  'GET /subscriptions/{id}': async ({ path }, { caller }, deps) =>
    ok(await showSubscription(path.id ?? '', caller, deps)),
  'GET /subscriptions/{id}/plan': async ({ path }, { caller }, deps) =>
    ok({ plan: await planOfSubscription(path.id ?? '', caller, deps) }),
  'POST /subscriptions/{id}/decision': async ({ path, body }, request, deps) => {
    const shape = { decision: oneOf('approve', 'reject'), reason: optional(text), ...scope };
    const wish = readBody(body, shape) as unknown as DecisionWish;
    return { status: 202, body: await decide(path.id ?? '', wish, request, deps) };
  },
  'POST /subscriptions/{id}/revocation': async ({ path, body }, request, deps) => {
    const { reason } = readBody(body ?? '{}', { reason: optional(text) }) as { reason?: string };
    return { status: 202, body: { subscription: await revokeSubscription(path.id ?? '', reason, request, deps) } };
  },
  'POST /subscriptions/{id}/suspension': async ({ path, body }, request, deps) => {
    const subscription = await suspendSubscription(path.id ?? '', suspensionOf(body), request, deps);
    return { status: 202, body: { subscription } };
  },
  ...ENTITLEMENT_ROUTES,
  ...LIFE_ROUTES,
  ...DRIFT_ROUTES,
  ...POLICY_ROUTES,
};

function suspensionOf(body: string | null): SuspensionWish {
  return readBody(body, { action: oneOf('suspend', 'resume'), reason: optional(text) }) as unknown as SuspensionWish;
}

function wishOf(body: string | null): SubscriptionWish {
  const shape = { product: text, major: optional(whole), principals: optional(texts), purpose: text, ...scope };
  const { product, ...rest } = readBody(body, shape) as unknown as Omit<SubscriptionWish, 'domain' | 'name'> & {
    product: string;
  };
  const [domain = '', name = '', ...more] = product.split('/');
  if (domain === '' || name === '' || more.length > 0) {
    throw userError('WEFT-API-003', `\`${product}\` is not a product`, { hint: 'write `<domain>/<product>`' });
  }
  return { ...rest, domain, name };
}

function majorOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw userError('WEFT-API-004', `major version \`${value}\` is not a whole number`, { hint: 'e.g. `?major=1`' });
}
