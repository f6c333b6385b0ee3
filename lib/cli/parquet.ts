import { REPORT_COLUMNS, type ReportRow } from '#mesh/audit/report/rows.ts';

/** Writes the rows of a report as one Parquet file. The engine is loaded when it is needed: no other command waits for it. */
export async function writeParquet(path: string, rows: readonly ReportRow[]): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const types = REPORT_COLUMNS.map((name) => `"${name}" ${name === 'value' ? 'DOUBLE' : 'VARCHAR'}`);
    await connection.run(`CREATE TABLE report (${types.join(', ')})`);
    const appender = await connection.createAppender('report');
    for (const row of rows) {
      for (const name of REPORT_COLUMNS) {
        if (name !== 'value') appender.appendVarchar(row[name]);
        else if (row.value === undefined) appender.appendNull();
        else appender.appendDouble(row.value);
      }
      appender.endRow();
    }
    appender.closeSync();
    await connection.run(`COPY report TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
