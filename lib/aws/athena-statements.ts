import type { JsonCall } from './json-call.ts';
import { type Patience, pause } from './retry.ts';

/** Statements that are started here and waited for there: who waits may be another process than who started. */
export interface Statements {
  /** Starts a statement; the same token with the same text answers the same execution. The token has 32 to 128 characters. */
  start(sql: string, token: string): Promise<string>;
  /** The execution that was started of late with just this text, or undefined. */
  find(sql: string): Promise<string | undefined>;
  /** Waits until it has ended, for as long as `until` allows. */
  ended(id: string, until: () => boolean): Promise<Ended>;
  /** The rows of a SELECT with few of them, without its header; and how many rows another statement wrote. */
  result(id: string): Promise<StatementResult>;
}

export interface Ended {
  /** `running`: it has not ended yet. */
  readonly state: 'succeeded' | 'failed' | 'running';
  readonly reason?: string;
  /** `s3://` address of the list of the files that it wrote, those of a failed statement included. */
  readonly manifest?: string;
  readonly scannedBytes: number;
}

export interface StatementResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly written: number;
}

interface Execution {
  readonly QueryExecutionId?: string;
  readonly Query?: string;
  readonly Status?: { readonly State?: string; readonly StateChangeReason?: string };
  readonly Statistics?: { readonly DataManifestLocation?: string; readonly DataScannedInBytes?: number };
}

/** Athena lists and describes that many executions in one call. */
const LATEST = 50;

/** @param call Athena's JSON protocol */
export function createStatements(call: JsonCall, workgroup: string, patience: Patience): Statements {
  return {
    async start(sql, token) {
      const input = { QueryString: sql, WorkGroup: workgroup, ClientRequestToken: token };
      const { QueryExecutionId = '' } = (await call('StartQueryExecution', input)) as Execution;
      return QueryExecutionId;
    },
    async find(sql) {
      const listed = await call('ListQueryExecutions', { WorkGroup: workgroup, MaxResults: LATEST });
      const { QueryExecutionIds = [] } = listed as { QueryExecutionIds?: readonly string[] };
      if (QueryExecutionIds.length === 0) return undefined;
      const { QueryExecutions = [] } = (await call('BatchGetQueryExecution', { QueryExecutionIds })) as {
        QueryExecutions?: readonly Execution[];
      };
      return QueryExecutions.find(({ Query }) => Query === sql)?.QueryExecutionId;
    },
    async ended(id, until) {
      for (let look = 1; ; look += 1) {
        const answer = await call('GetQueryExecution', { QueryExecutionId: id });
        const { Status, Statistics } = (answer as { QueryExecution?: Execution }).QueryExecution ?? {};
        const state = Status?.State;
        const about = {
          manifest: Statistics?.DataManifestLocation,
          scannedBytes: Statistics?.DataScannedInBytes ?? 0,
        };
        if (state === 'SUCCEEDED') return { state: 'succeeded', ...about };
        if (state === 'FAILED' || state === 'CANCELLED') {
          return { state: 'failed', reason: Status?.StateChangeReason ?? `the query ${id} ${state}`, ...about };
        }
        if (!until()) return { state: 'running', ...about };
        await patience.sleep(Math.max(50, pause(look, { ...patience, base: 100, cap: 2_000 })));
      }
    },
    async result(id) {
      const answer = (await call('GetQueryResults', { QueryExecutionId: id, MaxResults: 100 })) as {
        UpdateCount?: number;
        ResultSet?: { Rows?: readonly { Data?: readonly { VarCharValue?: string }[] }[] };
      };
      const rows = (answer.ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue ?? null));
      return { rows: rows.slice(1), written: answer.UpdateCount ?? 0 };
    },
  };
}
