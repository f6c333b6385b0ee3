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

const TEXTS = [
  'id',
  'account',
  'region',
  'workgroup',
  'submittedAt',
  'state',
  'sql',
  'sqlSha256',
  'databaseName',
] as const;
const OPTIONAL_TEXTS = ['completedAt', 'statementType'] as const;
/** The longest of every text but the SQL. */
const LONGEST = 1_000;

/**
 * The execution in a message of the queue: its known members and no others, each of its type, for what is kept can never be taken out again, and one line that
 * does not fit its table would fail every query of it.
 * @throws WEFT-AUDIT-041 when it is none, naming what is wrong: what cannot be kept under its own name is kept by the dead-letter queue.
 */
export function parseQueryMessage(body: string): QueryMessage {
  const value = JSON.parse(body) as Record<string, unknown>;
  const missing = TEXTS.filter((name) => typeof value[name] !== 'string');
  const odd = OPTIONAL_TEXTS.filter((name) => value[name] !== undefined && typeof value[name] !== 'string');
  const long = [...TEXTS, ...OPTIONAL_TEXTS].filter((name) => name !== 'sql' && String(value[name]).length > LONGEST);
  const wrong = [
    ...missing.map((name) => `${name} is missing`),
    ...odd.map((name) => `${name} is no text`),
    ...long.map((name) => `${name} has more than ${LONGEST} characters`),
    ...(/^\d{12}$/.test(String(value.account)) ? [] : [`account is "${value.account}", not 12 digits`]),
    ...(/^[0-9a-f-]{36}$/.test(String(value.id)) ? [] : [`id is "${value.id}", not an id of Athena`]),
    ...(isInstant(value.submittedAt) ? [] : [`submittedAt is "${value.submittedAt}", no time`]),
    ...(value.completedAt === undefined || isInstant(value.completedAt)
      ? []
      : [`completedAt is "${value.completedAt}", no time`]),
    ...(FINAL_STATES.includes(String(value.state))
      ? []
      : [`state is "${value.state}", not ${FINAL_STATES.join(', ')}`]),
    ...(Number.isSafeInteger(value.scannedBytes) && Number(value.scannedBytes) >= 0
      ? []
      : [`scannedBytes is ${JSON.stringify(value.scannedBytes)}, not a whole number`]),
    ...(value.cut === undefined || value.cut === true ? [] : [`cut is ${JSON.stringify(value.cut)}, not true`]),
  ];
  if (wrong.length === 0)
    return Object.fromEntries(
      MEMBERS.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])),
    ) as unknown as QueryMessage;
  throw userError('WEFT-AUDIT-041', `the message is no execution of Athena: ${wrong.join('; ')}`, {
    hint: 'messages of this queue are made by the Lambda query-watch of a domain',
  });
}

const MEMBERS: readonly (keyof QueryMessage)[] = [...TEXTS, ...OPTIONAL_TEXTS, 'scannedBytes', 'cut'];

/** An instant as every other one in the audit tables is written, so that the order of the texts is that of time. */
function isInstant(value: unknown): boolean {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString() === value;
}
