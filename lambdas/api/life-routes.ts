import { type DeprecationWish, deprecateProduct } from '#control/deprecate.ts';
import { type FeedbackWish, giveFeedback } from '#control/feedback.ts';
import { type DataReport, reportData } from '#control/report.ts';
import { type RetirementWish, retireProduct } from '#control/retire.ts';
import { type RolloutWish, rolloutProduct } from '#control/rollout.ts';
import { flag, oneOf, optional, percent, readBody, text, whole } from '../shared/body.ts';
import type { ApiCall, Routes } from '../shared/route.ts';

const nameOf = ({ path: { domain = '', name = '' } }: ApiCall) => ({ domain, name });

/** The routes that walk a product through its life (ADR 0004). */
export const LIFE_ROUTES: Routes = {
  'POST /products/{domain}/{name}/deprecation': async (call, request, deps) => {
    const wish = readBody(call.body, {
      action: oneOf('deprecate', 'reactivate'),
      major: whole,
      sunset: optional(text),
      reason: optional(text),
      successor: optional(whole),
    }) as unknown as DeprecationWish;
    return { status: 202, body: { product: await deprecateProduct(nameOf(call), wish, request, deps) } };
  },
  'POST /products/{domain}/{name}/retirement': async (call, request, deps) => {
    const shape = { major: whole, force: optional(flag), reason: optional(text) };
    const wish = readBody(call.body, shape) as unknown as RetirementWish;
    return { status: 202, body: { product: await retireProduct(nameOf(call), wish, request, deps) } };
  },
  'POST /products/{domain}/{name}/rollout': async (call, request, deps) => {
    const wish = readBody(call.body, { to: whole, share: percent, reason: optional(text) }) as unknown as RolloutWish;
    return { status: 202, body: await rolloutProduct(nameOf(call), wish, request, deps) };
  },
  'POST /products/{domain}/{name}/report': async (call, request, deps) => {
    const report = readBody(call.body, {
      major: optional(whole),
      quality: optional(oneOf('passed', 'failed')),
      rule: optional(text),
      message: optional(text),
      delivered: optional(text),
      table: optional(text),
    }) as DataReport;
    return { status: 202, body: { product: await reportData(nameOf(call), report, request, deps) } };
  },
  'POST /products/{domain}/{name}/feedback': async (call, request, deps) => {
    const shape = { major: optional(whole), rating: whole, text: optional(text) };
    const wish = readBody(call.body, shape) as unknown as FeedbackWish;
    return { status: 202, body: { feedback: await giveFeedback(nameOf(call), wish, request, deps) } };
  },
};
