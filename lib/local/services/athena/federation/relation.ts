import type { Engine } from '../engine/instance.ts';
import type { Asker } from '../plan.ts';
import { QueryFailure } from '../sql/gate.ts';
import type { Token } from '../sql/lexer.ts';
import { reach } from './connector.ts';
import { type Reader, reading } from './postgres.ts';
import type { PostgresColumn } from './postgres-type.ts';
import { type Place, predicatesOn } from './pushdown.ts';

/** What a query reads of a federated table, and how to find that out. */
export interface FederatedAsk {
  readonly at: Place;
  /** `line 1:15`, where the statement names it. */
  readonly place: string;
  readonly tokens: readonly Token[];
  /** The statement has a star for columns. */
  readonly hasStar: boolean;
  /** The statement's tree, as DuckDB reads it. */
  readonly tree: string;
  readonly searched: Omit<Place, 'table'>;
}

/** What left the source for a query. */
export interface Fetched {
  readonly rows: number;
  readonly bytes: number;
}

/** Names that an engine has given to databases of its own. */
const RESERVED = new Set(['memory', 'system', 'temp', 'awsdatacatalog']);

/**
 * Fetches from the source just the columns that the statement names and the rows that its simple conditions let through, and gives them to the engine as a relation
 * of this query.
 */
export async function makeFederated(asker: Asker, engine: Engine, ask: FederatedAsk): Promise<Fetched> {
  const { at, place } = ask;
  const { cloud, caller } = asker;
  if (RESERVED.has(at.catalog))
    throw new QueryFailure(`NOT_SUPPORTED: ${place}: weft local takes no catalog named '${at.catalog}'`);
  const { catalog, address, fail } = await reach(cloud, caller, at.catalog, place);
  try {
    return await reading(address, catalog.name, (reader) => fetch(reader, engine, ask, asker.isDry ?? false));
  } catch (error) {
    throw error instanceof QueryFailure ? error : fail('retrieving data', error);
  }
}

async function fetch(reader: Reader, engine: Engine, ask: FederatedAsk, isDry: boolean): Promise<Fetched> {
  const { at, place } = ask;
  const all = await reader.columns(at.schema, at.table);
  if (all.length === 0) {
    const known = await reader.schemas();
    throw new QueryFailure(
      known.includes(at.schema)
        ? `TABLE_NOT_FOUND: ${place}: Table '${at.catalog}.${at.schema}.${at.table}' does not exist`
        : `SCHEMA_NOT_FOUND: ${place}: Schema '${at.schema}' does not exist`,
    );
  }
  const columns = needed(all, ask);
  const [unread] = columns.filter((column) => column.unread !== undefined);
  if (unread !== undefined) {
    throw new QueryFailure(
      `NOT_SUPPORTED: ${place}: weft local does not read ${unread.unread} of ${at.schema}.${at.table}.${unread.name}`,
    );
  }
  const predicates = predicatesOn(ask.tree, at, ask.searched);
  const table = await engine.table({ ...at, database: at.schema, name: at.table }, columns);
  let rows = 0;
  let bytes = 0;
  if (!isDry) {
    await reader.rows({ schema: at.schema, table: at.table, columns, predicates }, (batch) => {
      rows += batch.length;
      for (const row of batch) {
        for (const value of row) bytes += value === null ? 0 : Buffer.byteLength(value);
        table.append(row);
      }
    });
  }
  table.close();
  return { rows, bytes };
}

/** The columns that the statement names somewhere: more than it reads of this table, perhaps, and never less. */
function needed(all: readonly PostgresColumn[], { tokens, hasStar }: FederatedAsk): readonly PostgresColumn[] {
  if (hasStar) return all;
  const named = new Set(
    tokens.filter(({ kind }) => kind === 'word' || kind === 'quoted').map(({ value }) => value.toLowerCase()),
  );
  return all.filter(({ name }) => named.has(name));
}
