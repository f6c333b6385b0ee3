import type { VersionState } from '#aws/registry.ts';
import type { ProductDraft } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import type { Deprecation } from '#mesh/product/life.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { checkStep, deprecate } from '#mesh/product/transitions.ts';
import { actOf } from './decide.ts';
import { readSunset } from './deprecate.ts';
import type { ApiDeps, Request } from './request.ts';
import { stepped } from './stepped.ts';

/** Where a version stands in its life. */
export type Declared = Pick<ProductRecord, 'state' | 'deprecation'>;

/**
 * Where a contract puts its version. An end that was announced by command stays announced, whatever the contract's status says; one that
 * the contract itself announced goes with it.
 * @throws WEFT-PRODUCT-003 for an illegal step, -004 and -008 for a sunset that has passed or is missing.
 */
export function declared(
  draft: ProductDraft,
  current: VersionState | undefined,
  request: Request,
  deps: Pick<ApiDeps, 'now'>,
): Declared {
  const { draftState: wanted } = draft;
  const before = current?.product;
  const kept = before?.deprecation;
  if (wanted === 'active' && before?.state === 'deprecated' && kept !== undefined && kept.declared !== true) {
    return { state: 'deprecated', deprecation: kept };
  }
  const findings = checkStep(before, draft, wanted);
  const [wrong] = findings.problems;
  if (wrong !== undefined) {
    throw userError(wrong.code, wrong.message, { ...(wrong.fix === undefined ? {} : { hint: wrong.fix }) });
  }
  if (wanted !== 'deprecated' || before === undefined) return { state: wanted };
  return { state: 'deprecated', deprecation: deprecationOf(draft, before, request, deps) };
}

function deprecationOf(
  draft: ProductDraft,
  before: ProductRecord,
  request: Request,
  deps: Pick<ApiDeps, 'now'>,
): Deprecation | undefined {
  const kept = before.deprecation;
  const same = draft.sunset === undefined || draft.sunset === kept?.sunset;
  if (kept !== undefined && same) return kept;
  const sunset = readSunset(draft.sunset);
  const act = actOf(request, deps, undefined);
  return stepped(deprecate(before, act, { sunset, declared: true })).deprecation;
}
