import type { ProductKey, Registry } from '#aws/registry.ts';
import { isEqual } from '#mesh/equal.ts';
import type { LineageReported } from '#mesh/event/report.ts';
import { readRunEvent, type ToldLineage } from '#mesh/lineage/read-event.ts';
import type { LineageRecord, LineageSource, LineageUse } from '#mesh/lineage/record.ts';
import type { Input } from '#mesh/lineage/transformation.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import { productOfDatabase } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Taken } from './disposal-report.ts';
import { optimistically } from './optimistic.ts';
import { refusalOfOwner } from './own-report.ts';

export interface LineageReportDeps {
  readonly registry: Pick<Registry, 'version' | 'versions' | 'follower' | 'lineage' | 'write'>;
  topology(): Promise<Topology>;
  now(): Date;
}

/** More than this is no pipeline that a person could follow, and comes near to what one item of the registry holds. */
const MOST_USES = 3000;
const MOST_SOURCES = 200;
const MOST_UNTOLD = 100;
const MOST_JOBS = 20;
const LONGEST_JOB = 255;

/** What a job says again is written down this often, so that it is known for how long it says so. */
const AGAIN = 7 * 86_400_000;

/** Clocks differ; what lies further ahead would keep later runs out. */
const AHEAD = 5 * 60_000;

/**
 * Takes a domain's word on what a table was made of. What each job says is kept, for several may write one table. What an older run says is ignored, and what says
 * the same as before changes nothing for a week, so that a pipeline that runs each hour does not fill the trail.
 */
export async function takeLineage(report: LineageReported, account: string, deps: LineageReportDeps): Promise<Taken> {
  const { domain, product: name, major } = report;
  const refusal = refusalOfOwner(report, account, await deps.topology());
  if (refusal !== undefined) return refusal;
  const key: ProductKey = { domain, name, major };
  return optimistically(async (): Promise<Taken> => {
    const version = await deps.registry.version(key);
    const table = version?.product.tables.find((entry) => entry.name === report.table && entry.view === undefined);
    if (version === undefined || table === undefined || !isPublished(version.product)) return 'ignored';
    const read = readRunEvent(report.event, `${table.source.database}.${table.source.table}`);
    if (!read.ok) return { refused: read.problems.map(({ message }) => message).join('; ') };
    const refused = tooMuch(read.value, deps.now());
    if (refused !== undefined) return { refused };
    const kept = (await deps.registry.lineage(key)).filter((entry) => entry.table === table.name);
    const before = kept.find((entry) => entry.job === read.value.job);
    if (before !== undefined && before.at > read.value.at) return 'ignored';
    if (before === undefined && kept.length === MOST_JOBS)
      return { refused: `${kept.length} jobs write ${table.name} already, at most ${MOST_JOBS} are kept` };
    const sources = await Promise.all(read.value.sources.map((source) => sourceOf(source, account, deps)));
    const next = recordOf(report, table, read.value, sources, before, deps.now());
    const same = before !== undefined && isEqual(saysOf(before), saysOf(next));
    if (same && Date.parse(next.at) - Date.parse(before.at) < AGAIN) return 'unchanged';
    await deps.registry.write([{ record: next, replaces: before?.revision }]);
    return 'applied';
  });
}

function tooMuch({ at, job, sources, columns, dataset }: ToldLineage, now: Date): string | undefined {
  if (job.length > LONGEST_JOB)
    return `the name of the job has ${job.length} characters, at most ${LONGEST_JOB} are kept`;
  if (Date.parse(at) > now.getTime() + AHEAD) return `the run event is of ${at}, which has not come yet`;
  if (sources.length > MOST_SOURCES)
    return `the run event names ${sources.length} tables, at most ${MOST_SOURCES} are kept`;
  const uses = Object.values(columns).reduce((sum, inputs) => sum + inputs.length, dataset.length);
  return uses > MOST_USES
    ? `the run event names ${uses} uses of columns, at most ${MOST_USES} are kept for a table: make it in several steps`
    : undefined;
}

/** A table of the mesh is known by its database, or by the domain's own table that a product follows. */
async function sourceOf(source: string, account: string, { registry }: LineageReportDeps): Promise<LineageSource> {
  const [database = '', table = '', ...more] = source.split('.');
  if (more.length > 0) return { table: source };
  const central = productOfDatabase(database);
  if (central !== undefined) return { table: source, product: { ...central, table } };
  const own = await registry.follower(account, database, table);
  if (own === undefined) return { table: source };
  const versions = (await registry.versions(own)).filter(({ product }) => isPublished(product));
  const found = versions.toReversed().flatMap(({ product }) => {
    const same = product.tables.find(
      (entry) => entry.view === undefined && entry.source.database === database && entry.source.table === table,
    );
    return same === undefined ? [] : [{ ...own, major: product.major, table: same.name }];
  })[0];
  return found === undefined ? { table: source } : { table: source, product: found };
}

function recordOf(
  report: LineageReported,
  { columns, partitionKeys, name }: ProductTable,
  { run, at, job, columns: told, dataset, unknown }: ToldLineage,
  sources: readonly LineageSource[],
  before: LineageRecord | undefined,
  now: Date,
): LineageRecord {
  const { domain, product, major, from, id } = report;
  const uses = (inputs: readonly Input[]): LineageUse[] =>
    inputs.map(({ table, ...input }) => ({
      source: sources.findIndex((source) => source.table === table),
      ...input,
    }));
  const known = [...columns, ...partitionKeys].map((column) => column.name);
  const strangers = Object.keys(told).filter((column) => !known.includes(column));
  return {
    type: 'lineage',
    domain,
    product,
    major,
    table: name,
    job,
    run,
    at,
    sources,
    columns: Object.fromEntries(
      known.flatMap((column) => (Object.hasOwn(told, column) ? [[column, uses(told[column] ?? [])]] : [])),
    ),
    dataset: uses(dataset),
    unknown: [
      ...unknown,
      ...strangers.map((column) => ({ column, reason: 'the run wrote it, and the product has no such column' })),
    ].slice(0, MOST_UNTOLD),
    revision: (before?.revision ?? 0) + 1,
    change: {
      actor: `weft:pipeline:${from}`,
      action: before === undefined ? 'LineageRecorded' : 'LineageChanged',
      at: now.toISOString(),
      correlation: id,
      details: { run, job, sources: sources.map((source) => source.table) },
    },
    createdAt: before?.createdAt ?? now.toISOString(),
  };
}

/** What a record says, whichever run said it. */
function saysOf({ sources, columns, dataset, unknown }: LineageRecord): object {
  return { sources, columns, dataset, unknown };
}
