import type { Outbox } from '#aws/outbox.ts';
import type { Execution, QueryHistory } from '#aws/query-history.ts';
import { FINAL_STATES, type QueryMessage } from '#mesh/audit/reads/execution.ts';

export interface WatchQueriesDeps {
  readonly history: QueryHistory;
  readonly queue: Outbox;
  readonly account: string;
  readonly region: string;
  /** SHA-256, hex. */
  digest(text: string): string;
}

/** Bytes of a message that SQS takes without doubt, whatever its limit is today. */
const MOST_BYTES = 250_000;

/** Tells the audit account of one execution that has ended; answers whether it had. */
export async function tellQuery(id: string, deps: WatchQueriesDeps): Promise<boolean> {
  const execution = await deps.history.execution(id);
  return tell(execution, deps);
}

/**
 * Tells the audit account of every execution of a workgroup that has ended since a moment (epoch milliseconds), whether an event told of it or not: events are
 * made at best effort only. Repeated ones are kept once.
 */
export async function sweepQueries(workgroup: string, since: number, deps: WatchQueriesDeps): Promise<number> {
  let told = 0;
  for await (const page of deps.history.pages(workgroup)) {
    const recent = page.filter(({ Status }) => (Status?.SubmissionDateTime ?? 0) * 1000 >= since);
    for (const execution of recent) if (await tell(execution, deps)) told += 1;
    // Newest first: a page that holds nothing recent has nothing recent behind it.
    if (recent.length === 0) break;
  }
  return told;
}

async function tell(execution: Execution, deps: WatchQueriesDeps): Promise<boolean> {
  const message = messageOf(execution, deps);
  if (message === undefined) return false;
  await deps.queue.send(fitted(message));
  return true;
}

function messageOf(execution: Execution, { account, region, digest }: WatchQueriesDeps): QueryMessage | undefined {
  const { Query: sql = '', Status = {}, StatementType } = execution;
  const { State = '', SubmissionDateTime, CompletionDateTime } = Status;
  if (!FINAL_STATES.includes(State) || SubmissionDateTime === undefined) return undefined;
  return {
    id: execution.QueryExecutionId,
    account,
    region,
    workgroup: execution.WorkGroup ?? '',
    submittedAt: isoOf(SubmissionDateTime),
    ...(CompletionDateTime === undefined ? {} : { completedAt: isoOf(CompletionDateTime) }),
    state: State,
    ...(StatementType === undefined ? {} : { statementType: StatementType }),
    sql,
    sqlSha256: digest(sql),
    databaseName: execution.QueryExecutionContext?.Database ?? 'default',
    scannedBytes: execution.Statistics?.DataScannedInBytes ?? 0,
  };
}

/** The message as text; a text of SQL that is too long for it is cut, and known by its hash. */
function fitted(message: QueryMessage): string {
  const whole = JSON.stringify(message);
  if (Buffer.byteLength(whole) <= MOST_BYTES) return whole;
  let kept = message.sql;
  for (;;) {
    kept = kept.slice(0, Math.floor(kept.length / 2));
    const text = JSON.stringify({ ...message, sql: kept, cut: true } satisfies QueryMessage);
    if (Buffer.byteLength(text) <= MOST_BYTES) return text;
  }
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
