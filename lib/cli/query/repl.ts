import { createInterface, type Interface } from 'node:readline';
import type { QueryResult } from '#aws/athena.ts';
import { type Io, tone } from '../io.ts';
import { reportError } from '../report.ts';
import { renderTable } from '../table.ts';
import type { History } from './history.ts';
import { bytesText, type Format, formatNamed, renderResult } from './result-format.ts';
import { splitStatements } from './statement.ts';
import { type CatalogColumn, completions, META } from './words.ts';

/** What the prompt works with. */
export interface ReplOptions {
  readonly io: Io;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** The streams are a terminal: keys are read, not lines. */
  readonly terminal: boolean;
  readonly history: History;
  readonly format: Exclude<Format, 'parquet'>;
  /** Runs one statement; the signal stops it. */
  run(sql: string, signal: AbortSignal): Promise<QueryResult>;
  /** The columns that the caller may read; asked for once, when they are needed. */
  catalog(): Promise<readonly CatalogColumn[]>;
}

const PROMPT = 'weft> ';
const MORE = '   -> ';

/** A prompt for SQL: statements end with `;` and may take several lines. An error ends no session, and Ctrl-C stops the query that runs. */
export class Repl {
  readonly #options: ReplOptions;
  readonly #lines: Interface;
  #format: Exclude<Format, 'parquet'>;
  #buffer = '';
  #running: AbortController | undefined;
  #catalog: Promise<readonly CatalogColumn[]> | undefined;
  /** The input has ended, or somebody left: nothing more is asked. */
  #closed = false;
  #left = false;
  /** What was typed is done in turn. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ReplOptions) {
    this.#options = options;
    this.#format = options.format;
    this.#lines = createInterface({
      input: options.input,
      output: options.output,
      terminal: options.terminal,
      prompt: PROMPT,
      // The newest first, as readline keeps it.
      history: options.history.statements.map((statement) => `${statement};`).toReversed(),
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, found: [string[], string]) => void) => {
        void this.complete(line).then((found) => done(null, found));
      },
    });
  }

  /** Reads and answers until the input ends or somebody leaves. */
  async session(): Promise<void> {
    const closed = new Promise<void>((done) => this.#lines.once('close', done));
    this.#lines.once('close', () => {
      this.#closed = true;
    });
    this.#lines.on('line', (line) => {
      this.#turn = this.#turn.then(() => this.#take(line));
    });
    this.#lines.on('SIGINT', () => this.#interrupt());
    this.#lines.prompt();
    await closed;
    await this.#turn;
  }

  /** What may follow a line that is being typed. */
  async complete(line: string): Promise<[string[], string]> {
    const columns = await this.#columns().catch(() => []);
    const [found, word] = completions(`${this.#buffer}\n${line}`.trimStart(), columns);
    return [found, word];
  }

  async #take(line: string): Promise<void> {
    if (this.#left) return;
    if (this.#buffer === '' && /^\s*[.\\]\w/.test(line)) {
      await this.#command(line.trim());
    } else {
      const { statements, rest } = splitStatements(`${this.#buffer}${line}\n`);
      this.#buffer = rest;
      for (const statement of statements) await this.#run(statement);
    }
    this.#ask();
  }

  #ask(): void {
    if (this.#closed) return;
    this.#lines.setPrompt(this.#buffer === '' ? PROMPT : MORE);
    this.#lines.prompt();
  }

  async #run(sql: string): Promise<void> {
    const { io, history } = this.#options;
    history.add(sql);
    this.#running = new AbortController();
    try {
      const started = performance.now();
      const result = await this.#options.run(sql, this.#running.signal);
      const took = Math.round(performance.now() - started);
      io.out(renderResult(result, this.#format, io.columns));
      io.err(`${tone(io, 'dim', summary(result, took))}\n`);
    } catch (error) {
      reportError(io, error, false);
    } finally {
      this.#running = undefined;
    }
  }

  #interrupt(): void {
    if (this.#running !== undefined) {
      this.#options.io.err('stopping the query\n');
      this.#running.abort();
      return;
    }
    if (this.#buffer === '' && this.#lines.line === '') this.#options.io.err('\n.quit or Ctrl-D leaves\n');
    else this.#options.io.err('\n');
    this.#buffer = '';
    // What stands on the line is thrown away, as in a shell.
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#ask();
  }

  async #command(line: string): Promise<void> {
    const { io } = this.#options;
    const [name = '', ...rest] = line.replace(/;$/, '').split(/\s+/);
    const argument = rest.join(' ');
    try {
      if (/^(\.quit|\.exit|\\q)$/.test(name)) this.#leave();
      else if (/^(\.help|\\\?)$/.test(name))
        for (const [command, what] of Object.entries(META)) io.out(`${command.padEnd(9)} ${what}\n`);
      else if (name === '.tables' || (name === '\\d' && argument === '')) await this.#tables(argument);
      else if (name === '.columns' || name === '\\d') await this.#describe(argument);
      else if (name === '.format') this.#setFormat(argument);
      else io.err(`no command ${name}; .help shows what there is\n`);
    } catch (error) {
      reportError(io, error, false);
    }
  }

  #leave(): void {
    this.#left = true;
    this.#lines.close();
  }

  async #tables(text: string): Promise<void> {
    const { io } = this.#options;
    const columns = await this.#columns();
    const tables = [...new Set(columns.map(({ database, table }) => `${database}.${table}`))];
    const found = tables
      .filter((table) => table.includes(text))
      .map((table) => ({ table, columns: columnsOf(table, columns) }));
    if (found.length === 0) return io.err('no tables: weft subscription request asks for a product\n');
    const shape = [
      { title: 'table', value: (row: (typeof found)[number]) => row.table, whole: true },
      { title: 'columns', value: (row: (typeof found)[number]) => row.columns.map(({ column }) => column).join(', ') },
    ];
    io.out(renderTable(found, shape, io.columns));
  }

  async #describe(table: string): Promise<void> {
    const { io } = this.#options;
    const found = columnsOf(table, await this.#columns());
    if (found.length === 0) return io.err(`no table ${JSON.stringify(table)}; .tables shows those that you may read\n`);
    const shape = [
      { title: 'column', value: ({ column }: CatalogColumn) => column, whole: true },
      { title: 'type', value: ({ type }: CatalogColumn) => type },
    ];
    io.out(renderTable(found, shape, io.columns));
  }

  #setFormat(name: string): void {
    const format = formatNamed(name);
    if (format === 'parquet') this.#options.io.err('parquet needs a file: weft query "…" --output <file>.parquet\n');
    else this.#format = format;
  }

  #columns(): Promise<readonly CatalogColumn[]> {
    this.#catalog ??= this.#options.catalog().catch((error: unknown) => {
      // It is asked for again the next time.
      this.#catalog = undefined;
      throw error;
    });
    return this.#catalog;
  }
}

/** By `database.table`, or by the table's name alone. */
function columnsOf(name: string, columns: readonly CatalogColumn[]): CatalogColumn[] {
  return columns.filter(({ database, table }) => `${database}.${table}` === name || table === name);
}

/** What a query took, by our own watch: waiting for Athena is part of it. */
export function summary({ rows, milliseconds, scannedBytes, id }: QueryResult, took: number): string {
  const time = `${(took / 1000).toFixed(took < 10_000 ? 2 : 1)} s (${milliseconds} ms in Athena)`;
  return `${rows.length} row(s), ${time}, ${bytesText(scannedBytes)} scanned, query ${id}`;
}
