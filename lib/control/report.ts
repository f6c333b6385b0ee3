import { userError } from '#mesh/error.ts';
import { judgeFreshness } from '#mesh/product/freshness.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { Quality } from '#mesh/product/trust.ts';
import { brokenRules, faultOf } from '#mesh/quality/conditions.ts';
import { type Condition, withCondition } from '#mesh/record.ts';
import { authorize } from './authorize.ts';
import { actOf } from './decide.ts';
import { optimistically } from './optimistic.ts';
import { versionOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { settleRollout } from './take-back.ts';

/** What an owning domain says of the data of one version. */
export interface DataReport {
  readonly major?: number;
  /** The outcome of its quality checks. */
  readonly quality?: 'passed' | 'failed';
  readonly rule?: string;
  readonly message?: string;
  /** When the newest data came, ISO 8601. */
  readonly delivered?: string;
  /** The table that it came into; default: all. */
  readonly table?: string;
}

/**
 * Takes what the owner says of quality and of new data. Failed quality takes back a rollout to this version at once.
 * @throws WEFT-AUTH-002, WEFT-PRODUCT-001, -002, -011 when the report says nothing, or nothing that can be; WEFT-QUALITY-004 when it was measured otherwise.
 */
export async function reportData(
  name: { readonly domain: string; readonly name: string },
  report: DataReport,
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord> {
  authorize('product.report', request.caller, { owner: name.domain });
  const { product, rollouts } = await optimistically(async () => {
    const { product: before } = await versionOf({ ...name, major: report.major }, deps);
    if (!isPublished(before)) {
      throw userError('WEFT-PRODUCT-011', `${productId(before)} v${before.major} is ${before.state}: it has no data`, {
        hint: 'report on the version that is published: --major',
      });
    }
    refuseAgainstMeasured(before, report);
    const after = reported(before, report, request, deps.now());
    await deps.registry.write([{ record: after, replaces: before.revision }]);
    return { product: after, rollouts: report.quality === 'failed' };
  });
  if (rollouts) await settleRollout(name, actOf(request, deps, undefined), deps);
  return product;
}

/** A word is worth less than a measurement. */
function refuseAgainstMeasured(product: ProductRecord, { quality }: DataReport): void {
  const [broken] = quality === 'passed' ? brokenRules(product.status.measured) : [];
  if (broken === undefined) return;
  const id = `${productId(product)} v${product.major}`;
  throw userError('WEFT-QUALITY-004', `${id} was measured: ${faultOf(broken)}`, {
    hint: `mend the data and measure it: weft quality run ${productId(product)}; or let it go: weft product release-data`,
  });
}

function reported(product: ProductRecord, report: DataReport, request: Request, now: Date): ProductRecord {
  const { quality, delivered, rule, message } = report;
  if (quality === undefined && delivered === undefined) {
    throw userError('WEFT-PRODUCT-011', 'the report says nothing', { hint: 'give `quality` or `delivered`' });
  }
  const said: Quality | undefined =
    quality === undefined
      ? undefined
      : {
          ok: quality === 'passed',
          at: now.toISOString(),
          by: request.caller.arn,
          ...(rule === undefined ? {} : { rule }),
          ...(message === undefined ? {} : { message }),
        };
  const status = {
    ...product.status,
    ...(said === undefined ? {} : { quality: said }),
    ...(delivered === undefined ? {} : { delivered: deliveredNow(product, report, now) }),
  };
  const conditions = [
    said === undefined ? undefined : healthOf(product, said),
    judgeFreshness({ ...product, status }, now),
  ];
  const action = quality === undefined ? 'DataDelivered' : quality === 'passed' ? 'QualityPassed' : 'QualityFailed';
  return {
    ...product,
    revision: product.revision + 1,
    change: changeBy(request, action, now, message === undefined ? {} : { reason: message }),
    status: {
      ...status,
      conditions: conditions.reduce(
        (all, next) => (next === undefined ? all : withCondition(all, next)),
        status.conditions,
      ),
    },
  };
}

function healthOf({ generation }: ProductRecord, { ok, at, rule, message }: Quality): Condition {
  const text = [rule, message].filter((part) => part !== undefined).join(': ');
  return {
    type: 'Healthy',
    status: ok ? 'true' : 'false',
    reason: ok ? 'QualityPassed' : 'QualityFailed',
    ...(text === '' ? {} : { message: text }),
    generation,
    at,
  };
}

/** The times of the newest data by table: none goes back, and none lies in the future. */
function deliveredNow(product: ProductRecord, { delivered, table }: DataReport, now: Date): Record<string, string> {
  const time = new Date(delivered ?? '');
  if (Number.isNaN(time.getTime()) || time > now) {
    throw userError('WEFT-PRODUCT-011', `\`${delivered}\` is not a time up to now`, {
      hint: 'write it as ISO 8601, e.g. 2026-01-31T06:00:00Z',
    });
  }
  const names = product.tables.map((entry) => entry.name);
  if (table !== undefined && !names.includes(table)) {
    throw userError('WEFT-PRODUCT-011', `table \`${table}\` does not exist`, { hint: `it has ${names.join(', ')}` });
  }
  const newest: Record<string, string> = { ...product.status.delivered };
  for (const name of table === undefined ? names : [table]) {
    if ((newest[name] ?? '') < time.toISOString()) newest[name] = time.toISOString();
  }
  return newest;
}
