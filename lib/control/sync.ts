import type { RecordWrite, Registry, VersionState } from '#aws/registry.ts';
import { adopt, compareTables } from '#mesh/contract/compatibility.ts';
import { fromCatalogReport } from '#mesh/contract/glue-table.ts';
import { driftKey } from '#mesh/drift/finding.ts';
import { driftAfter, driftNews } from '#mesh/drift/history.ts';
import { parseReport } from '#mesh/event/envelope.ts';
import type { CatalogChanged, DomainReport, ShareReported } from '#mesh/event/report.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { type Change, condition } from '#mesh/record.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { bumped } from './bumped.ts';
import { takeDelivery } from './delivery-report.ts';
import { type Taken, takeDisposalReport } from './disposal-report.ts';
import { takeLineage } from './lineage-report.ts';
import { optimistically } from './optimistic.ts';
import { takeMeasurement } from './quality-report.ts';
import { formerOf } from './reconcile-outcome.ts';
import { aroundOf, subscriptionAfter } from './subscription-outcome.ts';
import { settleRollout } from './take-back.ts';

export interface SyncDeps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'write' | 'attempt' | 'follower' | 'lineage'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/** A domain's event as EventBridge delivers it: `account` is EventBridge's own word on who sent it. */
export interface DomainReportEvent {
  readonly id: string;
  readonly account: string;
  readonly detail: unknown;
}

export type Synced =
  | 'adopted'
  | 'quarantined'
  | 'lifted'
  | 'applied'
  | 'repeated'
  | 'unchanged'
  | 'ignored'
  | 'refused';

/** Takes one report of a domain into the registry. A report that is no report, or speaks for another account, is recorded and refused. */
export async function sync(event: DomainReportEvent, deps: SyncDeps): Promise<Synced> {
  const checked = parseReport(event.detail);
  if (!checked.ok) return refuse(event, checked.problems.map(({ message }) => message).join('; '), deps);
  const report = checked.value;
  if (report.type === 'CatalogChanged') return takeCatalogChange(report, event, deps);
  if ('report' in report) return takeShareReport(report, event, deps);
  const taken = await takeOther(report, event.account, deps);
  return typeof taken === 'string' ? taken : refuse(event, taken.refused, deps);
}

function takeOther(
  report: Exclude<DomainReport, CatalogChanged | ShareReported>,
  account: string,
  deps: SyncDeps,
): Promise<Taken> {
  switch (report.type) {
    case 'DataDelivered':
      return takeDelivery(report, account, deps);
    case 'QualityMeasured':
      return takeMeasurement(report, account, deps);
    case 'LineageReported':
      return takeLineage(report, account, deps);
    default:
      return takeDisposalReport(report, account, deps);
  }
}

async function takeShareReport(report: ShareReported, event: DomainReportEvent, deps: SyncDeps): Promise<Synced> {
  const topology = await deps.topology();
  return optimistically(async () => {
    const { domain, product: name, major } = report;
    const version = await deps.registry.version({ domain, name, major });
    const share = version?.shares.find(({ intent }) => intent.consumer === report.consumer);
    if (version === undefined || share === undefined) return 'ignored';
    if (event.account !== share.intent.account || report.from !== report.consumer) {
      return refuse(event, `account ${event.account} reports for \`${report.consumer}\``, deps);
    }
    const known = share.applied;
    const { overtakenBy } = report.report;
    if (overtakenBy !== undefined) return overtakenBy > share.generation ? askAnew(share, report, deps) : 'unchanged';
    if (report.report.generation > share.generation) {
      return refuse(event, `generation ${report.report.generation} was never asked of \`${report.consumer}\``, deps);
    }
    const stale = known !== undefined && known.generation > report.report.generation;
    if (stale && Date.parse(report.report.at) > Date.parse(known.at)) return askAgain(share, report, deps);
    if (stale || JSON.stringify(known) === JSON.stringify(report.report)) return 'unchanged';
    const stamp = { actor: `weft:agent:${report.from}`, at: deps.now().toISOString(), correlation: report.id };
    const next = withReport(share, report, stamp);
    const shared = condition(version.product, 'Shared');
    // Filters that nobody holds any more are for the next reconcile to delete, which then says whether all is gone.
    const retired = version.product.state === 'retired' && version.product.status.removedAt === undefined;
    const applied = report.report.ok && report.report.drift === undefined;
    const letsGo = applied && (retired || (share.intent.former?.filtered ?? []).length > 0);
    const subscriptions = version.subscriptions.flatMap((subscription): RecordWrite[] => {
      if (subscription.consumer !== report.consumer) return [];
      // What changed or was suspended after the last reconcile waits for the next one, whatever an older report says.
      const around = aroundOf(version, subscription, next, topology, share.central, stamp.at);
      const stopped = isSuspended(version.product) || around.stopped === true;
      const since = stopped ? version.product.generation : subscription.generation;
      const governanceOk = !letsGo && shared?.status === 'true' && shared.generation >= since;
      const by = { ...stamp, actor: 'weft:sync' };
      const after = subscriptionAfter(subscription, version.product, next, governanceOk, by, around);
      return after === undefined ? [] : [{ record: after, replaces: subscription.revision }];
    });
    const released = bumped(version.product, { ...stamp, actor: 'weft:sync', action: 'FiltersReleased' });
    await deps.registry.write([
      { record: next, replaces: share.revision },
      ...subscriptions,
      ...(letsGo ? [{ record: released, replaces: version.product.revision }] : []),
    ]);
    return 'applied';
  });
}

/** The share with what its agent said of it, and of what somebody changed since it said so last. */
function withReport(
  share: ShareRecord,
  { type, report }: ShareReported,
  stamp: Pick<Change, 'actor' | 'at' | 'correlation'>,
): ShareRecord {
  const { drift: look, ...applied } = report;
  const left = new Set(look?.open);
  const found = look?.found ?? [];
  const open = found.filter((finding) => left.has(driftKey(finding)));
  const drift = driftAfter(share.drift ?? [], { found, open, covers: () => report.ok }, stamp.at);
  const news = driftNews(share.drift, drift);
  const action = news.repaired.length > 0 ? 'DriftRepaired' : news.found.length > 0 ? 'DriftFound' : type;
  const details = {
    grants: report.readBack.length,
    ...(report.ended === undefined ? {} : { ended: report.ended }),
    ...(found.length === 0 ? {} : { drift: found }),
  };
  return {
    ...share,
    applied,
    ...(drift.length === 0 ? {} : { drift }),
    revision: share.revision + 1,
    change: { ...stamp, action, details },
  };
}

/** An agent that knows of a newer intent than the registry, which was put back to an earlier day: the next one is numbered after it. */
async function askAnew(share: ShareRecord, { id, from, report }: ShareReported, deps: SyncDeps): Promise<Synced> {
  const generation = (report.overtakenBy ?? 0) + 1;
  const reason = `the agent has applied generation ${report.overtakenBy}, the registry knows ${share.generation}`;
  const at = deps.now().toISOString();
  const change = { actor: `weft:agent:${from}`, action: 'ShareRequested', at, correlation: id, reason };
  const next: ShareRecord = { ...share, generation, revision: share.revision + 1, change };
  await deps.registry.write([{ record: next, replaces: share.revision }]);
  return 'repeated';
}

/** An agent that applied an older intent after a newer one has put back what the newer one took: it is asked once more. */
async function askAgain(share: ShareRecord, { id, from, report }: ShareReported, deps: SyncDeps): Promise<Synced> {
  const found = { ...share.intent, grants: report.readBack };
  const former = formerOf({ intent: found, generation: share.generation, change: share.change }, deps.now());
  const next: ShareRecord = {
    ...share,
    intent: { ...share.intent, former },
    generation: share.generation + 1,
    revision: share.revision + 1,
    change: {
      actor: `weft:agent:${from}`,
      action: 'ShareRequested',
      at: deps.now().toISOString(),
      correlation: id,
      reason: `generation ${report.generation} was applied after generation ${share.applied?.generation}`,
      // What stands until the agent answers again, and is in no record.
      details: { late: report },
    },
  };
  await deps.registry.write([{ record: next, replaces: share.revision }]);
  return 'repeated';
}

async function takeCatalogChange(report: CatalogChanged, event: DomainReportEvent, deps: SyncDeps): Promise<Synced> {
  // The account is EventBridge's: a domain that names another's table finds no product that follows it.
  const product = await deps.registry.follower(event.account, report.database, report.table);
  if (product === undefined) return 'ignored';
  const topology = await deps.topology();
  if (product.domain !== report.from || domainNamed(topology, report.from)?.account !== event.account) {
    return refuse(event, `account ${event.account} reports as \`${report.from}\``, deps);
  }
  const result = await optimistically(async () => {
    let result: Synced = 'unchanged';
    for (const version of await deps.registry.versions(product)) {
      const table = version.product.tables.find(
        ({ source, view }) =>
          view === undefined && source.database === report.database && source.table === report.table,
      );
      if (table === undefined || !isPublished(version.product)) continue;
      const { next, outcome } = follow(version, table, report, topology, deps.now());
      if (next === undefined) continue;
      await deps.registry.write([{ record: next, replaces: version.product.revision }]);
      result = outcome;
    }
    return result;
  });
  // Nobody goes on following a version whose contract is broken.
  const act = { actor: 'weft:sync', at: deps.now().toISOString(), correlation: report.id };
  if (result === 'quarantined') await settleRollout(product, act, deps);
  return result;
}

function follow(
  { product }: VersionState,
  table: ProductTable,
  report: CatalogChanged,
  topology: Topology,
  now: Date,
): { next: ProductRecord | undefined; outcome: Synced } {
  const at = now.toISOString();
  const stamp = { actor: `weft:catalog-watch:${report.from}`, at, correlation: report.id };
  const revision = product.revision + 1;
  if (report.change === 'DeleteTable' || report.schema === undefined) {
    const reasons = [`table \`${report.database}.${report.table}\` was deleted in the domain's catalog`];
    return { next: quarantined(product, table.name, reasons, stamp), outcome: 'quarantined' };
  }
  const shape = fromCatalogReport(report.schema);
  const changes = compareTables(table, shape);
  const breaking = changes.filter((change) => change.breaking).map(({ message }) => message);
  if (breaking.length > 0) return { next: quarantined(product, table.name, breaking, stamp), outcome: 'quarantined' };
  const lifted = product.quarantine?.table === table.name;
  if (changes.length === 0 && !lifted) return { next: undefined, outcome: 'unchanged' };
  const { quarantine, ...rest } = product;
  const next: ProductRecord = {
    ...rest,
    ...(lifted ? {} : { quarantine }),
    revision,
    tables: product.tables.map((entry) => (entry === table ? adopt(table, shape) : entry)),
    generation: product.generation + (changes.length > 0 ? 1 : 0),
    change: {
      ...stamp,
      action: changes.length > 0 ? 'SchemaChanged' : 'QuarantineLifted',
      details: { table: table.name, changes: changes.map(({ message }) => message) },
    },
  };
  const classification = highestOf(next, topology);
  return { next: { ...next, classification }, outcome: changes.length > 0 ? 'adopted' : 'lifted' };
}

/** The product in quarantine: what is published stays as it is, and the owner is told why. Undefined when it says the same already. */
function quarantined(
  product: ProductRecord,
  table: string,
  reasons: readonly string[],
  stamp: { actor: string; at: string; correlation: string },
): ProductRecord | undefined {
  const { quarantine } = product;
  if (quarantine?.table === table && quarantine.reasons.join('\n') === reasons.join('\n')) return undefined;
  return {
    ...product,
    quarantine: { table, at: stamp.at, reasons },
    revision: product.revision + 1,
    change: { ...stamp, action: 'SchemaChangeQuarantined', reason: reasons.join('; '), details: { table } },
  };
}

/** The highest level of any column that can be subscribed to; a column that nobody has classified counts as the top. */
function highestOf(product: ProductRecord, topology: Topology): string {
  const ladder = topology.classification;
  const open = product.tables.filter(({ internal }) => internal !== true);
  const levels = (open.length === 0 ? product.tables : open).flatMap((table) =>
    [...table.columns, ...table.partitionKeys].map((column) =>
      column.classification === undefined ? ladder.length - 1 : ladder.indexOf(column.classification),
    ),
  );
  return ladder[Math.max(0, ...levels)] ?? product.classification;
}

async function refuse(event: DomainReportEvent, why: string, deps: SyncDeps): Promise<Synced> {
  const at = deps.now();
  await deps.registry.attempt({
    type: 'attempt',
    expires: Math.floor(at.getTime() / 1000) + 90 * 86_400,
    change: {
      actor: `arn:aws:iam::${event.account}:root`,
      action: 'ReportRefused',
      at: at.toISOString(),
      reason: why,
      correlation: event.id,
      details: { type: (event.detail as DomainReport | undefined)?.type ?? 'unknown' },
    },
  });
  return 'refused';
}
