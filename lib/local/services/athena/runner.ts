import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { tellFiles } from './acts.ts';
import { recordReads } from './audit.ts';
import { runDefinition } from './ddl/definition.ts';
import { runShow } from './ddl/show.ts';
import { runWrite } from './ddl/write.ts';
import { athenaFailure } from './engine/failure.ts';
import { type Engine, EnginePool } from './engine/instance.ts';
import { ParquetSchemas } from './engine/parquet-schema.ts';
import { savePrepared } from './operations/saved.ts';
import { lines, nothing, type Outcome } from './outcome.ts';
import { type Asker, type Plan, Planner } from './plan.ts';
import { runSelect } from './select.ts';
import { QueryFailure } from './sql/gate.ts';
import type { Statement } from './sql/kinds.ts';
import { tokenize } from './sql/lexer.ts';
import type { Transpiler } from './sql/transpile.ts';

/** What a statement runs in. */
export interface Run {
  readonly context: Context;
  readonly queryId: string;
  /** Lower-case. */
  readonly database: string;
  /** Lower-case; the Glue catalog when absent. */
  readonly catalog?: string;
  /** Only the shape of a result is wanted. */
  readonly isDry?: boolean;
  readonly workGroup: string;
  /** Where results go; absent with managed results. */
  readonly location?: string;
  /** Most bytes that the statement may scan. */
  readonly cutoff?: number;
  /** Gets the engine while a query runs in it, to interrupt it. */
  readonly started?: (engine: Engine) => void;
}

/** Statements that a catalog other than Glue's takes. */
const WITHOUT_DDL: ReadonlySet<Statement['kind']> = new Set(['query', 'explain', 'unload', 'prepare', 'deallocate']);

/** Runs statements, each query in an engine of its own. */
export class Runner {
  readonly #pool = new EnginePool();
  readonly #planner: Planner;

  constructor(transpile?: Transpiler) {
    this.#planner = new Planner(new ParquetSchemas(), transpile);
  }

  async run(statement: Statement, run: Run): Promise<Outcome> {
    if (run.catalog !== undefined && !WITHOUT_DDL.has(statement.kind)) {
      throw new QueryFailure(`NOT_SUPPORTED: weft local runs no ${statement.kind} in the catalog '${run.catalog}'`);
    }
    switch (statement.kind) {
      case 'query':
        return this.query(statement.sql, run, (engine, plan) => runSelect(engine, plan, statement.sql));
      case 'explain':
        return this.#explain(statement.sql, run);
      case 'show':
      case 'describe':
        return runShow(statement, run);
      case 'ctas':
      case 'insert':
      case 'unload':
        return runWrite(statement, run, this);
      case 'prepare':
        savePrepared(run.context, run.workGroup, statement.name, statement.sql);
        return nothing;
      case 'deallocate':
        run.context.cloud.store.delete(
          `athena/${run.context.account}/${run.context.region}/prepared`,
          `${run.workGroup}/${statement.name}`,
        );
        return nothing;
      case 'execute':
        throw new QueryFailure('GENERIC_INTERNAL_ERROR: EXECUTE was not resolved', 1);
      default:
        return runDefinition(statement, run, this);
    }
  }

  /** Plans a query in a locked engine, records what it reads, and hands both over. */
  async query<T>(
    sql: string,
    run: Run,
    use: (engine: Engine, plan: Plan) => Promise<T>,
    writable?: string,
  ): Promise<T> {
    const engine = await this.#pool.take();
    let isMasked = false;
    try {
      const { cloud, caller } = run.context;
      const { database, catalog, isDry } = run;
      const asker = { cloud, caller, database, ...(catalog && { catalog }), ...(isDry && { isDry }) };
      const plan = await this.#planner.plan(asker, engine, sql, writable);
      if (run.cutoff !== undefined && plan.bytes > run.cutoff) {
        throw new QueryFailure('Query exhausted resources at this scale factor: Bytes scanned limit was exceeded', 2);
      }
      isMasked = plan.reads.some(({ as }) => as !== undefined);
      for (const { owner, files, as = caller } of plan.reads) {
        if (files !== undefined) tellFiles(cloud, as, owner.catalogId, 'GetObject', files.bucket, files.keys);
      }
      recordReads(cloud, caller, run.queryId, plan.reads);
      run.started?.(engine);
      return await use(engine, plan);
    } catch (error) {
      if (error instanceof AwsError) throw error;
      const failure = athenaFailure(error, tokenize(sql));
      throw isMasked ? withoutValues(failure) : failure;
    } finally {
      this.#pool.refill();
      void engine.close();
    }
  }

  /** Why a view's text does not run as that caller, or gives other columns than the view has; undefined when it is sound. */
  async faultOf(sql: string, asker: Asker, columns: readonly string[]): Promise<string | undefined> {
    const engine = await this.#pool.take();
    try {
      const plan = await this.#planner.plan({ ...asker, isDry: true }, engine, sql);
      const found = await runSelect(engine, { ...plan, text: `SELECT * FROM (${plan.text}) LIMIT 0` }, sql);
      const names = (found.columns ?? []).map(({ Name }) => Name);
      if (names.join() === columns.join()) return undefined;
      return `The query gives the columns ${names.join(', ')}, and the view has ${columns.join(', ')}`;
    } catch (error) {
      return error instanceof AwsError ? error.message : athenaFailure(error, tokenize(sql)).message;
    } finally {
      this.#pool.refill();
      void engine.close();
    }
  }

  /** Starts what the first query would wait for. */
  async warm(): Promise<void> {
    this.#pool.refill();
    await this.#planner.warm();
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await this.#planner.close();
  }

  async #explain(sql: string, run: Run): Promise<Outcome> {
    return this.query(sql, { ...run, isDry: true }, async (engine, plan) => {
      // DuckDB's own plan would show the row filters and the files: what is told is the output and the scans.
      const { columns } = await runSelect(engine, { ...plan, text: `SELECT * FROM (${plan.text}) LIMIT 0` }, sql);
      const output = `Output[columnNames = [${columns.map((column) => column.Name).join(', ')}]]`;
      const scans = plan.reads
        .filter(({ as }) => as === undefined)
        .map(({ owner }) => `    - TableScan[table = awsdatacatalog:${owner.database}:${owner.table}]`);
      return { ...lines('Query Plan', [output, ...scans]), bytes: 0 };
    });
  }
}

/** An error of a view's own text may quote what the view masks. */
function withoutValues(failure: QueryFailure): QueryFailure {
  if (!/^(INVALID_CAST_ARGUMENT|NUMERIC_VALUE_OUT_OF_RANGE|GENERIC_INTERNAL_ERROR)/.test(failure.message))
    return failure;
  return new QueryFailure(failure.message.replace(/:.*$/s, ': a value in a view cannot be taken'), failure.category);
}
