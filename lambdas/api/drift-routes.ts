import { askForLook, type LookWish, listDrift } from '#control/drift.ts';
import { optional, readBody, text } from '../shared/body.ts';
import { okPage, type Routes } from '../shared/route.ts';

const wishOf = (body: string | null) => readBody(body ?? '{}', { product: optional(text) }) as LookWish;

/** The routes that show what was changed past the mesh, and have it looked for and mended (ADR 0004). */
export const DRIFT_ROUTES: Routes = {
  'GET /drift': async ({ query }, { caller }, deps) => okPage('drift', await listDrift(query, caller, deps)),
  'POST /drift/check': async ({ body }, request, deps) => {
    const products = await askForLook(wishOf(body), { mend: false }, request, deps);
    return { status: 202, body: { products } };
  },
  'POST /drift/repair': async ({ body }, request, deps) => {
    const products = await askForLook(wishOf(body), { mend: true }, request, deps);
    return { status: 202, body: { products } };
  },
};
