import { showAudience } from '#control/audience.ts';
import { decideExport } from '#control/decide-export.ts';
import { meshStatus } from '#control/mesh-status.ts';
import { ownAccess } from '#control/own-access.ts';
import { listProducts, showProduct } from '#control/products.ts';
import { type SuspensionWish, suspendProduct } from '#control/suspend.ts';
import { userError } from '#mesh/error.ts';
import { oneOf, optional, readBody, text, whole } from '../shared/body.ts';
import { ok, okPage, type Routes } from '../shared/route.ts';
import { ALERT_ROUTES } from './alert-routes.ts';
import { DRIFT_ROUTES } from './drift-routes.ts';
import { ENTITLEMENT_ROUTES } from './entitlement-routes.ts';
import { LIFE_ROUTES } from './life-routes.ts';
import { LINEAGE_ROUTES } from './lineage-routes.ts';
import { POLICY_ROUTES } from './policy-routes.ts';
import { QUALITY_ROUTES } from './quality-routes.ts';
import { RETENTION_ROUTES } from './retention-routes.ts';
import { SUBSCRIPTION_ROUTES } from './subscription-routes.ts';

/** Every method and path of the API (ADR 0001) but those of `publish`. */
export const ROUTES: Routes = {
  'GET /mesh': async (_call, { caller }, deps) => ok(await meshStatus(caller, deps)),
  'GET /products': async ({ query }, _request, deps) => okPage('products', await listProducts(query, deps)),
  'GET /products/{domain}/{name}': async ({ path, query }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok(await showProduct({ domain, name, major: majorOf(query.major) }, query, caller, deps));
  },
  'GET /products/{domain}/{name}/audience': async ({ path, query }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok(await showAudience({ domain, name, major: majorOf(query.major) }, caller, deps));
  },
  'GET /products/{domain}/{name}/access': async ({ path, query }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok({ access: await ownAccess({ domain, name, major: majorOf(query.major) }, caller, deps) });
  },
  'POST /products/{domain}/{name}/suspension': async ({ path, body }, request, deps) => {
    const { domain = '', name = '' } = path;
    return { status: 202, body: await suspendProduct({ domain, name }, suspensionOf(body), request, deps) };
  },
  'POST /products/{domain}/{name}/export': async ({ path, body }, request, deps) => {
    const { domain = '', name = '' } = path;
    const wish = readBody(body ?? '{}', { major: optional(whole), purpose: optional(text) });
    return ok({ decision: await decideExport({ ...wish, domain, name }, request, deps) });
  },
  ...ALERT_ROUTES,
  ...ENTITLEMENT_ROUTES,
  ...LIFE_ROUTES,
  ...LINEAGE_ROUTES,
  ...DRIFT_ROUTES,
  ...POLICY_ROUTES,
  ...QUALITY_ROUTES,
  ...RETENTION_ROUTES,
  ...SUBSCRIPTION_ROUTES,
};

function suspensionOf(body: string | null): SuspensionWish {
  return readBody(body, { action: oneOf('suspend', 'resume'), reason: optional(text) }) as unknown as SuspensionWish;
}

function majorOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw userError('WEFT-API-004', `major version \`${value}\` is not a whole number`, { hint: 'e.g. `?major=1`' });
}
