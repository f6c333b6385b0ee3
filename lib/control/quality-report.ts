import type { Registry } from '#aws/registry.ts';
import type { QualityMeasured } from '#mesh/event/report.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { brokenRules, faultOf, measuredConditions } from '#mesh/quality/conditions.ts';
import { afterMeasurement } from '#mesh/quality/release.ts';
import { type MeasuredStatus, newTables, withMeasurement } from '#mesh/quality/status.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Taken } from './disposal-report.ts';
import { optimistically } from './optimistic.ts';
import { refusalOfOwner } from './own-report.ts';
import { settleRollout } from './take-back.ts';

interface Deps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'write'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/**
 * Takes a domain's word on how good its data is: the results of each table take the place of those that were known, unless those are younger; consumers are told
 * of the data that waited for it, or it is held back; a rollout to a version that fails is taken back.
 */
export async function takeMeasurement(report: QualityMeasured, account: string, deps: Deps): Promise<Taken> {
  const { domain } = report;
  const topology = await deps.topology();
  const refusal = refusalOfOwner(report, account, topology);
  if (refusal !== undefined) return refusal;
  const { taken, failed } = await optimistically(async (): Promise<{ taken: Taken; failed: boolean }> => {
    const product = (await deps.registry.version({ domain, name: report.product, major: report.major }))?.product;
    if (product === undefined || !isPublished(product)) return { taken: 'ignored', failed: false };
    const next = measured(product, report, topology, deps.now());
    if (next === undefined) return { taken: 'unchanged', failed: false };
    await deps.registry.write([{ record: next, replaces: product.revision }]);
    return { taken: 'applied', failed: brokenRules(next.status.measured).length > 0 };
  });
  const act = { actor: 'weft:sync', at: deps.now().toISOString(), correlation: report.id };
  if (failed) await settleRollout({ domain, name: report.product }, act, deps);
  return taken;
}

function measured(
  product: ProductRecord,
  report: QualityMeasured,
  topology: Topology,
  now: Date,
): ProductRecord | undefined {
  // No domain measures in the future: nothing would ever be younger.
  const said = report.at > now.toISOString() ? { ...report, at: now.toISOString() } : report;
  const tables = newTables(product.status.measured, said, product.tables);
  if (tables.size === 0) return undefined;
  const status = withMeasurement(product.status.measured, said, tables, product.sla);
  const faults = brokenRules(status);
  const [first] = faults;
  const by = `weft:quality:${report.from}`;
  const quality = {
    ok: faults.length === 0,
    at: said.at,
    by,
    ...(first === undefined ? {} : { rule: first.rule, message: faultOf(first) }),
  };
  const known: ProductRecord = { ...product, status: { ...product.status, measured: status, quality } };
  const judged: ProductRecord = { ...known, status: { ...known.status, conditions: measuredConditions(known, now) } };
  const next = afterMeasurement(judged, tables, said, topology, now);
  return {
    ...next,
    revision: product.revision + 1,
    change: {
      actor: by,
      action: faults.length === 0 ? 'QualityPassed' : 'QualityFailed',
      at: now.toISOString(),
      correlation: report.id,
      ...(first === undefined ? {} : { reason: faultOf(first) }),
      details: detailsOf(said, status),
    },
  };
}

/** What the trail keeps of a measurement. */
function detailsOf(
  { run, at, results, promises }: QualityMeasured,
  { history }: MeasuredStatus,
): Record<string, unknown> {
  return { at, ...(run === undefined ? {} : { run }), ...history[0], results, promises };
}
