import { tellAssumed } from '../../core/act.ts';
import type { Cloud } from '../../core/cloud.ts';
import { callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import type { GlueViewDefinition } from '../glue/types.ts';
import { type ReadableTable, readTable } from '../lake-formation/access.ts';
import { tellLookup } from './acts.ts';
import type { Engine } from './engine/instance.ts';
import type { ParquetSchemas } from './engine/parquet-schema.ts';
import { DuckdbParser } from './engine/parser.ts';
import { makeFederated } from './federation/relation.ts';
import { requireForeign } from './foreign.ts';
import { INFORMATION_SCHEMA, informationSchema } from './information-schema.ts';
import { quote } from './relation/glue-type.ts';
import { grantedSelect } from './relation/granted.ts';
import { groupFiles } from './relation/partition.ts';
import { buildSource } from './relation/source.ts';
import { decodeView } from './relation/view.ts';
import { GLUE_CATALOG, gateDuckdb, relationKey, type Searched } from './sql/duckdb-gate.ts';
import { type Output, QueryFailure, type RelationName } from './sql/gate.ts';
import type { Token } from './sql/lexer.ts';
import { type Reading, type Translation, Translations } from './sql/translations.ts';
import { polyglot, type Transpiler } from './sql/transpile.ts';
import { storageOf } from './storage.ts';

/** Who asks, from where. */
export interface Asker {
  readonly cloud: Cloud;
  readonly caller: Caller;
  /** Database of names that say none, lower-case. */
  readonly database: string;
  /** Catalog of names that say none, lower-case; the Glue catalog when absent. */
  readonly catalog?: string;
  /** Only the shape of the result is wanted: no row of a federated table is fetched. */
  readonly isDry?: boolean;
}

/** A query that may run: DuckDB's text on a locked engine, and what it reads. */
export interface Plan {
  readonly text: string;
  readonly outputs: readonly Output[];
  readonly reads: readonly Read[];
  /** Bytes of the files under the tables it reads, and of the values fetched from federated ones. */
  readonly bytes: number;
  /** Rows fetched from federated tables. */
  readonly fetched: number;
}

/** A table that a query reads, and as whom when that is not the asker. */
export interface Read extends ReadableTable {
  /** The definer of the view through which the table is read. */
  readonly as?: Caller;
  /** Its files; a view has none. */
  readonly files?: { readonly bucket: string; readonly keys: readonly string[] };
}

const VIEW_DEPTH = 16;

/** Where a definer's relations are made: no name of a query leads there. */
interface Realm {
  readonly prefix: string;
}

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
    const scope = { ...searchedBy(asker), macros, paths: [...work.paths] };
    await engine.seal(writable === undefined ? scope : { ...scope, writable });
    const { outputs, bytes, fetched } = work;
    return { text, outputs, reads: [...work.reads.values()], bytes, fetched };
  }
}

class Work {
  readonly made = new Set<string>();
  readonly reads = new Map<string, Read>();
  readonly paths = new Set<string>();
  bytes = 0;
  fetched = 0;
  outputs: readonly Output[] = [];
  readonly #asker: Asker;
  readonly #engine: Engine;
  readonly #schemas: ParquetSchemas;
  readonly #translations: Translations;
  readonly #realm: Realm | undefined;
  #views = 0;

  constructor(asker: Asker, engine: Engine, schemas: ParquetSchemas, translations: Translations, realm?: Realm) {
    this.#asker = asker;
    this.#engine = engine;
    this.#schemas = schemas;
    this.#translations = translations;
    this.#realm = realm;
  }

  async translate(sql: string, database: string, depth: number): Promise<Translation> {
    const reading = this.#translations.read(sql);
    const { tokens, relations, outputs } = reading;
    if (depth === 0) this.outputs = outputs;
    const withPath = tokens.some((token) => token.kind === 'quoted' && token.value === '$path');
    if (withPath && hasStar(tokens)) throw new QueryFailure('NOT_SUPPORTED: weft local does not take "$path" beside *');
    const searched = depth === 0 ? { ...searchedBy(this.#asker), database } : { catalog: GLUE_CATALOG, database };
    for (const relation of relations) {
      const catalog =
        relation.catalog ?? (relation.database === 'information_schema' ? GLUE_CATALOG : searched.catalog);
      if (catalog === GLUE_CATALOG) await this.#make(relation, database, tokens, withPath, depth);
      else await this.#makeFederated(relation, catalog, reading, searched);
    }
    const translation = await this.#translations.translate(reading);
    gateDuckdb(translation.tree, this.made, searched);
    return translation;
  }

  /** A table of a data source that Athena reaches through a connector. */
  async #makeFederated(name: RelationName, catalog: string, reading: Reading, searched: Searched): Promise<void> {
    const at = { catalog, schema: name.database ?? searched.database, table: name.table };
    const key = relationKey({ catalog, database: at.schema, table: at.table });
    if (this.made.has(key)) return;
    const place = placeOfName(name);
    if (this.#realm !== undefined) {
      throw new QueryFailure(
        `NOT_SUPPORTED: ${place}: a view of the Data Catalog cannot read the catalog '${catalog}'`,
      );
    }
    const { tree } = await this.#translations.translate(reading);
    const { rows, bytes } = await makeFederated(this.#asker, this.#engine, {
      at,
      place,
      tokens: reading.tokens,
      hasStar: hasStar(reading.tokens),
      tree,
      searched: { catalog: searched.catalog, schema: searched.database },
    });
    this.fetched += rows;
    this.bytes += bytes;
    this.made.add(key);
  }

  async #make(
    name: RelationName,
    searched: string,
    tokens: readonly Token[],
    withPath: boolean,
    depth: number,
  ): Promise<void> {
    const database = name.database ?? searched;
    const inEngine = database === 'information_schema' ? INFORMATION_SCHEMA : database;
    const key = relationKey({ catalog: GLUE_CATALOG, database: inEngine, table: name.table });
    if (this.made.has(key)) return;
    const place = placeOfName(name);
    if (database === 'information_schema') this.#makeInformation(name.table, place);
    else await this.#makeTable({ database, table: name.table }, place, tokens, withPath, depth);
    this.made.add(key);
  }

  /** The name of a database in the engine as the catalog knows it. */
  #inCatalog(database: string): string {
    return this.#realm === undefined ? database : database.slice(this.#realm.prefix.length);
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
    const readable = this.#readable({ ...at, database: this.#inCatalog(at.database) }, place);
    const { table } = readable;
    if (table.ViewDefinition !== undefined) return this.#makeDefined(at, readable, table.ViewDefinition, place);
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
    const keys = groups.flatMap((group) => group.keys);
    requireForeign(cloud, this.#asker.caller, readable.owner.catalogId, 'GetObject', bucket, keys);
    const schema = this.#schemas.with(this.#engine);
    const source = await buildSource(table, groups, (key) => storage.localPath(bucket, key), schema, withPath);
    for (const path of source.paths) this.paths.add(path);
    if (!this.reads.has(owner)) this.bytes += source.bytes;
    this.reads.set(owner, { ...readable, files: { bucket, keys } });
    this.#engine.create({
      database: at.database,
      name: at.table,
      select: grantedSelect(source, readable.cells, withPath),
    });
  }

  /**
   * A view of the Data Catalog: its text runs as its definer, in the catalog of its owner. What the definer may read gets names of its own in
   * the engine, so that the query itself cannot name it.
   */
  async #makeDefined(
    at: { database: string; table: string },
    readable: ReadableTable,
    { Definer, Representations }: GlueViewDefinition,
    place: string,
  ) {
    if (this.#realm !== undefined) throw new QueryFailure(`NOT_SUPPORTED: ${place}: a view of a view cannot be read`);
    const { owner } = readable;
    const caller = callerFor(Definer, `AWSLF-00-AT-${owner.catalogId}`);
    tellAssumed(this.#asker.cloud, 'lakeformation.amazonaws.com', Definer);
    const prefix = `definer$${this.#views}$`;
    this.#views += 1;
    const asker = { cloud: this.#asker.cloud, caller, database: owner.database };
    const work = new Work(asker, this.#engine, this.#schemas, this.#translations, { prefix });
    const text = Representations[0]?.ViewExpandedText ?? '';
    const body = await work.translate(inRealm(this.#translations.read(text), prefix), `${prefix}${owner.database}`, 1);
    const columns = readable.cells[0]?.columns ?? [];
    this.#engine.create({
      database: at.database,
      name: at.table,
      select: `SELECT ${columns.map(quote).join(', ')} FROM (${body.text}\n)`,
      macros: body.macros,
    });
    this.reads.set(`${owner.catalogId}.${owner.database}.${owner.table}`, readable);
    for (const [key, read] of work.reads) this.reads.set(`${prefix}${key}`, { ...read, as: caller });
    for (const path of work.paths) this.paths.add(path);
    this.bytes += work.bytes;
  }

  #readable(at: { database: string; table: string }, place: string): ReadableTable {
    const { cloud, caller } = this.#asker;
    try {
      const asked = { catalogId: caller.account, ...at };
      const readable = readTable(cloud, caller, asked);
      tellLookup(cloud, caller, asked, readable.governed);
      tellLookup(cloud, caller, readable.owner, readable.governed);
      return readable;
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

function searchedBy({ catalog = GLUE_CATALOG, database }: Asker): Searched {
  return { catalog, database };
}

function placeOfName({ line, column }: RelationName): string {
  return `line ${line}:${Math.max(1, column)}`;
}

/** A view's text with its tables under the names that they have in the engine. @throws QueryFailure for a table without its database */
function inRealm({ sql, tokens, relations }: Reading, prefix: string): string {
  const named = new Set(relations.map(({ database, table }) => `${database ?? ''}.${table}`));
  if (relations.some(({ database }) => database === undefined)) {
    throw new QueryFailure('NOT_SUPPORTED: weft local takes views of the Data Catalog with full table names only');
  }
  let text = sql;
  for (let index = tokens.length - 3; index >= 0; index -= 1) {
    const [database, dot, table] = tokens.slice(index, index + 3);
    if (database === undefined || dot?.value !== '.' || dot.kind !== 'symbol' || table === undefined) continue;
    if (!named.has(`${database.value.toLowerCase()}.${table.value.toLowerCase()}`)) continue;
    const realm = `"${prefix}${database.value.toLowerCase()}"`;
    text = `${text.slice(0, database.start)}${realm}${text.slice(database.end)}`;
  }
  return text;
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
