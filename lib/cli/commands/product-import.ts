import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { GetTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { type Imported, importTable, type Samples } from '#mesh/contract/import.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { writeModel } from '#mesh/contract/standard/document.ts';
import { userError } from '#mesh/error.ts';
import { type Domain, domainNamed, domainOfAccount } from '#mesh/topology/topology.ts';
import { query } from '../athena.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { tone } from '../io.ts';
import { renderProblem } from '../report.ts';

/** Writes the contracts of a table; what a person still has to say is shown as problems, and is no failure. */
export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const [database, name] = tableName(textOption(invocation, 'table'));
  const connection = await connect(invocation);
  const domain = domainOf(connection, textOption(invocation, 'domain'));
  const request = new GetTableCommand({ CatalogId: domain.account, DatabaseName: database, Name: name });
  const table = await tableOf(connection, request);
  const samples = invocation.options.sample === true ? await sample(connection, database, name) : {};
  const imported = importTable(table, database, domain, connection.topology, samples);
  const product = imported.product.name ?? name;
  const folder = textOption(invocation, 'out') ?? join('products', product);
  const files = write(imported, resolve(io.cwd, folder), product);
  const sources = files.map(({ path, text }) => ({ file: relative(io.cwd, path), text }));
  const [odps, ...contracts] = sources;
  const problems = odps === undefined ? [] : parseProduct({ product: odps, contracts }, connection.topology).problems;
  if (invocation.json) {
    io.out(`${JSON.stringify({ folder, files: sources.map(({ file }) => file), problems })}\n`);
    return;
  }
  for (const problem of problems) io.err(`${renderProblem(io, problem)}\n`);
  for (const { file } of sources) io.out(`${file}\n`);
  io.err(`${tone(io, 'dim', 'next:')} classify the columns, then weft product publish ${folder}\n`);
}

/** Rows that are looked at. Their values go into no file. */
const SAMPLE = 500;

/** Some values of each column, read by Athena as the caller. */
async function sample(connection: Connection, database: string, name: string): Promise<Samples> {
  const [from, table] = [database, name].map((part) => `"${part.replaceAll('"', '""')}"`);
  const sql = `SELECT * FROM ${from}.${table} LIMIT ${SAMPLE}`;
  const { columns, rows } = await query(connection, sql, { limit: SAMPLE });
  return Object.fromEntries(columns.map((column, index) => [column.name, rows.map((row) => row[index] ?? null)]));
}

function tableName(text: string | undefined): [string, string] {
  const [, database, table] = /^([^.]+)\.([^.]+)$/.exec(text ?? '') ?? [];
  if (database !== undefined && table !== undefined) return [database, table];
  throw userError('WEFT-CLI-033', `--table is ${JSON.stringify(text ?? '')}, not a database and a table`, {
    hint: 'write --table <database>.<table>',
  });
}

function domainOf({ topology, account }: Connection, name: string | undefined): Domain {
  const domain = name === undefined ? domainOfAccount(topology, account) : domainNamed(topology, name);
  if (domain !== undefined) return domain;
  throw userError(
    'WEFT-CLI-034',
    name === undefined ? `account ${account} is no domain` : `there is no domain ${name}`,
    {
      hint: `add --domain with one of ${topology.domains.map((entry) => entry.name).join(', ')}`,
    },
  );
}

async function tableOf({ client }: Connection, request: GetTableCommand) {
  const { DatabaseName, Name } = request.input;
  try {
    const { Table } = await new GlueClient(client).send(request);
    return Table ?? {};
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw userError('WEFT-CLI-035', `the table ${DatabaseName}.${Name} cannot be read: ${reason}`, {
      cause: error,
      hint: "ask as a producer of the table's domain",
    });
  }
}

/** Never over a file that is there: somebody may have classified its columns. */
function write({ product, contract }: Imported, folder: string, name: string): { path: string; text: string }[] {
  const files = [
    { path: join(folder, `${name}.odps.yaml`), text: writeModel(product) },
    { path: join(folder, `${name}.odcs.yaml`), text: writeModel(contract) },
  ];
  const taken = files.find(({ path }) => existsSync(path));
  if (taken !== undefined) {
    throw userError('WEFT-CLI-036', `${taken.path} is there already`, { hint: 'give another folder with --out' });
  }
  mkdirSync(folder, { recursive: true });
  for (const { path, text } of files) writeFileSync(path, text);
  return files;
}
