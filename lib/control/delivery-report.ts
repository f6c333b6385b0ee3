import type { Registry } from '#aws/registry.ts';
import type { DataDelivered } from '#mesh/event/report.ts';
import { ownValue } from '#mesh/own-value.ts';
import { announced, type Delivery, isKnown, withDelivery } from '#mesh/product/delivery.ts';
import { judgeFreshness } from '#mesh/product/freshness.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { isMeasured } from '#mesh/quality/duty.ts';
import { afterMeasurement, withDeliveries } from '#mesh/quality/release.ts';
import { withCondition } from '#mesh/record.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Taken } from './disposal-report.ts';
import { optimistically } from './optimistic.ts';
import { refusalOfOwner } from './own-report.ts';

interface Deps {
  readonly registry: Pick<Registry, 'version' | 'write'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/**
 * Takes a domain's word on that new data is there. Consumers are told at once where nothing of the table is measured, else when it was. A report that comes again, or
 * after that of younger data, says nothing.
 */
export async function takeDelivery(report: DataDelivered, account: string, deps: Deps): Promise<Taken> {
  const { domain } = report;
  const topology = await deps.topology();
  const refusal = refusalOfOwner(report, account, topology);
  if (refusal !== undefined) return refusal;
  return optimistically(async (): Promise<Taken> => {
    const product = (await deps.registry.version({ domain, name: report.product, major: report.major }))?.product;
    if (product === undefined || !isPublished(product)) return 'ignored';
    const table = product.tables.find(({ name, view }) => name === report.table && view === undefined);
    if (table === undefined) return { refused: `\`${domain}/${product.name}\` has no table \`${report.table}\`` };
    const next = delivered(product, table, report, topology, deps.now());
    if (next === undefined) return 'unchanged';
    await deps.registry.write([{ record: next, replaces: product.revision }]);
    return 'applied';
  });
}

function delivered(
  product: ProductRecord,
  table: ProductTable,
  report: DataDelivered,
  topology: Topology,
  now: Date,
): ProductRecord | undefined {
  const { deliveries = {} } = product.status;
  const delivery = deliveryOf(report, now);
  if (isKnown(deliveries, delivery)) return undefined;
  const waits = withDelivery(deliveries, delivery, now.toISOString());
  const own = (waits.waiting ?? []).filter((one) => one.table === delivery.table);
  const after = isMeasured(table) ? waits : announced(waits, own, 'no-rules', product.tables);
  const status = {
    ...product.status,
    delivered: { ...product.status.delivered, [delivery.table]: newer(product, delivery) },
  };
  const fresh = judgeFreshness({ ...product, status }, now);
  const waiting = withDeliveries({ ...product, status }, after, now);
  // Its measurement may be quicker than the word on what was measured.
  const measured = ownValue(product.status.measured?.tables, delivery.table);
  const next =
    measured === undefined ? waiting : afterMeasurement(waiting, new Set([delivery.table]), measured, topology, now);
  return {
    ...next,
    revision: product.revision + 1,
    change: {
      actor: `weft:pipeline:${report.from}`,
      action: 'DataDelivered',
      at: now.toISOString(),
      correlation: report.id,
      details: { ...delivery },
    },
    status: {
      ...next.status,
      conditions: fresh === undefined ? next.status.conditions : withCondition(next.status.conditions, fresh),
    },
  };
}

/** No domain delivers in the future: what its clock says too much is taken for now. */
function deliveryOf({ table, at, run, rows, bytes }: DataDelivered, now: Date): Delivery {
  const time = new Date(at);
  return {
    table,
    at: (time > now ? now : time).toISOString(),
    run,
    ...(rows === undefined ? {} : { rows }),
    ...(bytes === undefined ? {} : { bytes }),
  };
}

/** What somebody has reported by hand may be younger. */
function newer({ status }: ProductRecord, { table, at }: Delivery): string {
  const known = ownValue(status.delivered, table) ?? '';
  return known > at ? known : at;
}
