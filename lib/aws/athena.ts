import {
  type AthenaClient,
  type ColumnInfo,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { userError, WeftError } from '#mesh/error.ts';
import { isNamed, type Patience, pause, persist } from './retry.ts';

export interface Query {
  readonly sql: string;
  readonly workgroup: string;
  readonly database?: string;
  /** 32 to 128 characters; must differ between callers, for Athena answers the same token with the same execution. */
  readonly token: string;
  /** Stops it; it then ends as cancelled. */
  readonly signal?: AbortSignal;
}

export interface QueryResult {
  readonly id: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values as Athena prints them; null where there is none. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly milliseconds: number;
  readonly scannedBytes: number;
  /** When it was submitted, by Athena's clock. */
  readonly submittedAt: Date;
}

/** What helps with a query that failed, by what Athena says of it. */
function nextStep(message: string): string {
  return /AccessDenied|not authorized|Insufficient/.test(message)
    ? 'take a role that may, with --as; weft subscription request asks for a product'
    : 'mend the SQL; in weft query alone, .tables and .columns show what you may read';
}

/** Runs one query to its end and reads its pages up to `limit` rows. @throws WEFT-QUERY-001 refused or failed, -002 cancelled. */
export async function runQuery(
  client: AthenaClient,
  query: Query,
  patience: Patience,
  limit = Number.POSITIVE_INFINITY,
): Promise<QueryResult> {
  const start = new StartQueryExecutionCommand({
    QueryString: query.sql,
    WorkGroup: query.workgroup,
    ClientRequestToken: query.token,
    QueryExecutionContext: query.database === undefined ? undefined : { Database: query.database },
  });
  let id = '';
  try {
    id = (await persist(() => client.send(start), patience)).QueryExecutionId ?? '';
  } catch (error) {
    if (isNamed(error, 'InvalidRequestException')) {
      const { message } = error as Error;
      throw userError('WEFT-QUERY-001', message, { cause: error, hint: nextStep(message) });
    }
    throw error;
  }
  const execution = await stoppable(client, id, query.signal, () => ended(client, id, patience));
  return resultOf(id, execution, await results(client, id, execution, patience, limit));
}

/** The answer of an execution that ran that statement; undefined when there is none any more, or when it is another one's. */
export async function earlierAnswer(
  client: AthenaClient,
  { id, sql }: { readonly id: string; readonly sql: string },
  patience: Patience,
  limit = Number.POSITIVE_INFINITY,
): Promise<QueryResult | undefined> {
  try {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { QueryExecution: execution = {} } = await persist(() => client.send(command), patience);
    if (execution.Status?.State !== 'SUCCEEDED' || execution.Query !== sql) return undefined;
    return resultOf(id, execution, await results(client, id, execution, patience, limit));
  } catch {
    // Athena forgets executions, and results are cleared away.
    return undefined;
  }
}

function resultOf(id: string, execution: QueryExecution, found: Pick<QueryResult, 'columns' | 'rows'>): QueryResult {
  return {
    id,
    ...found,
    milliseconds: execution.Statistics?.TotalExecutionTimeInMillis ?? 0,
    scannedBytes: execution.Statistics?.DataScannedInBytes ?? 0,
    submittedAt: execution.Status?.SubmissionDateTime ?? new Date(),
  };
}

/** Does the work, and stops the query when the signal says so; what comes of that, the work sees. */
async function stoppable<T>(
  client: AthenaClient,
  id: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  // A query that ended meanwhile cannot be stopped, and need not be.
  const stop = () => void client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await work();
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Polls until the query has ended; a running query may go back to the queue, so only the three final states count. */
async function ended(client: AthenaClient, id: string, patience: Patience): Promise<QueryExecution> {
  for (let look = 1; ; look += 1) {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: id });
    const { QueryExecution: execution = {} } = await persist(() => client.send(command), patience);
    const { State, StateChangeReason, AthenaError } = execution.Status ?? {};
    if (State === 'SUCCEEDED') return execution;
    if (State === 'CANCELLED')
      throw userError('WEFT-QUERY-002', `query ${id} was cancelled`, {
        hint: 'ask again; less is read with a filter on a partition column, or a LIMIT',
      });
    if (State === 'FAILED') {
      const message = StateChangeReason ?? AthenaError?.ErrorMessage ?? `query ${id} failed`;
      const source = AthenaError?.ErrorCategory === 1 ? 'system' : 'user';
      throw new WeftError('WEFT-QUERY-001', message, { source, details: { query: id }, hint: nextStep(message) });
    }
    await patience.sleep(Math.max(20, pause(look, { ...patience, base: 50, cap: 1_000 })));
  }
}

async function results(client: AthenaClient, id: string, execution: QueryExecution, patience: Patience, limit: number) {
  const rows: (string | null)[][] = [];
  let info: ColumnInfo[] = [];
  let NextToken: string | undefined;
  let first = true;
  do {
    const command = new GetQueryResultsCommand({ QueryExecutionId: id, MaxResults: 1000, NextToken });
    const answer = await persist(() => client.send(command), patience);
    info = answer.ResultSet?.ResultSetMetadata?.ColumnInfo ?? info;
    const page = (answer.ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map((cell) => cell.VarCharValue ?? null));
    // The first row of a SELECT's first page repeats the column names.
    const header = first && execution.StatementType === 'DML' && isHeader(page[0], info);
    rows.push(...(header ? page.slice(1) : page));
    first = false;
    NextToken = answer.NextToken;
  } while (NextToken !== undefined && NextToken !== '' && rows.length < limit);
  return {
    columns: info.map(({ Name = '', Type = '' }) => ({ name: Name, type: Type })),
    rows: rows.slice(0, limit),
  };
}

function isHeader(row: readonly (string | null)[] | undefined, columns: readonly ColumnInfo[]): boolean {
  return row?.every((value, index) => value === columns[index]?.Name) ?? false;
}
