import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { literal, quote } from '../relation/glue-type.ts';

/** Settings before anything else: what makes DuckDB count and divide as Athena does, and what bounds it. */
const SETTINGS = [
  'SET autoinstall_known_extensions = false',
  'SET autoload_known_extensions = false',
  'SET integer_division = true',
  'SET ieee_floating_point_ops = true',
  "SET TimeZone = 'UTC'",
  "SET memory_limit = '1GB'",
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
}

/**
 * One DuckDB for one query: its relations are made, then it is locked for good, then it runs text that is not ours.
 */
export class Engine {
  readonly #instance: DuckDBInstance;
  readonly connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.connection = connection;
  }

  static async start(): Promise<Engine> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(SETTINGS.join('; '));
    return new Engine(instance, connection);
  }

  /** Makes a relation; names in it resolve in its own database. */
  async create({ database, name, select, from }: Relation): Promise<void> {
    await this.within(database);
    if (from !== undefined) await this.within(from);
    await this.connection.run(`CREATE VIEW awsdatacatalog.${quote(database)}.${quote(name)} AS ${select}`);
  }

  /** Makes the macros that the query's text calls. */
  async define(macros: readonly string[]): Promise<void> {
    if (macros.length > 0) await this.connection.run(macros.map((macro) => `CREATE OR REPLACE ${macro}`).join('; '));
  }

  /** Makes a schema when it is not there, and names without a database resolve in it. */
  async within(database: string): Promise<void> {
    await this.connection.run(`CREATE SCHEMA IF NOT EXISTS awsdatacatalog.${quote(database)}`);
    await this.connection.run(`SET search_path = ${literal(`awsdatacatalog.${quote(database)}`)}`);
  }

  /** Shuts the door: only these files, no extension, no setting, no way back. The order matters. */
  async lock(paths: readonly string[], writable?: string): Promise<void> {
    const folders = writable === undefined ? '' : literal(writable);
    await this.connection.run(
      [
        `SET allowed_paths = [${paths.map(literal).join(', ')}]`,
        `SET allowed_directories = [${folders}]`,
        "SET temp_directory = ''",
        'SET enable_external_access = false',
        'SET lock_configuration = true',
      ].join('; '),
    );
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

  async close(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Keeps one engine started ahead, so that no query waits for DuckDB to start. */
export class EnginePool {
  #spare: Promise<Engine> | undefined;
  #closed = false;

  /** An engine that no query has used. */
  async take(): Promise<Engine> {
    const engine = this.#spare ?? Engine.start();
    this.#spare = undefined;
    return engine;
  }

  /** Starts the next one, once a query has its answer. */
  refill(): void {
    if (this.#closed || this.#spare !== undefined) return;
    this.#spare = Engine.start();
    this.#spare.catch(() => {
      this.#spare = undefined;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const spare = await this.#spare?.catch(() => undefined);
    this.#spare = undefined;
    await spare?.close();
  }
}
