import type { Registry } from '#aws/registry.ts';
import type { DisposalReported } from '#mesh/event/report.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { parsePeriod, periodBefore } from '#mesh/retention/period.ts';
import { LEAD } from '#mesh/retention/plan.ts';
import { type RetentionStatus, withAnnouncement, withDisposal, withObstacle } from '#mesh/retention/status.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { optimistically } from './optimistic.ts';

export interface DisposalReportDeps {
  readonly registry: Pick<Registry, 'version' | 'write'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/** What a report is, once governance has taken it. */
const ACTIONS: Readonly<Record<DisposalReported['type'], string>> = {
  DisposalForeseen: 'DisposalAnnounced',
  DataRemoved: 'DataDisposed',
  DisposalHindered: 'DisposalBlocked',
};

/** What became of a report; `refused` with why. */
export type Taken = 'applied' | 'unchanged' | 'ignored' | { readonly refused: string };

/**
 * Takes a domain's word on what will go, what went and what stays. A domain speaks of its own products, and of copies of others' in its account; when
 * what it announces goes is the mesh's word, so that nobody is told too late.
 */
export async function takeDisposalReport(
  report: DisposalReported,
  account: string,
  deps: DisposalReportDeps,
): Promise<Taken> {
  const refused = refusalOf(report, account, await deps.topology()) ?? tooMuch(report, deps.now());
  if (refused !== undefined) return { refused };
  return optimistically(async (): Promise<Taken> => {
    const { domain, product: name, major } = report;
    const version = await deps.registry.version({ domain, name, major });
    if (version === undefined) return 'ignored';
    const next = withReport(version.product, report, deps.now());
    if (next === undefined) return 'unchanged';
    await deps.registry.write([{ record: next, replaces: version.product.revision }]);
    return 'applied';
  });
}

function refusalOf(report: DisposalReported, account: string, topology: Topology): string | undefined {
  const { from, domain, disposal, obstacle } = report;
  if (domainNamed(topology, from)?.account !== account) return `account ${account} reports as \`${from}\``;
  const ofCopies =
    (disposal !== undefined && disposal.what !== 'table') ||
    (obstacle !== undefined && ['exports', 'results'].includes(obstacle.table));
  return from === domain || ofCopies ? undefined : `\`${from}\` reports of tables of \`${domain}\``;
}

/** Nobody announces ahead of its time what is not even near its end: that would be a leave for ever. */
function tooMuch({ announcement }: DisposalReported, now: Date): string | undefined {
  if (announcement === undefined) return undefined;
  const { period: written, upTo, table } = announcement;
  const period = parsePeriod(written);
  if (period === undefined) return `\`${written}\` is no period`;
  const soon = periodBefore(new Date(now.getTime() + LEAD), period).toISOString();
  return upTo <= soon ? undefined : `${table} is announced up to ${upTo}, ${written} are over up to ${soon}`;
}

function withReport(product: ProductRecord, report: DisposalReported, now: Date): ProductRecord | undefined {
  const before: RetentionStatus = product.status.retention ?? {};
  const at = now.toISOString();
  const after = statusWith(before, report, now);
  if (after === before) return undefined;
  const { announcement, disposal, obstacle } = report;
  return {
    ...product,
    revision: product.revision + 1,
    status: { ...product.status, retention: after },
    change: {
      actor: `weft:disposal:${report.from}`,
      action: ACTIONS[report.type],
      at,
      correlation: report.id,
      details: { ...announcement, ...disposal, ...obstacle },
    },
  };
}

function statusWith(before: RetentionStatus, report: DisposalReported, now: Date): RetentionStatus {
  const { announcement, disposal, obstacle, from } = report;
  const at = now.toISOString();
  if (announcement !== undefined) {
    return withAnnouncement(before, { ...announcement, at, goesAt: new Date(now.getTime() + LEAD).toISOString() });
  }
  if (disposal !== undefined) {
    // Copies that are older go: a time in the future would take those that are to come.
    return withDisposal(before, { ...disposal, by: from, at: disposal.at < at ? disposal.at : at });
  }
  return obstacle === undefined ? before : withObstacle(before, { ...obstacle, by: from, at });
}
