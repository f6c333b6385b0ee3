import type { StartQueryExecutionInput } from '@aws-sdk/client-athena';
import type { Context } from '../../core/service.ts';
import { tellResult } from './acts.ts';
import type { Engine } from './engine/instance.ts';
import { type ExecutionRecord, invalid, namespace } from './model.ts';
import { checkCatalog, isGlue } from './operations/metadata.ts';
import { idFrom } from './operations/saved.ts';
import { workGroup } from './operations/workgroups.ts';
import type { Outcome } from './outcome.ts';
import { contextOf, outputLocation, resolveStatement, resultPlace } from './request.ts';
import { type ResultPlace, uriOf } from './results.ts';
import type { Runner } from './runner.ts';
import { QueryFailure } from './sql/gate.ts';
import type { Statement } from './sql/kinds.ts';
import { readStatement } from './sql/statement.ts';
import { tellStateChange } from './state-change.ts';
import { statementType } from './statement-type.ts';
import { athenaError, reasonOf, statistics } from './status.ts';
import { writeOutcome } from './write-outcome.ts';

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
    checkCatalog(context, input.QueryExecutionContext?.Catalog);
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
    const location = outputLocation(context.cloud, input, group.Configuration);
    const place = resultPlace(context.cloud, location, statement, id);
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
    tellStateChange(context, record, undefined);
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
      const statement = resolveStatement(given, input, context, record.execution.WorkGroup ?? 'primary');
      const cutoff = workGroup(context, record.execution.WorkGroup ?? 'primary').Configuration
        .BytesScannedCutoffPerQuery;
      const outcome = await this.#runner.run(statement, {
        context,
        queryId: id,
        database: (input.QueryExecutionContext?.Database ?? 'default').toLowerCase(),
        ...(isGlue(input.QueryExecutionContext?.Catalog)
          ? {}
          : { catalog: (input.QueryExecutionContext?.Catalog ?? '').toLowerCase() }),
        workGroup: record.execution.WorkGroup ?? 'primary',
        ...(location === undefined ? {} : { location }),
        ...(cutoff === undefined ? {} : { cutoff }),
        started: (engine) => {
          running.engine = engine;
          if (running.cancelled) throw new QueryFailure('Query cancelled by user');
        },
      });
      if (running.cancelled) return;
      if (outcome.format !== 'none') tellResult(context.cloud, context.caller, 'PutObject', place);
      const manifest = await writeOutcome(context.cloud, outcome, place, id, location);
      this.#succeed(context, id, outcome, place, started, manifest);
    } catch (error) {
      if (running.cancelled) return;
      const current = this.get(context, id);
      const reason = reasonOf(error);
      this.#finish(context, current, { State: 'FAILED', StateChangeReason: reason.text }, reason.category);
    }
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
      ...(outcome.fetched === undefined ? {} : { fetched: outcome.fetched }),
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
    const failed = status.State === 'FAILED' ? { AthenaError: athenaError(status.StateChangeReason, category) } : {};
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
    tellStateChange(context, next, old.execution.Status?.State);
    return next;
  }
}

/** An interrupt between two steps of DuckDB is lost: it is repeated until the query is over. */
function interrupt(running: Running): void {
  const timer = setInterval(() => running.engine?.interrupt(), 20);
  void running.done.finally(() => clearInterval(timer));
}

function isOver({ execution }: ExecutionRecord): boolean {
  return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(execution.Status?.State ?? '');
}
