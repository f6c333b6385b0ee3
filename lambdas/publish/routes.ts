import { planPublish } from '#control/plan-publish.ts';
import type { ProductFiles } from '#control/product-draft.ts';
import { publish } from '#control/publish.ts';
import { file, readBody, textByName } from '../shared/body.ts';
import { ok, type Routes } from '../shared/route.ts';

/** The routes that read documents (ADR 0004). */
export const ROUTES: Routes = {
  'POST /products': async ({ body }, request, deps) => {
    const { product, changed } = await publish(filesOf(body), request, deps);
    return { status: changed ? 202 : 200, body: { product } };
  },
  'POST /products/plan': async ({ body }, request, deps) =>
    ok({ plan: await planPublish(filesOf(body), request, deps) }),
};

function filesOf(body: string | null): ProductFiles {
  return readBody(body, { product: file, contracts: textByName }) as unknown as ProductFiles;
}
