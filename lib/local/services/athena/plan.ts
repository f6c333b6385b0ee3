import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { type ReadableTable, readTable } from '../lake-formation/access.ts';
import type { Engine } from './engine/instance.ts';
import type { ParquetSchemas } from './engine/parquet-schema.ts';
import { DuckdbParser } from './engine/parser.ts';
import { INFORMATION_SCHEMA, informationSchema } from './information-schema.ts';
import { quote } from './relation/glue-type.ts';
import { grantedSelect } from './relation/granted.ts';
import { groupFiles } from './relation/partition.ts';
import { buildSource } from './relation/source.ts';
import { decodeView } from './relation/view.ts';
import { gateDuckdb } from './sql/duckdb-gate.ts';
import { type Output, QueryFailure, type RelationName } from './sql/gate.ts';
import type { Token } from './sql/lexer.ts';
import { type Translation, Translations } from './sql/translations.ts';
import { polyglot, type Transpiler } from './sql/transpile.ts';
import { storageOf } from './storage.ts';

/** Who asks, from where. */
export interface Asker {
  readonly cloud: Cloud;
  readonly caller: Caller;
  /** Database of names that say none, lower-case. */
  readonly database: string;
}

/** A query that may run: DuckDB's text on a locked engine, and what it reads. */
export interface Plan {
  readonly text: string;
  readonly outputs: readonly Output[];
  readonly reads: readonly ReadableTable[];
  /** Bytes of the files under the tables it reads. */
  readonly bytes: number;
}

const VIEW_DEPTH = 16;

/** Makes plans: gates the query twice and gives the engine just the relations that the asker was granted. */
export class Planner {
  readonly #schemas: ParquetSchemas;
  readonly #parser = new DuckdbParser();
  readonly #translations: Translations;

  constructor(schemas: ParquetSchemas, transpile: Transpiler = polyglot) {
    this.#schemas = schemas;
    this.#translations = new Translations(transpile, this.#parser);
  }

  /** Has both parsers load what they need, so that the first query does not wait for it. */
  async warm(): Promise<void> {
    await this.#translations.translate(this.#translations.read('SELECT 1 AS one'));
  }

  async close(): Promise<void> {
    await this.#parser.close();
  }

  /**
   * Prepares an engine for a query and locks it.
   * @param writable folder that the engine may write below, for CTAS and UNLOAD
   * @throws QueryFailure, AwsError
   */
  async plan(asker: Asker, engine: Engine, sql: string, writable?: string): Promise<Plan> {
    const work = new Work(asker, engine, this.#schemas, this.#translations);
    const { text, macros } = await work.translate(sql, asker.database, 0);
    const scope = { database: asker.database, macros, paths: [...work.paths] };
    await engine.seal(writable === undefined ? scope : { ...scope, writable });
    return { text, outputs: work.outputs, reads: [...work.reads.values()], bytes: work.bytes };
  }
}

class Work {
  readonly made = new Set<string>();
  readonly reads = new Map<string, ReadableTable>();
  readonly paths = new Set<string>();
  bytes = 0;
  outputs: readonly Output[] = [];
  readonly #asker: Asker;
  readonly #engine: Engine;
  readonly #schemas: ParquetSchemas;
  readonly #translations: Translations;

  constructor(asker: Asker, engine: Engine, schemas: ParquetSchemas, translations: Translations) {
    this.#asker = asker;
    this.#engine = engine;
    this.#schemas = schemas;
    this.#translations = translations;
  }

  async translate(sql: string, database: string, depth: number): Promise<Translation> {
    const reading = this.#translations.read(sql);
    const { tokens, relations, outputs } = reading;
    if (depth === 0) this.outputs = outputs;
    const withPath = tokens.some((token) => token.kind === 'quoted' && token.value === '$path');
    if (withPath && hasStar(tokens)) throw new QueryFailure('NOT_SUPPORTED: weft local does not take "$path" beside *');
    for (const relation of relations) await this.#make(relation, database, tokens, withPath, depth);
    const translation = await this.#translations.translate(reading);
    gateDuckdb(translation.tree, this.made, database);
    return translation;
  }

  async #make(
    name: RelationName,
    searched: string,
    tokens: readonly Token[],
    withPath: boolean,
    depth: number,
  ): Promise<void> {
    const database = name.database ?? searched;
    const key = `${database === 'information_schema' ? INFORMATION_SCHEMA : database}.${name.table}`;
    if (this.made.has(key)) return;
    const place = `line ${name.line}:${Math.max(1, name.column)}`;
    if (name.catalog !== undefined && name.catalog !== 'awsdatacatalog') {
      throw new QueryFailure(`CATALOG_NOT_FOUND: ${place}: Catalog '${name.catalog}' not found`);
    }
    if (database === 'information_schema') this.#makeInformation(name.table, place);
    else await this.#makeTable({ database, table: name.table }, place, tokens, withPath, depth);
    this.made.add(key);
  }

  #makeInformation(table: string, place: string): void {
    const select = informationSchema(this.#asker, table);
    if (select === undefined)
      throw new QueryFailure(
        `TABLE_NOT_FOUND: ${place}: Table 'awsdatacatalog.information_schema.${table}' does not exist`,
      );
    this.#engine.create({ database: INFORMATION_SCHEMA, name: table, select });
  }

  async #makeTable(
    at: { database: string; table: string },
    place: string,
    tokens: readonly Token[],
    withPath: boolean,
    depth: number,
  ) {
    const { cloud } = this.#asker;
    const readable = this.#readable(at, place);
    const { table } = readable;
    const owner = `${readable.owner.catalogId}.${readable.owner.database}.${readable.owner.table}`;
    const view = decodeView(table.ViewOriginalText);
    if (view !== undefined) {
      if (depth >= VIEW_DEPTH)
        throw new QueryFailure(`VIEW_IS_RECURSIVE: ${place}: View '${at.database}.${at.table}' is nested too deeply`);
      this.reads.set(owner, readable);
      const body = await this.translate(view.originalSql, view.schema.toLowerCase(), depth + 1);
      const columns = readable.cells[0]?.columns ?? [];
      this.#engine.create({
        database: at.database,
        name: at.table,
        select: `SELECT ${columns.map(quote).join(', ')} FROM (${body.text}\n)`,
        from: view.schema.toLowerCase(),
        macros: body.macros,
      });
      return;
    }
    const storage = storageOf(cloud);
    const { bucket, groups } = groupFiles(
      table,
      catalog.partitions(cloud, table),
      (where) => storage.keys(where.bucket, where.prefix),
      tokens,
    );
    const schema = this.#schemas.with(this.#engine);
    const source = await buildSource(table, groups, (key) => storage.localPath(bucket, key), schema, withPath);
    for (const path of source.paths) this.paths.add(path);
    if (!this.reads.has(owner)) this.bytes += source.bytes;
    this.reads.set(owner, readable);
    this.#engine.create({
      database: at.database,
      name: at.table,
      select: grantedSelect(source, readable.cells, withPath),
    });
  }

  #readable(at: { database: string; table: string }, place: string): ReadableTable {
    const { cloud, caller } = this.#asker;
    try {
      return readTable(cloud, caller, { catalogId: caller.account, ...at });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === 'EntityNotFoundException') {
        throw new QueryFailure(
          error.message.startsWith('Database')
            ? `SCHEMA_NOT_FOUND: ${place}: Schema '${at.database}' does not exist`
            : `TABLE_NOT_FOUND: ${place}: Table 'awsdatacatalog.${at.database}.${at.table}' does not exist`,
        );
      }
      throw new QueryFailure(`Insufficient permissions to execute the query. ${error.message}`);
    }
  }
}

/** A star that stands for columns, not a product or `count(*)`. */
function hasStar(tokens: readonly Token[]): boolean {
  return tokens.some((token, index) => {
    if (token.kind !== 'symbol' || token.value !== '*') return false;
    const before = tokens[index - 1];
    return (
      before?.value === 'select' ||
      before?.value === 'distinct' ||
      before?.value === '.' ||
      (before?.value === ',' && before.kind === 'symbol')
    );
  });
}
