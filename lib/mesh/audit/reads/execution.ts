import { userError } from '../../error.ts';
import type { ReadColumn, ReadTable, SqlReads } from './sql-reads.ts';

/** States of an execution that it does not leave. */
export const FINAL_STATES: readonly string[] = ['SUCCEEDED', 'FAILED', 'CANCELLED'];

/** One execution of Athena, as the account that it ran in tells it. Times are ISO 8601. */
export interface QueryMessage {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly workgroup: string;
  readonly submittedAt: string;
  readonly completedAt?: string;
  /** `SUCCEEDED`, `FAILED` or `CANCELLED`. */
  readonly state: string;
  /** `DDL`, `DML` or `UTILITY`. */
  readonly statementType?: string;
  readonly sql: string;
  /** Hex, of the whole text. */
  readonly sqlSha256: string;
  /** The text did not fit into a message: `sql` is its beginning. */
  readonly cut?: true;
  /** The database of names that say none. */
  readonly databaseName: string;
  readonly scannedBytes: number;
}

/** One line of the table of executions. */
export interface KeptQuery extends QueryMessage {
  /** Absent, like `columns`, when the text could not be read. */
  readonly tables?: readonly (ReadTable & { readonly account: string })[];
  readonly columns?: readonly ReadColumn[];
}

/** An execution with what its text reads; `undefined` for a text that could not be read. */
export function keptQuery(message: QueryMessage, reads: SqlReads | undefined): KeptQuery {
  if (reads === undefined) return message;
  const { account } = message;
  return { ...message, tables: reads.tables.map((table) => ({ account, ...table })), columns: reads.columns };
}

/** Where an execution is kept: `queries/<account>/<yyyy>/<mm>/<dd>/<id>.json`. */
export function queryKey({ account, submittedAt, id }: QueryMessage): string {
  return `queries/${account}/${submittedAt.slice(0, 10).replaceAll('-', '/')}/${id}.json`;
}

const TEXTS = ['id', 'account', 'region', 'workgroup', 'submittedAt', 'state', 'sql', 'sqlSha256', 'databaseName'];

/**
 * The execution in a message of the queue.
 * @throws WEFT-AUDIT-041 when it is none, naming what is wrong: what cannot be kept under its own name is kept by the dead-letter queue.
 */
export function parseQueryMessage(body: string): QueryMessage {
  const value = JSON.parse(body) as Record<string, unknown>;
  const missing = TEXTS.filter((name) => typeof value[name] !== 'string');
  const wrong = [
    ...missing.map((name) => `${name} is missing`),
    ...(/^\d{12}$/.test(String(value.account)) ? [] : [`account is "${value.account}", not 12 digits`]),
    ...(/^[0-9a-f-]{36}$/.test(String(value.id)) ? [] : [`id is "${value.id}", not an id of Athena`]),
    ...(/^\d{4}-\d\d-\d\dT/.test(String(value.submittedAt)) ? [] : [`submittedAt is "${value.submittedAt}", no time`]),
  ];
  if (wrong.length === 0) return value as unknown as QueryMessage;
  throw userError('WEFT-AUDIT-041', `the message is no execution of Athena: ${wrong.join('; ')}`, {
    hint: 'messages of this queue are made by the Lambda query-watch of a domain',
  });
}
