import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { query } from '../athena.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { History } from '../query/history.ts';
import { Repl, summary } from '../query/repl.ts';
import { type Format, formatNamed, formatOfFile, renderResult, writeResult } from '../query/result-format.ts';
import type { Answer } from '../query/reuse.ts';
import type { CatalogColumn } from '../query/words.ts';
import { spanOf } from '../span.ts';

const DEFAULT_LIMIT = 1000;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const format = formatNamed(textOption(invocation, 'format') ?? 'table');
  const output = textOption(invocation, 'output');
  if (output !== undefined) formatOfFile(output);
  const options = {
    database: textOption(invocation, 'database'),
    limit: numberOption(invocation, 'limit') ?? DEFAULT_LIMIT,
  };
  if (isInteractive(invocation)) return converse(await connect(invocation), invocation, format, options);
  const sql = statementOf(invocation);
  if (format === 'parquet' && (output === undefined || formatOfFile(output) !== 'parquet')) {
    throw userError('WEFT-CLI-122', 'parquet is no text and needs a file', { hint: 'add --output <file>.parquet' });
  }
  const reuse = textOption(invocation, 'reuse');
  const age = reuse === undefined ? undefined : ageOf(reuse);
  const connection = await connect(invocation);
  busy(io, 'asking Athena');
  const started = performance.now();
  const { result, reused, because } = await answer(connection, sql, options, age, io);
  const took = Math.round(performance.now() - started);
  if (output !== undefined) await writeResult(resolve(io.cwd, output), result);
  if (json) io.out(`${JSON.stringify({ ...result, reused })}\n`);
  else if (output === undefined) io.out(renderResult(result, format === 'parquet' ? 'table' : format, io.columns));
  const from = reused ? `, the answer of ${result.submittedAt.toISOString()}` : '';
  if (because !== undefined) io.err(tone(io, 'dim', `asked anew: ${because}\n`));
  io.err(tone(io, 'dim', `${summary(result, took)}${from}${output === undefined ? '' : `, written to ${output}`}\n`));
}

/** In milliseconds. @throws WEFT-CLI-142 for what is no age. */
function ageOf(written: string): number {
  const age = spanOf(written) ?? 0;
  if (age > 0) return age;
  throw userError('WEFT-CLI-142', `\`${written}\` is no age`, { hint: 'a number and s, m, h or d: --reuse 15m' });
}

/** Of an age: what an earlier run answered will do. */
async function answer(
  connection: Connection,
  sql: string,
  options: { database?: string; limit: number },
  age: number | undefined,
  io: Invocation['io'],
): Promise<Answer> {
  if (age === undefined) return { result: await query(connection, sql, options), reused: false };
  const { queryOrReuse } = await import('../query/reuse.ts');
  return queryOrReuse(connection, sql, options, age, io);
}

/** Asked for, or: no statement, and somebody there to type one. */
function isInteractive({ io, args, options, json }: Invocation): boolean {
  return options.interactive === true || (args.length === 0 && io.interactive && !json);
}

function statementOf({ args }: Invocation): string {
  const [given] = args;
  if (given === undefined)
    throw userError('WEFT-CLI-120', 'there is no SQL', {
      hint: 'weft query "SELECT …", or - to read it from standard input; at a terminal weft query alone asks for it',
    });
  return given === '-' ? readFileSync(0, 'utf8') : given;
}

async function converse(
  connection: Connection,
  { io }: Invocation,
  format: Format,
  options: { database?: string; limit: number },
): Promise<undefined> {
  io.progress?.pause();
  io.err(`${connection.topology.mesh} as ${connection.principal}; statements end with ; and .help shows the rest\n`);
  const repl = new Repl({
    io,
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY === true && process.stdout.isTTY === true,
    history: new History(io),
    format: format === 'parquet' ? 'table' : format,
    run: (sql, signal) => query(connection, sql, { ...options, signal }),
    catalog: () => columnsSeen(connection),
  });
  await repl.session();
  return undefined;
}

/** What the caller may read, as Athena tells it: a column that is withheld is not among them. */
async function columnsSeen(connection: Connection): Promise<CatalogColumn[]> {
  const { rows } = await query(
    connection,
    `SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns WHERE table_schema <> 'information_schema' ORDER BY table_schema, table_name, ordinal_position`,
  );
  return rows.map(([database, table, column, type]) => ({
    database: database ?? '',
    table: table ?? '',
    column: column ?? '',
    type: type ?? '',
  }));
}
