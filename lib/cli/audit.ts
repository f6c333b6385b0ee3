import type { AuditEntry } from '#mesh/audit/entry.ts';
import { literal } from '#mesh/sql/literal.ts';
import { auditDatabaseName, glueName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import type { Connection } from './connection.ts';

export interface AuditOptions {
  /** Newest rows at most. */
  readonly limit: number;
  /** `<domain>/<product>`. */
  readonly product?: string;
  /** Only entries of these kinds. */
  readonly kinds?: readonly string[];
}

/** One line of the trail as the audit tables give it; absent values are empty. */
export type EntryRow = Pick<
  AuditEntry,
  'id' | 'at' | 'kind' | 'actor' | 'action' | 'summary' | 'correlation' | 'entity'
> & {
  readonly domain: string;
  readonly product: string;
  readonly subscription: string;
  readonly consumer: string;
  readonly reason: string;
  readonly policies: string;
};

/** One use of Lake Formation's permission to read a table, as CloudTrail keeps it. */
export interface ReadRow {
  readonly at: string;
  /** The role that read. */
  readonly principal: string;
  readonly service: string;
  readonly table: string;
}

const ENTRY_COLUMNS = [
  'id',
  'at',
  'kind',
  'actor',
  'action',
  'summary',
  'correlation',
  'domain',
  'product',
  'subscription',
  'consumer',
  'entity',
  'reason',
  'policies',
] as const;

/** Columns that SQL must not see bare: a reserved word, and a list that is shown as text. */
const COLUMN_SQL: Readonly<Record<string, string>> = { at: '"at"', policies: "array_join(policies, ', ') AS policies" };

/** The newest entries of the trail, newest first; asked by SQL over the audit tables. */
export async function auditEntries(connection: Connection, options: AuditOptions): Promise<EntryRow[]> {
  const columns = ENTRY_COLUMNS.map((name) => COLUMN_SQL[name] ?? name);
  const sql = `SELECT ${columns.join(', ')} FROM ${database(connection)}.entries ${where(options)} ORDER BY "at" DESC, id DESC LIMIT ${Math.trunc(options.limit)}`;
  const { rows } = await query(connection, sql);
  return rows.map(
    (row) => Object.fromEntries(ENTRY_COLUMNS.map((name, index) => [name, row[index] ?? ''])) as unknown as EntryRow,
  );
}

/** The newest reads of product data by anybody whose account is watched, newest first: each once, however many accounts tell of it. */
export async function auditReads(connection: Connection, options: AuditOptions): Promise<ReadRow[]> {
  const named =
    options.product === undefined
      ? ''
      : `WHERE regexp_like(databasename, ${literal(`^${databasePrefix(options.product)}[0-9]+$`)})`;
  const sql = `SELECT "at", principal, service, databasename || '/' || tablename AS readtable FROM ${database(connection)}.data_access ${named} ORDER BY "at" DESC LIMIT ${Math.trunc(options.limit)}`;
  const { rows } = await query(connection, sql);
  return rows.map(([at, principal, service, table]) => ({
    at: at ?? '',
    principal: principal ?? '',
    service: service ?? '',
    table: table ?? '',
  }));
}

function database(connection: Connection): string {
  return auditDatabaseName(connection.topology.mesh);
}

function where({ product, kinds = [] }: AuditOptions): string {
  const [domain = '', name = ''] = product?.split('/') ?? [];
  const conditions = [
    ...(product === undefined ? [] : [`domain = ${literal(domain)}`, `product = ${literal(name)}`]),
    ...(kinds.length === 0 ? [] : [`kind IN (${kinds.map(literal).join(', ')})`]),
  ];
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function databasePrefix(product: string): string {
  const [domain = '', name = ''] = product.split('/');
  return `${glueName(domain)}__${glueName(name)}__v`;
}
