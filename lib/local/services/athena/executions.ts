import type { StartQueryExecutionInput, WorkGroupConfiguration } from '@aws-sdk/client-athena';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import type { Engine } from './engine/instance.ts';
import { type ExecutionRecord, invalid, namespace } from './model.ts';
import { checkCatalog } from './operations/metadata.ts';
import { idFrom, preparedStatement } from './operations/saved.ts';
import { workGroup } from './operations/workgroups.ts';
import type { Outcome } from './outcome.ts';
import { bindParameters } from './parameters.ts';
import { placeOf } from './relation/partition.ts';
import { placeFor, type ResultPlace, toCsv, uriOf, writeResult } from './results.ts';
import type { Runner } from './runner.ts';
import { QueryFailure } from './sql/gate.ts';
import type { Statement } from './sql/kinds.ts';
import { readStatement } from './sql/statement.ts';
import { statementType } from './statement-type.ts';
import { storageOf } from './storage.ts';

const LONGEST_QUERY = 262_144;

interface Running {
  readonly done: Promise<void>;
  engine?: Engine;
  cancelled: boolean;
}

/** The query executions: started, running in the background, kept with their results. */
export class Executions {
  readonly #runner: Runner;
  readonly #running = new Map<string, Running>();

  constructor(runner: Runner) {
    this.#runner = runner;
  }

  /** Checks the request as Athena does before it gives an id, and starts the query. */
  start(input: StartQueryExecutionInput, context: Context): string {
    const sql = input.QueryString ?? '';
    if (sql.length === 0 || sql.length > LONGEST_QUERY)
      throw invalid(`Query string must have length between 1 and ${LONGEST_QUERY}`);
    checkCatalog(input.QueryExecutionContext?.Catalog);
    const group = workGroup(context, input.WorkGroup ?? 'primary');
    const { store } = context.cloud;
    const token = input.ClientRequestToken;
    if (token !== undefined && (token.length < 32 || token.length > 128))
      throw invalid('ClientRequestToken must have length between 32 and 128');
    const { ClientRequestToken: _, ...parameters } = input;
    const fingerprint = JSON.stringify(parameters);
    const before =
      token === undefined
        ? undefined
        : store.get<{ id: string; fingerprint: string }>(namespace(context, 'token'), token);
    if (before !== undefined) {
      if (before.fingerprint === fingerprint) return before.id;
      throw invalid('Idempotent parameters do not match', 'INVALID_INPUT');
    }
    if (group.State === 'DISABLED') throw invalid(`WorkGroup ${group.Name} is disabled.`);
    const statement = readStatement(sql);
    const id = idFrom(context.account, context.requestId, String(context.now), sql);
    const location = this.#location(context.cloud, input, group.Configuration);
    const isPlain = statement.kind === 'query' || statement.kind === 'execute';
    const suffix =
      isPlain || statement.kind === 'unload'
        ? '.csv'
        : statement.kind === 'ctas' || statement.kind === 'insert'
          ? ''
          : '.txt';
    const place = placeFor(context.cloud, location, statement.kind === 'ctas' ? `tables/${id}` : `${id}${suffix}`);
    const managed = location === undefined;
    const record: ExecutionRecord = {
      account: context.account,
      columns: [],
      header: false,
      rows: 0,
      execution: {
        QueryExecutionId: id,
        Query: sql,
        ...statementType(statement),
        ...(managed ? { ManagedQueryResultsConfiguration: { Enabled: true } } : {}),
        ResultConfiguration: managed ? {} : { ...input.ResultConfiguration, OutputLocation: uriOf(place) },
        ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
        QueryExecutionContext: contextOf(input),
        Status: { State: 'QUEUED', SubmissionDateTime: context.now / 1000 },
        Statistics: {},
        WorkGroup: group.Name,
        EngineVersion: group.Configuration.EngineVersion ?? {},
        ...(input.ExecutionParameters === undefined ? {} : { ExecutionParameters: input.ExecutionParameters }),
      },
    };
    store.put(namespace(context, 'execution'), id, record);
    store.put(namespace(context, 'history'), `${String(1e15 - context.now)}-${id}`, { id, group: group.Name });
    if (token !== undefined) store.put(namespace(context, 'token'), token, { id, fingerprint });
    this.#launch(id, statement, input, context, location, place);
    return id;
  }

  get(context: Context, id: string | undefined): ExecutionRecord {
    const found = context.cloud.store.get<ExecutionRecord>(namespace(context, 'execution'), id ?? '');
    if (found === undefined) throw invalid(`QueryExecution ${id} was not found`);
    if (isOver(found) || this.#running.has(id ?? '')) return found;
    // It ran in a process that is no more.
    return this.#finish(
      context,
      found,
      { State: 'FAILED', StateChangeReason: 'GENERIC_INTERNAL_ERROR: the local cloud was stopped while the query ran' },
      1,
    );
  }

  stop(context: Context, id: string | undefined): void {
    const record = this.get(context, id);
    if (isOver(record)) return;
    const running = this.#running.get(id ?? '');
    if (running !== undefined) running.cancelled = true;
    if (running !== undefined) interrupt(running);
    this.#finish(context, record, { State: 'CANCELLED', StateChangeReason: 'Query cancelled by user' });
  }

  list(context: Context, group: string): string[] {
    const rows = context.cloud.store.list<{ id: string; group: string }>(namespace(context, 'history'));
    return rows.filter((row) => row.value.group === group).map((row) => row.value.id);
  }

  /** Waits for what runs now; true when something ran. */
  async settle(): Promise<boolean> {
    const running = [...this.#running.values()];
    await Promise.all(running.map((one) => one.done));
    return running.length > 0;
  }

  #location(cloud: Cloud, input: StartQueryExecutionInput, configuration: WorkGroupConfiguration): string | undefined {
    const ofGroup = configuration.ResultConfiguration?.OutputLocation;
    const ofClient = input.ResultConfiguration?.OutputLocation;
    if (configuration.ManagedQueryResultsConfiguration?.Enabled === true) return undefined;
    const chosen = configuration.EnforceWorkGroupConfiguration === true ? (ofGroup ?? ofClient) : (ofClient ?? ofGroup);
    if (chosen === undefined) {
      throw invalid(
        'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
      );
    }
    if (!chosen.startsWith('s3://')) throw invalid(`outputLocation is not a valid S3 path: ${chosen}`);
    const { bucket } = placeOf(chosen);
    if (!storageOf(cloud).hasBucket(bucket)) throw invalid(`Unable to verify/create output bucket ${bucket}`);
    return chosen;
  }

  #launch(
    id: string,
    statement: Statement,
    input: StartQueryExecutionInput,
    context: Context,
    location: string | undefined,
    place: ResultPlace,
  ): void {
    const running: Running = {
      done: Promise.resolve().then(() => this.#run(id, statement, input, context, location, place, running)),
      cancelled: false,
    };
    this.#running.set(id, running);
    void running.done.finally(() => this.#running.delete(id));
  }

  async #run(
    id: string,
    given: Statement,
    input: StartQueryExecutionInput,
    context: Context,
    location: string | undefined,
    place: ResultPlace,
    running: Running,
  ): Promise<void> {
    const started = context.cloud.clock.now();
    const record = this.#put(context, id, (old) => ({
      ...old,
      execution: { ...old.execution, Status: { ...old.execution.Status, State: 'RUNNING' } },
    }));
    try {
      const statement = resolve(given, input, context, record.execution.WorkGroup ?? 'primary');
      const cutoff = workGroup(context, record.execution.WorkGroup ?? 'primary').Configuration
        .BytesScannedCutoffPerQuery;
      const outcome = await this.#runner.run(statement, {
        context,
        queryId: id,
        database: (input.QueryExecutionContext?.Database ?? 'default').toLowerCase(),
        workGroup: record.execution.WorkGroup ?? 'primary',
        ...(location === undefined ? {} : { location }),
        ...(cutoff === undefined ? {} : { cutoff }),
        started: (engine) => {
          running.engine = engine;
          if (running.cancelled) throw new QueryFailure('Query cancelled by user');
        },
      });
      if (running.cancelled) return;
      const manifest = await this.#write(context, outcome, place, id, location);
      this.#succeed(context, id, outcome, place, started, manifest);
    } catch (error) {
      if (running.cancelled) return;
      const current = this.get(context, id);
      const reason = reasonOf(error);
      this.#finish(context, current, { State: 'FAILED', StateChangeReason: reason.text }, reason.category);
    }
  }

  async #write(
    context: Context,
    outcome: Outcome,
    place: ResultPlace,
    id: string,
    location: string | undefined,
  ): Promise<string | undefined> {
    if (outcome.format === 'csv') {
      await writeResult(
        context.cloud,
        place,
        toCsv(
          outcome.columns.map((column) => column.Name),
          outcome.rows,
        ),
        'application/octet-stream',
      );
    } else if (outcome.format === 'txt') {
      await writeResult(context.cloud, place, outcome.rows.map((row) => `${row.join('\t')}\n`).join(''), 'text/plain');
    }
    if (outcome.written === undefined || location === undefined) return undefined;
    const manifest = placeFor(
      context.cloud,
      location,
      `${outcome.updated === undefined ? '' : 'tables/'}${id}-manifest.csv`,
    );
    await writeResult(context.cloud, manifest, outcome.written.map((uri) => `${uri}\n`).join(''), 'text/csv');
    return uriOf(manifest);
  }

  #succeed(
    context: Context,
    id: string,
    outcome: Outcome,
    place: ResultPlace,
    started: number,
    manifest: string | undefined,
  ): void {
    const now = context.cloud.clock.now();
    this.#put(context, id, (old) => ({
      ...old,
      columns: outcome.columns,
      header: outcome.format === 'csv',
      rows: outcome.updated ?? outcome.rows.length,
      ...(outcome.format === 'none' ? {} : { result: place }),
      execution: {
        ...old.execution,
        Status: { ...old.execution.Status, State: 'SUCCEEDED', CompletionDateTime: now / 1000 },
        Statistics: statistics(now - started, outcome.bytes, manifest),
      },
    }));
  }

  #finish(
    context: Context,
    record: ExecutionRecord,
    status: { State: 'FAILED' | 'CANCELLED'; StateChangeReason: string },
    category = 2,
  ): ExecutionRecord {
    const now = context.cloud.clock.now();
    const failed =
      status.State === 'FAILED'
        ? {
            AthenaError: {
              ErrorCategory: category,
              ErrorType: category === 1 ? 1 : 1006,
              Retryable: category === 1,
              ErrorMessage: status.StateChangeReason,
            },
          }
        : {};
    return this.#put(context, record.execution.QueryExecutionId ?? '', (old) => ({
      ...old,
      execution: {
        ...old.execution,
        Status: { ...old.execution.Status, ...status, CompletionDateTime: now / 1000, ...failed },
        Statistics: statistics(0, 0, undefined),
      },
    }));
  }

  #put(context: Context, id: string, change: (old: ExecutionRecord) => ExecutionRecord): ExecutionRecord {
    const ns = namespace(context, 'execution');
    const old = context.cloud.store.get<ExecutionRecord>(ns, id);
    if (old === undefined) throw new Error(`query execution ${id} is gone`);
    const next = change(old);
    context.cloud.store.put(ns, id, next);
    return next;
  }
}

/** An interrupt between two steps of DuckDB is lost: it is repeated until the query is over. */
function interrupt(running: Running): void {
  const timer = setInterval(() => running.engine?.connection.interrupt(), 20);
  void running.done.finally(() => clearInterval(timer));
}

/** EXECUTE becomes the statement that was prepared; parameters take their places. */
function resolve(given: Statement, input: StartQueryExecutionInput, context: Context, group: string): Statement {
  const parameters = input.ExecutionParameters ?? [];
  if (given.kind === 'execute') {
    const prepared = preparedStatement(context, group, given.name);
    if (prepared === undefined) throw new QueryFailure(`NOT_FOUND: Prepared statement not found: ${given.name}`);
    return readStatement(
      bindParameters(prepared.QueryStatement, given.arguments.length > 0 ? given.arguments : parameters),
    );
  }
  if (given.kind === 'prepare') return given;
  const text = input.QueryString ?? '';
  return parameters.length === 0 && !text.includes('?') ? given : readStatement(bindParameters(text, parameters));
}

function reasonOf(error: unknown): { text: string; category: number } {
  if (error instanceof QueryFailure) return { text: error.message, category: error.category };
  if (error instanceof AwsError)
    return {
      text: error.code === 'InvalidRequestException' ? error.message : `${error.message} (${error.code})`,
      category: 2,
    };
  if (process.env.WEFT_LOCAL_DEBUG !== undefined) console.error(error);
  return { text: `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? error.message : String(error)}`, category: 1 };
}

function isOver({ execution }: ExecutionRecord): boolean {
  return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(execution.Status?.State ?? '');
}

function contextOf(input: StartQueryExecutionInput) {
  const { Database, Catalog } = input.QueryExecutionContext ?? {};
  return {
    ...(Database === undefined ? {} : { Database: Database.toLowerCase() }),
    ...(Catalog === undefined ? {} : { Catalog: Catalog.toLowerCase() }),
  };
}

function statistics(milliseconds: number, bytes: number, manifest: string | undefined) {
  return {
    EngineExecutionTimeInMillis: milliseconds,
    DataScannedInBytes: bytes,
    TotalExecutionTimeInMillis: milliseconds,
    QueryQueueTimeInMillis: 0,
    ServicePreProcessingTimeInMillis: 0,
    QueryPlanningTimeInMillis: 0,
    ServiceProcessingTimeInMillis: 0,
    ResultReuseInformation: { ReusedPreviousResult: false },
    ...(manifest === undefined ? {} : { DataManifestLocation: manifest }),
  };
}
