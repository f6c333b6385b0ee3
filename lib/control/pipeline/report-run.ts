import { toCatalogSchema } from '#mesh/contract/glue-table.ts';
import { WeftError } from '#mesh/error.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { DomainReport } from '#mesh/event/report.ts';
import type { StatementRun } from '#mesh/lineage/run-event.ts';
import { landingColumns } from '#mesh/pipeline/landing.ts';
import { writerOf } from '#mesh/pipeline/pipeline.ts';
import { withFiles } from '#mesh/pipeline/sql-text.ts';
import { allColumns } from '#mesh/pipeline/statements.ts';
import { domainSource, landingDatabaseName } from '#mesh/topology/names.ts';
import type { PipelineDeps } from './deps.ts';
import { type RunRecord, uuidOf } from './run-record.ts';
import type { Work } from './run-step.ts';

/** The newest delivery of a table, as it is kept to tell its age. */
export interface Delivery {
  /** ISO 8601. */
  readonly at: string;
  /** When the sources of the step were read for it; absent where it reads none. */
  readonly readAt?: string;
  /** Nothing was delivered yet: its age counts from when somebody first looked. */
  readonly none?: true;
}

/** Where the newest delivery of a table is kept. */
export function deliveryKey(writer: string): string {
  return `runs/${writer}.newest.json`;
}

/** Tells the mesh what a run delivered and what it was made of. Told again it has the same ids and the same time, and changes nothing. */
export async function reportRun(
  record: RunRecord & { readonly deliveredAt: string },
  work: Work,
  deps: PipelineDeps,
): Promise<void> {
  const at = record.deliveredAt;
  const { domain, name: product, major } = work.product;
  const about = { from: domain, domain, product, major, table: work.table.name, run: record.run };
  const delivered: DomainReport = {
    type: 'DataDelivered',
    id: uuidOf(record.run, 'delivered'),
    time: at,
    ...about,
    at,
    ...(record.rows === undefined ? {} : { rows: record.rows }),
  };
  const event = lineageOf(record, work, at, deps);
  const lineage: readonly DomainReport[] =
    event === undefined
      ? []
      : [{ type: 'LineageReported', id: uuidOf(record.run, 'lineage'), time: at, ...about, event }];
  await report([delivered, ...lineage], domain, deps);
  const kept: Delivery = { at, ...(record.readAt === undefined ? {} : { readAt: record.readAt }) };
  await keepDelivery(writerOf(work.step), kept, deps);
}

async function keepDelivery(writer: string, delivery: Delivery, { landing }: PipelineDeps): Promise<void> {
  const key = deliveryKey(writer);
  const found = await landing.get(key);
  // One at a time writes a table; a newer word that is there already is as good.
  await landing.replace(key, `${JSON.stringify(delivery)}\n`, found?.etag);
}

/** Tells the mesh where the tables of a product are and what they look like: it may know them from their contract alone. */
export async function reportTables(product: string, deps: PipelineDeps): Promise<number> {
  const found = deps.products.find(({ name }) => name === product);
  if (found === undefined) return 0;
  const written = new Set(deps.pipeline.steps.filter((step) => step.product === product).map(({ table }) => table));
  const time = deps.now().toISOString();
  const reports: DomainReport[] = [];
  for (const { name, source } of found.tables.filter((table) => written.has(table.name))) {
    const table = await deps.tables.table(source.database, name);
    if (table === undefined) continue;
    const id = uuidOf('tables', product, name, time);
    const at = { database: source.database, table: name, schema: toCatalogSchema(table) };
    reports.push({ type: 'CatalogChanged', id, time, from: found.domain, change: 'UpdateTable', ...at });
  }
  await report(reports, found.domain, deps);
  return reports.length;
}

/** @throws `WEFT-PIPELINE-023` when EventBridge did not take one of them. */
async function report(reports: readonly DomainReport[], domain: string, { bus }: PipelineDeps): Promise<void> {
  const source = domainSource(domain);
  const events = reports.map((one) => ({ source, type: one.type, detail: domainEvent(one) }));
  const { failed, unclear } = await bus.put(events);
  const [lost] = [...failed, ...unclear];
  if (lost === undefined) return;
  const { name, message } = lost.symptom;
  throw new WeftError('WEFT-PIPELINE-023', `a report was not taken: ${name}: ${message}`, {
    hint: 'it is put again when the message comes back',
  });
}

function lineageOf(record: RunRecord, work: Work, at: string, deps: PipelineDeps) {
  const { step, product, table, database, sql } = work;
  const files = record.cause.kind === 'file' ? [`s3://${deps.landingBucket}/${record.cause.key}`] : [];
  const raw = deps.pipeline.landing.flatMap((landing) => {
    const columns = landingColumns(landing, deps.pipeline, deps.products);
    const full = `${landingDatabaseName(deps.pipeline.domain)}.${landing.name}`;
    return columns === undefined ? [] : [[full, columns.map(({ name }) => name)] as const];
  });
  const own = deps.products.flatMap(({ tables }) =>
    tables.map(
      (one) => [`${one.source.database}.${one.source.table}`, allColumns(one).map(({ name }) => name)] as const,
    ),
  );
  const alone = deps.pipeline.steps.filter((one) => writerOf(one) === writerOf(step)).length === 1;
  return told(deps.lineage, {
    run: record.run,
    at,
    mesh: deps.mesh,
    account: deps.account,
    region: deps.region,
    domain: product.domain,
    product: step.product,
    major: product.major,
    table: table.name,
    ...(alone ? {} : { step: step.name }),
    sql: withFiles(sql, files),
    columns: Object.fromEntries([...raw, ...own]),
    output: { name: `${database}.${table.name}`, columns: allColumns(table).map(({ name }) => name) },
  });
}

/** What fits into one event; the rows are in the table, whether or not anybody can tell where they are from. */
const MOST_BYTES = 200_000;

function told(
  lineage: PipelineDeps['lineage'],
  statement: StatementRun,
): Readonly<Record<string, unknown>> | undefined {
  try {
    const event = lineage?.(statement);
    return JSON.stringify(event ?? {}).length > MOST_BYTES ? undefined : event;
  } catch {
    // The parser may fail on what its authors did not think of.
    return undefined;
  }
}
