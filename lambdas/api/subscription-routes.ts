import { type DecisionWish, decide, revokeSubscription } from '#control/decide.ts';
import { type RenewalRequest, renewSubscription } from '#control/renew.ts';
import { planSubscription, requestSubscription, type SubscriptionWish } from '#control/request-subscription.ts';
import { listSubscriptions, planOfSubscription, showSubscription } from '#control/subscriptions.ts';
import { type SuspensionWish, suspendSubscription } from '#control/suspend.ts';
import { type DomainSuspensionWish, showDomain, suspendDomain } from '#control/suspend-domain.ts';
import { userError } from '#mesh/error.ts';
import { flag, oneOf, optional, readBody, text, textByName, texts, textsByName, whole } from '../shared/body.ts';
import { ok, okPage, type Routes } from '../shared/route.ts';

const scope = {
  clearance: optional(text),
  tables: optional(texts),
  columns: optional(textsByName),
  rows: optional(textByName),
  expiresAt: optional(text),
};

const suspension = { action: oneOf('suspend', 'resume'), reason: optional(text) };

/** Subscriptions and what stops them. */
export const SUBSCRIPTION_ROUTES: Routes = {
  'POST /subscriptions': async ({ body }, request, deps) => {
    const { subscription, plan, changed } = await requestSubscription(wishOf(body), request, deps);
    return { status: changed ? 202 : 200, body: { subscription, plan } };
  },
  'POST /subscriptions/plan': async ({ body }, request, deps) =>
    ok({ plan: await planSubscription(wishOf(body), request, deps) }),
  'GET /subscriptions': async ({ query }, { caller }, deps) =>
    okPage('subscriptions', await listSubscriptions(query, caller, deps)),
  'GET /subscriptions/{id}': async ({ path }, { caller }, deps) =>
    ok(await showSubscription(path.id ?? '', caller, deps)),
  'GET /subscriptions/{id}/plan': async ({ path }, { caller }, deps) =>
    ok({ plan: await planOfSubscription(path.id ?? '', caller, deps) }),
  'POST /subscriptions/{id}/decision': async ({ path, body }, request, deps) => {
    const shape = { decision: oneOf('approve', 'reject'), reason: optional(text), class: optional(text), ...scope };
    const wish = readBody(body, shape) as unknown as DecisionWish;
    return { status: 202, body: await decide(path.id ?? '', wish, request, deps) };
  },
  'POST /subscriptions/{id}/revocation': async ({ path, body }, request, deps) => {
    const { reason } = readBody(body ?? '{}', { reason: optional(text) }) as { reason?: string };
    return { status: 202, body: { subscription: await revokeSubscription(path.id ?? '', reason, request, deps) } };
  },
  'POST /subscriptions/{id}/suspension': async ({ path, body }, request, deps) => {
    const subscription = await suspendSubscription(
      path.id ?? '',
      readBody(body, suspension) as unknown as SuspensionWish,
      request,
      deps,
    );
    return { status: 202, body: { subscription } };
  },
  'POST /subscriptions/{id}/renewal': async ({ path, body }, request, deps) => {
    const wish = readBody(body ?? '{}', { until: optional(text), reason: optional(text) }) as RenewalRequest;
    return { status: 202, body: { subscription: await renewSubscription(path.id ?? '', wish, request, deps) } };
  },
  'GET /domains/{domain}': async ({ path }, { caller }, deps) => ok(await showDomain(path.domain ?? '', caller, deps)),
  'POST /domains/{domain}/suspension': async ({ path, body }, request, deps) => {
    const shape = { ...suspension, reach: optional(oneOf('consuming', 'everything')) };
    const wish = readBody(body, shape) as unknown as DomainSuspensionWish;
    return { status: 202, body: { domain: await suspendDomain(path.domain ?? '', wish, request, deps) } };
  },
};

function wishOf(body: string | null): SubscriptionWish {
  const shape = {
    product: text,
    major: optional(whole),
    principals: optional(texts),
    wholeAccount: optional(flag),
    purpose: text,
    ...scope,
  };
  const { product, ...rest } = readBody(body, shape) as unknown as Omit<SubscriptionWish, 'domain' | 'name'> & {
    product: string;
  };
  const [domain = '', name = '', ...more] = product.split('/');
  if (domain === '' || name === '' || more.length > 0) {
    throw userError('WEFT-API-003', `\`${product}\` is not a product`, { hint: 'write `<domain>/<product>`' });
  }
  return { ...rest, domain, name };
}
