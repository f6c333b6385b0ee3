import { Engine } from '#local/services/athena/engine/instance.ts';
import { tokenize } from '#local/services/athena/sql/lexer.ts';
import { macrosIn, polyglot, prepare } from '#local/services/athena/sql/transpile.ts';
import { identifier } from '#mesh/sql/literal.ts';

/** A table of texts as Athena prints them, to run Athena's SQL over on DuckDB. */
export interface TestTable {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly (string | null)[])[];
}

/** One engine with one table `"sales"."orders"`, whose rows change from case to case. */
export async function startEngine() {
  const engine = await Engine.start(1);
  const { connection } = engine;
  await connection.run('CREATE SCHEMA awsdatacatalog.sales; USE awsdatacatalog.sales');
  return {
    fill: async ({ columns, rows }: TestTable) => {
      const names = Object.keys(columns);
      const values = (row: readonly (string | null)[]) =>
        `(${row.map((value, index) => cast(value, columns[names[index] ?? ''] ?? 'string')).join(', ')})`;
      const all = rows.length === 0 ? [names.map(() => null)] : rows;
      const select = `SELECT * FROM (VALUES ${all.map(values).join(', ')}) t(${names.map(identifier).join(', ')})`;
      await connection.run(
        `CREATE OR REPLACE TABLE awsdatacatalog.sales.orders AS ${select}${rows.length === 0 ? ' LIMIT 0' : ''}`,
      );
    },
    /** The first row of a query, as text. */
    ask: async (sql: string): Promise<(string | null)[]> => {
      const text = polyglot(prepare(sql, tokenize(sql)));
      for (const macro of macrosIn(text)) await connection.run(`CREATE OR REPLACE ${macro}`);
      const [row = []] = (await connection.runAndReadAll(text)).getRows();
      return row.map((value) => (value === null ? null : String(value)));
    },
    close: () => engine.close(),
  };
}

function cast(value: string | null, type: string): string {
  const text = value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;
  const names: Record<string, string> = {
    string: 'VARCHAR',
    int: 'INTEGER',
    double: 'DOUBLE',
    date: 'DATE',
    timestamp: 'TIMESTAMP',
    boolean: 'BOOLEAN',
  };
  return `CAST(${text} AS ${names[type] ?? type})`;
}
