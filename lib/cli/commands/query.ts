import { readFileSync } from 'node:fs';
import { userError } from '#mesh/error.ts';
import { query } from '../athena.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { renderTable } from '../table.ts';

const DEFAULT_LIMIT = 1000;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const given = invocation.args[0] ?? '';
  const sql = given === '-' ? readFileSync(0, 'utf8') : given;
  const format = textOption(invocation, 'format') ?? 'table';
  if (format !== 'table' && format !== 'csv')
    throw userError('WEFT-CLI-017', `no format ${JSON.stringify(format)}`, { hint: 'table or csv' });
  const result = await query(connection, sql, {
    database: textOption(invocation, 'database'),
    limit: numberOption(invocation, 'limit') ?? DEFAULT_LIMIT,
  });
  if (invocation.json) {
    io.out(`${JSON.stringify(result)}\n`);
    return;
  }
  const columns = result.columns.map((column, index) => ({
    title: column.name,
    value: (row: readonly (string | null)[]) => row[index] ?? '',
    right: /^(tinyint|smallint|integer|bigint|double|float|real|decimal)/.test(column.type),
  }));
  if (format === 'csv')
    for (const row of [result.columns.map((column) => column.name), ...result.rows]) io.out(`${csvLine(row)}\n`);
  else io.out(renderTable(result.rows, columns, io.columns));
  io.err(
    tone(
      io,
      'dim',
      `${result.rows.length} row(s), ${result.milliseconds} ms, ${result.scannedBytes} bytes scanned, query ${result.id}\n`,
    ),
  );
}

function csvLine(row: readonly (string | null)[]): string {
  return row
    .map((value) => (value === null ? '' : /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value))
    .join(',');
}
