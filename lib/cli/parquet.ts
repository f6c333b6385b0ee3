import { REPORT_COLUMNS, type ReportRow } from '#mesh/audit/report/rows.ts';
import { identifier, literal } from '#mesh/sql/literal.ts';

/** A column of a file, with a type of DuckDB's: the values come as text and are cast to it. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: string;
}

/** Writes the rows of a report as one Parquet file. */
export function writeParquet(path: string, rows: readonly ReportRow[]): Promise<void> {
  const columns = REPORT_COLUMNS.map((name) => ({ name, type: name === 'value' ? 'DOUBLE' : 'VARCHAR' }));
  const text = (value: string | number | undefined) => (value === undefined ? null : String(value));
  return writeParquetTable(
    path,
    columns,
    rows.map((row) => REPORT_COLUMNS.map((name) => text(row[name]))),
  );
}

/** Writes one Parquet file. The engine is loaded when it is needed: no other command waits for it. */
export async function writeParquetTable(
  path: string,
  columns: readonly ParquetColumn[],
  rows: readonly (readonly (string | null)[])[],
): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    // Their place names them: two columns of a result may have one name.
    await connection.run(`CREATE TABLE given (${columns.map((_, index) => `c${index} VARCHAR`).join(', ')})`);
    const appender = await connection.createAppender('given');
    for (const row of rows) {
      for (const index of columns.keys()) {
        const value = row[index] ?? null;
        if (value === null) appender.appendNull();
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
    appender.closeSync();
    const cast = columns.map(
      ({ type }, index) => `CAST(c${index} AS ${type}) AS ${identifier(distinct(columns, index))}`,
    );
    await connection.run(`COPY (SELECT ${cast.join(', ')} FROM given) TO ${literal(path)} (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** `n`, and `n_2` for the second column of that name. */
function distinct(columns: readonly ParquetColumn[], index: number): string {
  const name = columns[index]?.name ?? '';
  const before = columns.slice(0, index).filter((column) => column.name === name).length;
  return before === 0 ? name : `${name}_${before + 1}`;
}
