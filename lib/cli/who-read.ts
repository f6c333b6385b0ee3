import { whoReadQuery } from '#mesh/audit/views/views.ts';
import { knownColumnsSql, WHO_READ_COLUMNS, type WhoRead } from '#mesh/audit/views/who-read.ts';
import { userError } from '#mesh/error.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import type { Connection } from './connection.ts';

/** One column that somebody read at one time. */
export interface ColumnRead {
  readonly at: string;
  readonly account: string;
  /** The ARN of the role. */
  readonly principal: string;
  readonly session: string;
  /** What read, e.g. `ATHENA`. */
  readonly service: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  readonly table: string;
  /** `*`: any, for nothing is known of the table's columns; null: rows were counted, and no column was read. */
  readonly column: string | null;
  /** Null: none gave the column at that time. */
  readonly subscription: string | null;
  readonly query: string | null;
  readonly sql: string | null;
  readonly scannedBytes: number | null;
  readonly state: string | null;
}

/** What the audit tables tell of the reads of a product, oldest first; where there are none, since when they know it. @throws what {@link checkNames} throws when there are none */
export async function whoRead(
  connection: Connection,
  asked: WhoRead,
): Promise<{ readonly reads: ColumnRead[]; readonly since?: string }> {
  const database = auditDatabaseName(connection.topology.mesh);
  const { rows } = await query(connection, whoReadQuery(connection.topology, asked), { database });
  if (rows.length === 0) return { reads: [], since: await checkNames(connection, database, asked) };
  const reads = rows.map((row) => {
    const value = Object.fromEntries(WHO_READ_COLUMNS.map((name, index) => [name, row[index] ?? null]));
    return {
      at: value.at ?? '',
      account: value.account ?? '',
      principal: value.principal ?? '',
      session: value.session ?? '',
      service: value.service ?? '',
      domain: value.domain ?? '',
      product: value.product ?? '',
      major: Number(value.major ?? 0),
      table: value.tablename ?? '',
      column: value.columnname ?? null,
      subscription: value.subscription ?? null,
      query: value.queryid ?? null,
      sql: value.sql ?? null,
      scannedBytes: value.scannedbytes === null || value.scannedbytes === undefined ? null : Number(value.scannedbytes),
      state: value.state ?? null,
    };
  });
  return { reads };
}

/** "Nobody" is an answer only for what there is. @throws WeftError `WEFT-AUDIT-044` for a product, table or column that the trail never knew */
async function checkNames(connection: Connection, database: string, asked: WhoRead): Promise<string> {
  const { rows } = await query(connection, knownColumnsSql(asked), { database });
  const { domain, product, table, column } = asked;
  const id = `${domain}/${product}`;
  const unknown = (what: string, known: readonly string[]) =>
    userError('WEFT-AUDIT-044', `the trail never knew ${what} of ${id}`, { hint: `it knew ${known.join(', ')}` });
  if (rows.length === 0) {
    throw userError('WEFT-AUDIT-044', `the trail never knew a product ${id}`, { hint: 'see `weft product list`' });
  }
  const tables = [...new Set(rows.map(([name]) => name ?? ''))];
  if (table !== undefined && !tables.includes(table.toLowerCase())) throw unknown(`a table "${table}"`, tables);
  const columns = rows
    .filter(([name]) => table === undefined || name === table.toLowerCase())
    .map(([, name]) => name ?? '');
  if (column !== undefined && !columns.includes(column.toLowerCase())) {
    throw unknown(`a column "${column}"`, [...new Set(columns)]);
  }
  return rows.map(([, , since]) => since ?? '').toSorted()[0] ?? '';
}
