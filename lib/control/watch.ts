import type { Bus } from '#aws/eventbridge.ts';
import type { DomainCatalog } from '#aws/glue.ts';
import { toCatalogSchema } from '#mesh/contract/glue-table.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { CatalogChanged } from '#mesh/event/report.ts';
import { domainSource } from '#mesh/topology/names.ts';

export interface WatchDeps {
  readonly catalog: DomainCatalog;
  readonly bus: Bus;
  readonly domain: string;
  now(): Date;
}

/** An `aws.glue` event of the default bus, as far as the watch needs it. */
export interface GlueEvent {
  readonly id: string;
  readonly detailType: string;
  readonly detail: {
    readonly databaseName?: string;
    readonly tableName?: string;
    readonly changedTables?: readonly string[];
    readonly typeOfChange?: string;
  };
}

/** Central databases and the links to them carry this between domain, product and version. */
const CENTRAL = /^[a-z0-9_]+?__[a-z0-9_]+__v\d+$/;

/**
 * Reads each changed table and reports its schema, so that nobody reads across accounts; answers what was reported. A table that is gone
 * is reported as deleted; links, and copies of the central catalog, are nobody's source and are left out.
 * @throws when EventBridge did not take a report, for the event to come again.
 */
export async function watch(event: GlueEvent, deps: WatchDeps): Promise<CatalogChanged[]> {
  const database = event.detail.databaseName;
  if (database === undefined || CENTRAL.test(database)) return [];
  const { tableName, changedTables = [] } = event.detail;
  const names = [...new Set([...changedTables, ...(tableName === undefined ? [] : [tableName])])];
  const reports: CatalogChanged[] = [];
  for (const table of names) {
    const report = await reportOf(event, database, table, deps);
    if (report !== undefined) reports.push(report);
  }
  const source = domainSource(deps.domain);
  const outcome = await deps.bus.put(
    reports.map((report) => ({ source, type: report.type, detail: domainEvent(report) })),
  );
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`a report was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
  return reports;
}

async function reportOf(
  event: GlueEvent,
  database: string,
  table: string,
  { catalog, domain, now }: WatchDeps,
): Promise<CatalogChanged | undefined> {
  const head = { type: 'CatalogChanged' as const, id: `${event.id}:${table}`, time: now().toISOString(), from: domain };
  const found = await catalog.table(database, table);
  if (found === undefined) return { ...head, change: 'DeleteTable', database, table };
  if (found.link) return undefined;
  const change = event.detail.typeOfChange === 'CreateTable' ? 'CreateTable' : 'UpdateTable';
  return { ...head, change, database, table, schema: toCatalogSchema(found.table) };
}
