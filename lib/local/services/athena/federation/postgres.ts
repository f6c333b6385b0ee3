import type { Client } from 'pg';
import { quote } from '../relation/glue-type.ts';
import type { DatabaseAddress } from './connector.ts';
import { type CatalogColumn, type PostgresColumn, postgresColumn } from './postgres-type.ts';
import type { Predicate } from './pushdown.ts';

/** The time that a function has at most, which is the time that a statement gets. */
const LONGEST = '900s';
const CONNECT_MILLISECONDS = 10_000;
const BATCH = 5000;

/** What is asked of a table: some of its columns, of the rows that meet the predicates. */
export interface Asked {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly PostgresColumn[];
  readonly predicates: readonly Predicate[];
}

/** Rows as texts, in the order of the asked columns. */
export type Rows = readonly (readonly (string | null)[])[];

/** A transaction on a PostgreSQL that can read, and nothing else. */
export interface Reader {
  schemas(): Promise<string[]>;
  tables(schema: string): Promise<string[]>;
  /** The columns that the user may read; none when there is no such table for it. */
  columns(schema: string, table: string): Promise<PostgresColumn[]>;
  /** Hands over the rows in batches. */
  rows(asked: Asked, take: (batch: Rows) => void): Promise<void>;
}

/** Does something in one read-only transaction with one snapshot, in UTC and with texts that no setting of the server changes. */
export async function reading<T>(
  address: DatabaseAddress,
  label: string,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    ...address,
    application_name: `weft local, ${label}`,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    // Every value is asked for as text, and stays it.
    types: { getTypeParser: () => (text: string | Buffer) => text },
  });
  // The server may end a connection at any time; the statement that runs then fails by itself.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(
      `SELECT set_config('statement_timeout', '${LONGEST}', true), set_config('timezone', 'UTC', true), set_config('datestyle', 'ISO, YMD', true), set_config('extra_float_digits', '1', true)`,
    );
    return await work(new PostgresReader(client));
  } finally {
    await client.end();
  }
}

class PostgresReader implements Reader {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async schemas(): Promise<string[]> {
    return this.#names(
      "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND has_schema_privilege(oid, 'USAGE') ORDER BY 1",
      [],
    );
  }

  async tables(schema: string): Promise<string[]> {
    return this.#names(
      "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_any_column_privilege(c.oid, 'SELECT') ORDER BY 1",
      [schema],
    );
  }

  async columns(schema: string, table: string): Promise<PostgresColumn[]> {
    const { rows } = await this.#client.query<[string, string, string, string]>({
      text: `SELECT a.attname::text, coalesce(b.typname, t.typname)::text, (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)::text, coalesce(b.typtype, t.typtype)::text
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
        WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
        AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(a.attrelid, a.attnum, 'SELECT') ORDER BY a.attnum`,
      values: [schema, table],
      rowMode: 'array',
    });
    return rows.map(([name, type, modifier, kind]) =>
      postgresColumn({ name, type, modifier: Number(modifier), kind } satisfies CatalogColumn),
    );
  }

  async rows({ schema, table, columns, predicates }: Asked, take: (batch: Rows) => void): Promise<void> {
    const values: string[] = [];
    const known = new Map(columns.map((column) => [column.name, column]));
    const conditions = predicates
      .map((predicate) => condition(predicate, known.get(predicate.column), values))
      .filter((text) => text !== undefined);
    const list = columns.map(({ expression }) => `(${expression})::text`).join(', ');
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
    await this.#client.query(
      `DECLARE asked NO SCROLL CURSOR FOR SELECT ${list === '' ? "''" : list} FROM ${quote(schema)}.${quote(table)}${where}`,
      values,
    );
    for (;;) {
      const { rows } = await this.#client.query<(string | null)[]>({
        text: `FETCH ${BATCH} FROM asked`,
        rowMode: 'array',
      });
      take(rows);
      if (rows.length < BATCH) break;
    }
    await this.#client.query('CLOSE asked');
  }

  async #names(text: string, values: string[]): Promise<string[]> {
    const { rows } = await this.#client.query<[string]>({ text, values, rowMode: 'array' });
    return rows.map(([name]) => name);
  }
}

/** A predicate in PostgreSQL's words; undefined where it cannot be told for sure that both mean the same. */
function condition(predicate: Predicate, column: PostgresColumn | undefined, values: string[]): string | undefined {
  if (column === undefined || column.unread !== undefined) return undefined;
  const { test } = predicate;
  if (test === 'is not null') return `(${column.expression}) IS NOT NULL`;
  const kind = column.comparable;
  if (kind === undefined || !predicate.values.every((value) => fits(value.kind, kind))) return undefined;
  const types = predicate.values.map((value) => (kind === 'bigint' || kind === 'numeric' ? value.kind : kind));
  const given = predicate.values.map((value, index) => `$${values.push(value.text)}::${types[index]}`);
  if (test === 'in') return `(${column.expression}) IN (${given.join(', ')})`;
  // Order, and difference, by bytes as in Athena; equality is the same by every collation, or finds more.
  const collation = kind === 'text' && test !== '=' ? ' COLLATE "C"' : '';
  return `(${column.expression})${collation} ${test} ${given[0]}`;
}

function fits(
  literal: Predicate['values'][number]['kind'],
  column: NonNullable<PostgresColumn['comparable']>,
): boolean {
  if (literal === 'bigint' || literal === 'numeric') return ['bigint', 'numeric', 'float8'].includes(column);
  return literal === column;
}
