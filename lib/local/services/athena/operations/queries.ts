import type {
  BatchGetQueryExecutionInput,
  GetQueryExecutionInput,
  GetQueryResultsInput,
  GetQueryRuntimeStatisticsInput,
  ListQueryExecutionsInput,
  StartQueryExecutionInput,
  StopQueryExecutionInput,
} from '@aws-sdk/client-athena';
import type { Context, Operations } from '../../../core/service.ts';
import { tellResult } from '../acts.ts';
import type { Executions } from '../executions.ts';
import { type ExecutionRecord, invalid, page, workGroupArn } from '../model.ts';
import { fromCsv, type Row, readResult } from '../results.ts';

const LARGEST_PAGE = 1000;

export function queryOperations(executions: Executions): Operations {
  const ofExecution = (input: { QueryExecutionId?: string }, context: Context) => {
    const record = find(executions, context, input.QueryExecutionId);
    // Of what is not there nothing can be judged: the operation itself says so.
    return record === undefined ? [] : [workGroupArn(record.execution.WorkGroup ?? 'primary', context)];
  };
  const resultPages = new ResultPages();
  return {
    StartQueryExecution: {
      resources: (input: StartQueryExecutionInput, context: Context) => [
        workGroupArn(input.WorkGroup ?? 'primary', context),
      ],
      run: (input: StartQueryExecutionInput, context: Context) => ({
        QueryExecutionId: executions.start(input, context),
      }),
    },
    GetQueryExecution: {
      resources: ofExecution,
      run: (input: GetQueryExecutionInput, context: Context) => ({
        QueryExecution: executions.get(context, input.QueryExecutionId).execution,
      }),
    },
    BatchGetQueryExecution: {
      resources: (input: BatchGetQueryExecutionInput, context: Context) => [
        ...new Set((input.QueryExecutionIds ?? []).flatMap((id) => ofExecution({ QueryExecutionId: id }, context))),
      ],
      run(input: BatchGetQueryExecutionInput, context: Context) {
        const ids = input.QueryExecutionIds ?? [];
        if (ids.length === 0 || ids.length > 50) throw invalid('QueryExecutionIds must have between 1 and 50 entries');
        const found = ids.map((id) => ({ id, record: find(executions, context, id) }));
        return {
          QueryExecutions: found.flatMap(({ record }) => (record === undefined ? [] : [record.execution])),
          UnprocessedQueryExecutionIds: found
            .filter(({ record }) => record === undefined)
            .map(({ id }) => ({
              QueryExecutionId: id,
              ErrorCode: 'INVALID_INPUT',
              ErrorMessage: `QueryExecution ${id} was not found`,
            })),
        };
      },
    },
    GetQueryResults: {
      resources: ofExecution,
      run: (input: GetQueryResultsInput, context: Context) => resultPages.get(executions, input, context),
    },
    GetQueryRuntimeStatistics: {
      resources: ofExecution,
      run(input: GetQueryRuntimeStatisticsInput, context: Context) {
        const { execution, rows, fetched } = executions.get(context, input.QueryExecutionId);
        const { EngineExecutionTimeInMillis = 0, DataScannedInBytes = 0 } = execution.Statistics ?? {};
        return {
          QueryRuntimeStatistics: {
            Timeline: {
              QueryQueueTimeInMillis: 0,
              QueryPlanningTimeInMillis: 0,
              EngineExecutionTimeInMillis,
              ServiceProcessingTimeInMillis: 0,
              TotalExecutionTimeInMillis: EngineExecutionTimeInMillis,
            },
            Rows: { InputBytes: DataScannedInBytes, InputRows: fetched, OutputRows: rows },
          },
        };
      },
    },
    StopQueryExecution: {
      resources: ofExecution,
      run(input: StopQueryExecutionInput, context: Context) {
        executions.stop(context, input.QueryExecutionId);
        return {};
      },
    },
    ListQueryExecutions: {
      resources: (input: ListQueryExecutionsInput, context: Context) => [
        workGroupArn(input.WorkGroup ?? 'primary', context),
      ],
      run(input: ListQueryExecutionsInput, context: Context) {
        const { items, ...next } = page(executions.list(context, input.WorkGroup ?? 'primary'), input, 50);
        return { QueryExecutionIds: items, ...next };
      },
    },
  };
}

function find(executions: Executions, context: Context, id: string | undefined): ExecutionRecord | undefined {
  try {
    return executions.get(context, id);
  } catch {
    return undefined;
  }
}

/** Pages of results, read from the result file; the last file read is kept for the next page. */
class ResultPages {
  #kept: { id: string; rows: Row[] } | undefined;

  async get(executions: Executions, input: GetQueryResultsInput, context: Context) {
    const size = input.MaxResults ?? LARGEST_PAGE;
    if (size < 1 || size > LARGEST_PAGE) {
      throw invalid(
        `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${LARGEST_PAGE}`,
      );
    }
    const record = executions.get(context, input.QueryExecutionId);
    const state = record.execution.Status?.State;
    if (state !== 'SUCCEEDED')
      throw invalid(`Query has not yet finished. Current state: ${state}`, 'INVALID_QUERY_EXECUTION_STATE');
    if (record.result !== undefined) tellResult(context.cloud, context.caller, 'GetObject', record.result);
    const rows = await this.#rows(record, context);
    const { items, ...next } = page(rows, { ...input, MaxResults: size }, LARGEST_PAGE);
    const isWrite = record.result === undefined;
    return {
      UpdateCount: isWrite ? record.rows : 0,
      ResultSet: {
        Rows: items.map((row) => ({ Data: row.map((text) => (text === undefined ? {} : { VarCharValue: text })) })),
        ResultSetMetadata: { ColumnInfo: record.columns },
      },
      ...next,
    };
  }

  async #rows(record: ExecutionRecord, { cloud }: Context): Promise<Row[]> {
    const id = record.execution.QueryExecutionId ?? '';
    if (record.result === undefined) return [];
    if (this.#kept?.id === id) return this.#kept.rows;
    const text = await readResult(cloud, record.result);
    const rows: Row[] = record.header
      ? fromCsv(text)
      : text
          .split('\n')
          .slice(0, -1)
          .map((line) => [line]);
    this.#kept = { id, rows };
    return rows;
  }
}
