import { disposalsOf } from '#control/disposal-duties.ts';
import { type HoldWish, holdProduct } from '#control/hold.ts';
import { showRetention } from '#control/show-retention.ts';
import { oneOf, optional, readBody, text } from '../shared/body.ts';
import { ok, type Routes } from '../shared/route.ts';

/** How long data is kept, what goes, and who holds it back (ADR 0006). */
export const RETENTION_ROUTES: Routes = {
  'GET /products/{domain}/{name}/retention': async ({ path }, { caller }, deps) => {
    const { domain = '', name = '' } = path;
    return ok({ retention: await showRetention({ domain, name }, caller, deps) });
  },
  'POST /products/{domain}/{name}/hold': async ({ path, body }, request, deps) => {
    const { domain = '', name = '' } = path;
    const shape = {
      action: oneOf('place', 'release'),
      reason: optional(text),
      table: optional(text),
      hold: optional(text),
    };
    const wish = readBody(body, shape) as unknown as HoldWish;
    return { status: 202, body: await holdProduct({ domain, name }, wish, request, deps) };
  },
  'GET /domains/{domain}/disposals': async ({ path, query }, { caller }, deps) =>
    ok(await disposalsOf(path.domain ?? '', query, caller, deps)),
};
