import { showLineage } from '#control/lineage.ts';
import { ok, type Routes } from '../shared/route.ts';

/** What products are made of, and what is made of them. */
export const LINEAGE_ROUTES: Routes = {
  'GET /lineage': async ({ query }, { caller }, deps) => ok(await showLineage(query, caller, deps)),
};
