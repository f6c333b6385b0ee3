import { userError, WeftError } from '#mesh/error.ts';
import type { PipelineProduct } from '#mesh/pipeline/asset.ts';
import type { StepCause } from '#mesh/pipeline/message.ts';
import { type PipelineStep, writerOf } from '#mesh/pipeline/pipeline.ts';
import { missingIn } from '#mesh/pipeline/source-drift.ts';
import {
  appendStatement,
  countStatement,
  quarantineStatement,
  replaceStatement,
  type StepSql,
} from '#mesh/pipeline/statements.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import type { PipelineDeps } from './deps.ts';
import { ensureTable, moveTable, snapshotOf, tidySnapshots } from './own-table.ts';
import { type Delivery, deliveryKey, reportRun } from './report-run.ts';
import { type OpenRun, RunBook, type RunRecord, runOf } from './run-record.ts';
import { askSources, sourceFailed, sourcesAnswered, sourcesOf } from './source-gate.ts';

/** What a step is made of, found in the repository. */
export interface Work {
  readonly step: PipelineStep;
  readonly product: PipelineProduct;
  readonly table: ProductTable;
  readonly database: string;
  readonly sql: string;
}

/**
 * Runs one step for one cause, once: what was done is written down before the next thing, so that whoever is told of the cause again, or goes on after a crash,
 * does only what is left. Answers the record of the run.
 * @throws `WEFT-PIPELINE-020` when the statement failed, `-028` when its source has no longer what it reads, `-021` when it still runs: the message comes back.
 */
export async function runStep(name: string, cause: StepCause, deps: PipelineDeps): Promise<RunRecord> {
  const work = workOf(name, deps);
  const book = new RunBook(deps.landing);
  const run = runOf(name, cause);
  const begin: RunRecord = {
    run,
    step: name,
    cause,
    state: 'started',
    startedAt: deps.now().toISOString(),
    attempt: 1,
  };
  let open: OpenRun & { readonly resumed?: boolean } = await book.open(begin);
  if (open.record.state === 'done') return open.record;
  const skipped = (await overtaken(cause, deps)) ?? (await readSince(cause, work, deps));
  // What was begun is brought to its end: the file may be gone by now, its rows are not.
  if (skipped !== undefined && !(await isBegun(open, work, deps))) {
    return (await book.save(open, { state: 'done', skipped, endedAt: deps.now().toISOString() })).record;
  }
  await ensureTable(work, deps);
  if (open.record.state === 'started') open = await write(open, work, book, deps);
  if (open.record.skipped !== undefined) {
    return (await book.save(open, { state: 'done', endedAt: deps.now().toISOString() })).record;
  }
  if (work.step.write === 'replace') {
    await moveTable(work, snapshotOf(open.record), deps);
    await tidySnapshots(work, deps);
  }
  const { deliveredAt = deps.now().toISOString() } = open.record;
  if (open.record.deliveredAt === undefined) open = await book.save(open, { deliveredAt });
  await reportRun({ ...open.record, deliveredAt }, work, deps);
  return (await book.save(open, { state: 'done', endedAt: deps.now().toISOString() })).record;
}

/** The parts of a step. @throws `WEFT-PIPELINE-022` for a step that the deployed pipeline does not have. */
export function workOf(name: string, { pipeline, products, sql }: PipelineDeps): Work {
  const step = pipeline.steps.find((one) => one.name === name);
  const product = products.find((one) => one.name === step?.product);
  const table = product?.tables.find((one) => one.name === step?.table);
  const text = step === undefined ? undefined : sql[step.sql];
  if (step !== undefined && product !== undefined && table !== undefined && text !== undefined) {
    return { step, product, table, database: table.source.database, sql: text };
  }
  throw userError('WEFT-PIPELINE-022', `the pipeline has no step "${name}"`, {
    hint: `use one of ${pipeline.steps.map((one) => one.name).join(', ')}`,
  });
}

/** A file that is gone or has other content by now: the event of that content brings it. */
async function overtaken(cause: StepCause, deps: PipelineDeps): Promise<string | undefined> {
  if (cause.kind !== 'file' || cause.etag === '') return undefined;
  if (cause.bytes === 0) return 'the file is empty';
  const etag = await deps.objects.etag(deps.landingBucket, cause.key);
  if (etag === cause.etag.replaceAll('"', '')) return undefined;
  return etag === undefined ? 'the file is gone' : OVERWRITTEN;
}

/** After an outage of a source many runs are due that would each read it whole: the first has read for all that were due before it. */
async function readSince(cause: StepCause, work: Work, deps: PipelineDeps): Promise<string | undefined> {
  if (cause.kind !== 'time' || work.step.write !== 'replace' || sourcesOf(work, deps).length === 0) return undefined;
  const found = await deps.landing.get(deliveryKey(writerOf(work.step)));
  const { readAt } = found === undefined ? {} : (JSON.parse(new TextDecoder().decode(found.body)) as Partial<Delivery>);
  return readAt !== undefined && Date.parse(readAt) > Date.parse(cause.at)
    ? `its sources were read since, at ${readAt}`
    : undefined;
}

const OVERWRITTEN = 'the file was written over';

/** What the next attempt does anew. */
const AGAIN: Partial<RunRecord> = {
  query: undefined,
  unfit: undefined,
  counting: undefined,
  aside: undefined,
  asked: undefined,
};

async function write(
  given: OpenRun & { readonly resumed?: boolean },
  work: Work,
  book: RunBook,
  deps: PipelineDeps,
): Promise<OpenRun> {
  let open: OpenRun = given;
  if (open.record.unfit === undefined) {
    open = await look(open, work, book, deps);
  }
  if (open.record.query === undefined) {
    const query = await begin(open.record, work, given.resumed === true, deps);
    open = await book.save(open, { query });
  }
  const { query = '', attempt } = open.record;
  const outcome = await deps.statements.ended(query, deps.hasTime);
  if (outcome.state === 'running') throw stillRuns(query, work);
  if (outcome.state === 'failed') {
    await removeWritten(outcome.manifest, deps);
    const error = outcome.reason ?? 'no reason is given';
    await sourceFailed(open, error, work, deps);
    await book.save(open, { ...AGAIN, attempt: attempt + 1, error });
    throw failed(work, error);
  }
  if (work.step.write === 'append' && outcome.manifest !== undefined) {
    // What was read may have been the new content, which its own event brings: its rows would be there twice.
    const skipped = await overtaken(open.record.cause, deps);
    if (skipped === OVERWRITTEN) {
      await removeWritten(outcome.manifest, deps);
      return book.save(open, { state: 'written', rows: 0, skipped, error: undefined });
    }
  }
  // Of an INSERT Athena says how many rows it wrote.
  const { written } = work.step.write === 'append' ? await deps.statements.result(query) : { written: 0 };
  const { read = 0, unfit = 0 } = open.record;
  return book.save(open, { state: 'written', rows: written > 0 ? written : read - unfit, error: undefined });
}

/** Counts the rows, and puts those that do not fit aside. It changes no table, so it may be done again. */
async function look(given: OpenRun, work: Work, book: RunBook, deps: PipelineDeps): Promise<OpenRun> {
  const begun = given.record.counting === undefined ? await askSources(given, work, book, deps) : given;
  const { record } = begun;
  const sql = sqlOf(record, work, deps);
  const token = (what: string) => tokenOf(record, what, deps.now().toISOString());
  const counting = () => deps.statements.start(countStatement(sql), token('count'));
  const counted = await through(begun, 'counting', counting, work, book, deps);
  await sourcesAnswered(counted.open, deps);
  const [[all, odd] = []] = (await deps.statements.result(counted.id)).rows;
  const counts = { read: Number(all ?? 0), unfit: Number(odd ?? 0) };
  if (counts.unfit === 0) return book.save(counted.open, counts);
  const prefix = `quarantine/${writerOf(work.step)}/${record.run}/`;
  const putting = async () => {
    // Athena writes below an empty folder only; what a run that was cut short left there is its own.
    for (const key of await deps.keys(deps.landingBucket, prefix)) await deps.objects.remove(deps.landingBucket, key);
    const facts = { weft_run: record.run, weft_cause: nameOf(record.cause) };
    const statement = quarantineStatement(sql, `s3://${deps.landingBucket}/${prefix}`, facts);
    return deps.statements.start(statement, token('quarantine'));
  };
  const put = await through(counted.open, 'aside', putting, work, book, deps);
  return book.save(put.open, counts);
}

/**
 * Starts a statement that changes no table, unless it was started before, and waits for it. Each start has a token of its own, for Athena would answer one that
 * failed with the same failure for ever.
 */
async function through(
  given: OpenRun,
  field: 'counting' | 'aside',
  start: () => Promise<string>,
  work: Work,
  book: RunBook,
  deps: PipelineDeps,
): Promise<{ readonly open: OpenRun; readonly id: string }> {
  const known = given.record[field];
  const id = known ?? (await start());
  const open = known === undefined ? await book.save(given, { [field]: id }) : given;
  const { state, reason = 'no reason is given' } = await deps.statements.ended(id, deps.hasTime);
  if (state === 'succeeded') return { open, id };
  if (state === 'running') throw stillRuns(id, work);
  await sourceFailed(open, reason, work, deps);
  // What read a source begins anew with asking for it.
  const counting = open.record.asked === undefined ? {} : { counting: undefined };
  await book.save(open, { ...counting, [field]: undefined, asked: undefined, error: reason });
  throw failed(work, reason);
}

function stillRuns(query: string, { step }: Work): WeftError {
  return new WeftError('WEFT-PIPELINE-021', `the query ${query} of "${step.name}" still runs`, {
    hint: 'the message comes back, and whoever takes it goes on waiting',
  });
}

/** What is missing at the source is told by the contract that needs it; anything else as Athena says it. */
function failed({ step, product, table }: Work, reason: string): WeftError {
  const missing = missingIn(reason);
  if (missing !== undefined) {
    const contract = `the contract ${product.name} ${product.version}`;
    const message = `the step "${step.name}" failed: its source has no ${missing} any more, from which ${contract} gets "${table.name}": ${reason}`;
    return new WeftError('WEFT-PIPELINE-028', message, {
      hint: 'have the source give it again, or publish a version of the contract without it; the table keeps what it had',
    });
  }
  return new WeftError('WEFT-PIPELINE-020', `the step "${step.name}" failed: ${reason}`, {
    hint: 'mend its SQL or the file, and have it run again: weft pipeline run',
  });
}

/** Whether the statement that writes was started, by somebody who wrote it down or could not any more; none is before the rows are counted. */
async function isBegun(
  { record, resumed = false }: OpenRun & { readonly resumed?: boolean },
  work: Work,
  deps: PipelineDeps,
): Promise<boolean> {
  if (record.query !== undefined || record.state !== 'started') return true;
  if (!resumed || record.unfit === undefined) return false;
  return (await deps.statements.find(writing(record, work, deps))) !== undefined;
}

function writing(record: RunRecord, work: Work, deps: PipelineDeps): string {
  const sql = sqlOf(record, work, deps);
  return work.step.write === 'append'
    ? appendStatement(sql)
    : replaceStatement(sql, `${work.table.location}${snapshotOf(record)}`);
}

/** Starts the statement that writes, unless somebody did who could not write it down any more. */
async function begin(record: RunRecord, work: Work, resumed: boolean, deps: PipelineDeps): Promise<string> {
  const statement = writing(record, work, deps);
  // Athena remembers a token for a time that nobody promises.
  const known = resumed ? await deps.statements.find(statement) : undefined;
  return known ?? deps.statements.start(statement, tokenOf(record, 'write'));
}

function sqlOf(record: RunRecord, { sql, table, database }: Work, { landingBucket }: PipelineDeps): StepSql {
  const files = record.cause.kind === 'file' ? [`s3://${landingBucket}/${record.cause.key}`] : [];
  return { sql, files, table, database, mark: `weft ${record.run} ${record.attempt}` };
}

function tokenOf({ run, attempt }: RunRecord, ...what: readonly string[]): string {
  return `weft-${[run, attempt, ...what].join('-')}`.replaceAll(/[^\w-]/g, '').slice(0, 128);
}

function nameOf(cause: StepCause): string {
  return cause.kind === 'file' ? cause.key : cause.kind === 'event' ? cause.id : cause.at;
}

/** Half an INSERT is in the table: Athena does not take back what a failed statement wrote, but lists it. */
async function removeWritten(manifest: string | undefined, deps: PipelineDeps): Promise<void> {
  const at = placeOf(manifest);
  if (at === undefined) return;
  const lines = ((await deps.read(at.bucket, at.key)) ?? '').split('\n');
  for (const line of lines) {
    const file = placeOf(line.trim());
    if (file !== undefined) await deps.objects.remove(file.bucket, file.key);
  }
}

function placeOf(address: string | undefined): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address ?? '') ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}
