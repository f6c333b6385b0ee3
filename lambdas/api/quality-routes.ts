import { qualityDutiesOf } from '#control/quality-duties.ts';
import { type QualityWish, tendQuality } from '#control/tend-quality.ts';
import { oneOf, optional, readBody, text, whole } from '../shared/body.ts';
import { okPage, type Routes } from '../shared/route.ts';

/** What is measured of products, and what becomes of data that is not as promised (ADR 0007). */
export const QUALITY_ROUTES: Routes = {
  'GET /domains/{domain}/quality': async ({ path, query }, { caller }, deps) =>
    okPage('duties', await qualityDutiesOf(path.domain ?? '', query, caller, deps)),
  'POST /products/{domain}/{name}/quality': async ({ path, body }, request, deps) => {
    const { domain = '', name = '' } = path;
    const shape = {
      action: oneOf('measure', 'release'),
      major: optional(whole),
      reason: optional(text),
      table: optional(text),
    };
    const wish = readBody(body, shape) as unknown as QualityWish;
    return { status: 202, body: { product: await tendQuality({ domain, name }, wish, request, deps) } };
  },
};
