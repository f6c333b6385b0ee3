import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal, quote } from '../relation/glue-type.ts';

/** Settings before anything else: what makes DuckDB count and divide as Athena does, and what bounds it. */
const SETTINGS = [
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET integer_division = true',
  'SET ieee_floating_point_ops = true',
  "SET TimeZone = 'UTC'",
  // Each JSON function holds what it parsed for a whole vector of rows: the views over CloudTrail's events have dozens of them.
  "SET memory_limit = '4GB'",
  "SET default_null_order = 'nulls_last'",
  'SET preserve_insertion_order = true',
  "ATTACH ':memory:' AS awsdatacatalog",
];

/** A relation as the query will see it. */
export interface Relation {
  readonly database: string;
  readonly name: string;
  readonly select: string;
  /** Database in which its own names resolve; `database` when absent. */
  readonly from?: string;
  /** Macros that `select` calls. */
  readonly macros?: readonly string[];
}

/** A column of a relation whose values come as texts. */
export interface TextColumn {
  readonly name: string;
  /** From the text to the value, in DuckDB's words. */
  convert(text: string): string;
}

/** Takes the rows of a relation. */
export interface Rows {
  append(row: readonly (string | null)[]): void;
  close(): void;
}

/**
 * One DuckDB for one query: its relations are made, then it is locked for good, then it runs text that is not ours.
 */
export class Engine {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
  readonly #pending: string[] = [];
  #closed = false;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  /** @param threads default one for each core */
  static async start(threads?: number): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:', threads === undefined ? {} : { threads: String(threads) });
    const connection = await instance.connect();
    await connection.run(SETTINGS.join('; '));
    return new Engine(instance, connection);
  }

  /** Has a relation, and the macros that its text calls, made when the engine is sealed. */
  create({ database, name, select, from, macros = [] }: Relation): void {
    const view = `CREATE VIEW awsdatacatalog.${quote(database)}.${quote(name)} AS ${select}`;
    const scope = from === undefined ? [] : within(from);
    this.#pending.push(...macros.map(create), schema(database), ...scope, view);
  }

  /** Makes a relation of another catalog, whose rows are handed over before the engine is sealed. Without columns it still has its rows. */
  async table(
    at: { readonly catalog: string; readonly database: string; readonly name: string },
    columns: readonly TextColumn[],
  ): Promise<Rows> {
    const place = `${quote(at.catalog)}.${quote(at.database)}`;
    const kept = `${at.name}$rows`;
    const fields = columns.length === 0 ? ['c0'] : columns.map((_, index) => `c${index}`);
    const shown = columns.map((column, index) => `${column.convert(`c${index}`)} AS ${quote(column.name)}`);
    await this.connection.run(
      [
        `ATTACH IF NOT EXISTS ':memory:' AS ${quote(at.catalog)}`,
        `CREATE SCHEMA IF NOT EXISTS ${place}`,
        `CREATE TABLE ${place}.${quote(kept)} (${fields.map((field) => `${field} VARCHAR`).join(', ')})`,
        `CREATE VIEW ${place}.${quote(at.name)} AS SELECT ${shown.length === 0 ? 'c0 AS "$row"' : shown.join(', ')} FROM ${place}.${quote(kept)}`,
      ].join(';\n'),
    );
    const appender = await this.connection.createAppender(kept, at.database, at.catalog);
    return {
      append(row) {
        for (const value of row) {
          if (value === null) appender.appendNull();
          else appender.appendVarchar(value);
        }
        appender.endRow();
      },
      close: () => appender.closeSync(),
    };
  }

  /**
   * Makes the relations and what the query's text calls, and shuts the door: only these files, no extension, no setting, no way back. The order matters. All
   * of it is one message to DuckDB.
   */
  async seal(scope: {
    catalog?: string;
    database: string;
    macros: readonly string[];
    paths: readonly string[];
    writable?: string;
  }): Promise<void> {
    const folders = scope.writable === undefined ? '' : literal(scope.writable);
    const statements = [
      ...this.#pending.splice(0),
      ...scope.macros.map(create),
      ...within(scope.database, scope.catalog),
      `SET allowed_paths = [${scope.paths.map(literal).join(', ')}]`,
      `SET allowed_directories = [${folders}]`,
      "SET temp_directory = ''",
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ];
    await this.connection.run(statements.join(';\n'));
  }

  /** The statement's tree as DuckDB reads it, as JSON; an error is in it as data. */
  async serialize(text: string): Promise<string> {
    const reader = await this.connection.runAndReadAll(`SELECT json_serialize_sql(${literal(text)})`);
    return String(reader.getRows()[0]?.[0]);
  }

  /** The text of a tree. */
  async deserialize(tree: string): Promise<string> {
    const reader = await this.connection.runAndReadAll(`SELECT json_deserialize_sql(${literal(tree)})`);
    return String(reader.getRows()[0]?.[0]);
  }

  /** Stops what runs; nothing when the engine is closed, where DuckDB would take the process down. */
  interrupt(): void {
    if (!this.#closed) this.connection.interrupt();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await new Promise((resolve) => setImmediate(resolve));
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}

function create(macro: string): string {
  return `CREATE OR REPLACE ${macro}`;
}

function schema(database: string, catalog = 'awsdatacatalog'): string {
  return `CREATE SCHEMA IF NOT EXISTS ${quote(catalog)}.${quote(database)}`;
}

/** Names without a database resolve in that one. */
function within(database: string, catalog = 'awsdatacatalog'): string[] {
  const attached = catalog === 'awsdatacatalog' ? [] : [`ATTACH IF NOT EXISTS ':memory:' AS ${quote(catalog)}`];
  return [
    ...attached,
    schema(database, catalog),
    `SET search_path = ${literal(`${quote(catalog)}.${quote(database)}`)}`,
  ];
}

const AHEAD = 2;

/** Keeps two engines started ahead (3 MB each), so that no query of a client that asks one after the other waits for DuckDB to start. */
export class EnginePool {
  readonly #spare: Promise<Engine>[] = [];
  #closed = false;

  /** An engine that no query has used. */
  async take(): Promise<Engine> {
    return this.#spare.shift() ?? Engine.start();
  }

  /** Starts the next ones, once a query has its answer. */
  refill(): void {
    while (!this.#closed && this.#spare.length < AHEAD) {
      const next = Engine.start();
      this.#spare.push(next);
      next.catch(() => {
        const index = this.#spare.indexOf(next);
        if (index >= 0) this.#spare.splice(index, 1);
      });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const engines = await Promise.allSettled(this.#spare.splice(0));
    for (const engine of engines) if (engine.status === 'fulfilled') await engine.value.close();
  }
}
