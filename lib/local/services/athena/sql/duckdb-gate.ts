import { QueryFailure } from './gate.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Node = { readonly [key: string]: Json };

/** The catalog of an account's Glue, by the name that Athena gives it, in lower case. */
export const GLUE_CATALOG = 'awsdatacatalog';

/** Where names lead that say less than all. */
export interface Searched {
  readonly catalog: string;
  readonly database: string;
}

/** A relation in the set of those that were made for a query. */
export function relationKey(at: Searched & { readonly table: string }): string {
  return [at.catalog, at.database, at.table].join('\u0000');
}

const TABLE_FUNCTIONS = new Set(['unnest', 'range', 'generate_series']);
/** Scalar functions of DuckDB that tell of the process, the settings or the catalog, or that run text as SQL. */
const FORBIDDEN =
  /^(getenv|getvariable|current_setting|set_config|query.*|read_.*|parquet_.*|duckdb_.*|pragma_.*|pg_.*|json_.*serialize.*|json_execute.*|write_.*|nextval|currval|which_secret|current_(schemas?|database|catalog|query|user)|in_search_path|sniff_.*|glob|txid_current|current_connection_id|current_transaction_id|current_query_id|enable_.*|disable_.*|parse_duckdb_.*|test_.*|sleep.*|col_description|obj_description|shobj_description|has_.*_privilege|version|user|session_user)$/;

/**
 * The second of two lists, on the text that DuckDB will run, parsed by DuckDB itself: one query, whose tables are all relations that were
 * made for it, and whose table functions are on a short list. A fault of the transpiler cannot pass it.
 * @param serialized what `json_serialize_sql` says of the text
 * @param made the query's relations as they are named in DuckDB, by {@link relationKey}
 * @throws QueryFailure
 */
export function gateDuckdb(serialized: string, made: ReadonlySet<string>, searched: Searched): void {
  const tree = JSON.parse(serialized) as { error: boolean; error_message?: string; statements?: readonly Json[] };
  if (tree.error) throw new QueryFailure(`SYNTAX_ERROR: ${tree.error_message ?? 'the statement cannot be read'}`);
  const [statement, ...more] = tree.statements ?? [];
  if (statement === undefined || more.length > 0) throw refused('more than one statement');
  visit(statement, new Set(), { made, searched });
}

interface Known {
  readonly made: ReadonlySet<string>;
  readonly searched: Searched;
}

function visit(node: Json, scope: ReadonlySet<string>, known: Known): void {
  if (Array.isArray(node)) {
    for (const entry of node) visit(entry, scope, known);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const object = node as Node;
  if (object.type === 'BASE_TABLE') checkTable(object, scope, known);
  if (object.type === 'TABLE_FUNCTION') checkFunction(object, TABLE_FUNCTIONS);
  else if (object.class === 'FUNCTION') checkFunction(object);
  if (object.type === 'SHOW_REF' || object.type === 'PIVOT') throw refused(String(object.type));
  const inner = scopeOf(object, scope, known);
  for (const [key, value] of Object.entries(object)) if (key !== 'cte_map') visit(value, inner, known);
}

function checkTable(object: Node, scope: ReadonlySet<string>, { made, searched }: Known): void {
  const table = String(object.table_name).toLowerCase();
  const schema = String(object.schema_name ?? '').toLowerCase();
  const catalog = String(object.catalog_name ?? '').toLowerCase();
  if (schema === '' && catalog === '' && scope.has(table)) return;
  const database = schema === '' ? searched.database : schema;
  // A name of two parts is a database's in the catalog that is searched: DuckDB resolves it so, too.
  const key = relationKey({ catalog: catalog === '' ? searched.catalog : catalog, database, table });
  if (!made.has(key)) throw refused(`${catalog === '' ? '' : `${catalog}.`}${schema}.${table}`);
}

function checkFunction(object: Node, allowed?: ReadonlySet<string>): void {
  const call = allowed === undefined ? object : ((object.function as Node | null) ?? object);
  const name = String(call.function_name ?? '').toLowerCase();
  const schema = String(call.schema ?? '').toLowerCase();
  if (allowed === undefined ? FORBIDDEN.test(name) || (schema !== '' && schema !== 'main') : !allowed.has(name))
    throw refused(`${name}()`);
}

function scopeOf(object: Node, scope: ReadonlySet<string>, known: Known): ReadonlySet<string> {
  const map = (object.cte_map as Node | null | undefined)?.map;
  if (!Array.isArray(map)) return scopeOfRecursive(object, scope);
  const names = new Set(scope);
  for (const entry of map as readonly Node[]) {
    const name = String(entry.key).toLowerCase();
    const value = entry.value ?? null;
    visit(value, isRecursive(value) ? new Set(names).add(name) : new Set(names), known);
    names.add(name);
  }
  return names;
}

function scopeOfRecursive(object: Node, scope: ReadonlySet<string>): ReadonlySet<string> {
  return object.type === 'RECURSIVE_CTE_NODE' ? new Set(scope).add(String(object.cte_name).toLowerCase()) : scope;
}

function isRecursive(value: Json): boolean {
  return JSON.stringify(value).includes('"RECURSIVE_CTE_NODE"');
}

function refused(what: string): QueryFailure {
  return new QueryFailure(
    `GENERIC_USER_ERROR: the translated statement reaches ${what}, which this query has not been given`,
  );
}
