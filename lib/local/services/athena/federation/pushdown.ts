import type { Comparable } from './postgres-type.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Node = { readonly [key: string]: Json };

/** A condition that the rows of a relation must meet to come into a result: never true of NULL. */
export interface Predicate {
  readonly column: string;
  readonly test: '=' | '<>' | '<' | '<=' | '>' | '>=' | 'in' | 'is not null';
  readonly values: readonly Literal[];
}

export interface Literal {
  readonly kind: Exclude<Comparable, 'float8'>;
  readonly text: string;
}

/** A relation by its place. */
export interface Place {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}

const TESTS: Readonly<Record<string, Predicate['test']>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
};
const TURNED: Readonly<Record<string, Predicate['test']>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

/**
 * The simple conditions (a column against literals, joined by AND) of the WHERE over a relation. The engine applies the whole WHERE again, and each of these
 * refuses NULL, so to leave out the other rows at the source changes no result, whatever the join. A relation that is named twice gets none.
 * @param serialized what `json_serialize_sql` says of the statement
 * @param searched where a name without catalog and schema leads
 */
export function predicatesOn(serialized: string, at: Place, searched: Omit<Place, 'table'>): Predicate[] {
  const found: { select: Node; table: Node }[] = [];
  let named = 0;
  const names = (node: Node) =>
    node.type === 'BASE_TABLE' &&
    lower(node.table_name) === at.table &&
    (lower(node.schema_name) || searched.schema) === at.schema &&
    (lower(node.catalog_name) || searched.catalog) === at.catalog;
  const walk = (node: Json): void => {
    if (Array.isArray(node)) {
      for (const entry of node) walk(entry);
      return;
    }
    if (node === null || typeof node !== 'object') return;
    const object = node as Node;
    if (names(object)) named += 1;
    if (object.type === 'SELECT_NODE') {
      const table = tablesOf(object.from_table ?? null).find(names);
      if (table !== undefined) found.push({ select: object, table });
    }
    for (const value of Object.values(object)) walk(value);
  };
  walk(JSON.parse(serialized) as Json);
  const [only] = found;
  if (only === undefined || named !== 1) return [];
  const isAlone = (only.select.from_table as Node).type === 'BASE_TABLE';
  return conjuncts(only.select.where_clause ?? null).flatMap((condition) => {
    const one = predicate(condition, (names) => columnOf(names, only.table, isAlone));
    return one === undefined ? [] : [one].flat();
  });
}

function tablesOf(from: Json): Node[] {
  const node = from as Node | null;
  if (node?.type === 'JOIN') return [...tablesOf(node.left ?? null), ...tablesOf(node.right ?? null)];
  return node?.type === 'BASE_TABLE' ? [node] : [];
}

function conjuncts(where: Json): Node[] {
  const node = where as Node | null;
  if (node === null) return [];
  if (node.type === 'CONJUNCTION_AND') return (node.children as readonly Json[]).flatMap(conjuncts);
  return [node];
}

/** A column's name when it is surely one of that table: with the table before it, or where there is no other table. */
function columnOf(names: readonly string[], table: Node, isAlone: boolean): string | undefined {
  const [column = '', ...before] = [...names].reverse().map((name) => name.toLowerCase());
  if (before.length === 0) return isAlone ? column : undefined;
  const own =
    lower(table.alias) === ''
      ? [lower(table.table_name), lower(table.schema_name), lower(table.catalog_name)]
      : [lower(table.alias)];
  return before.every((name, index) => name === own[index]) ? column : undefined;
}

type Column = (names: readonly string[]) => string | undefined;

function predicate(node: Node, column: Column): Predicate | Predicate[] | undefined {
  if (node.class === 'COMPARISON') return comparison(node, column);
  if (node.type === 'COMPARE_BETWEEN') {
    const name = referenced(node.input, column);
    const [lowest, highest] = [literalOf(node.lower), literalOf(node.upper)];
    if (name === undefined || lowest === undefined || highest === undefined) return undefined;
    return [
      { column: name, test: '>=', values: [lowest] },
      { column: name, test: '<=', values: [highest] },
    ];
  }
  const [first, ...rest] = Array.isArray(node.children) ? (node.children as readonly Json[]) : [];
  const name = referenced(first, column);
  if (name === undefined) return undefined;
  if (node.type === 'OPERATOR_IS_NOT_NULL') return { column: name, test: 'is not null', values: [] };
  if (node.type !== 'COMPARE_IN') return undefined;
  const values = rest.map(literalOf).filter((value) => value !== undefined);
  return values.length === rest.length ? { column: name, test: 'in', values } : undefined;
}

function comparison(node: Node, column: Column): Predicate | undefined {
  const test = TESTS[String(node.type)];
  if (test === undefined) return undefined;
  const [left, right] = [referenced(node.left, column), referenced(node.right, column)];
  const value = literalOf(left === undefined ? node.left : node.right);
  const name = left ?? right;
  if (name === undefined || value === undefined) return undefined;
  return { column: name, test: left === undefined ? (TURNED[test] ?? test) : test, values: [value] };
}

function referenced(node: Json | undefined, column: Column): string | undefined {
  const object = node as Node | null | undefined;
  return object?.class === 'COLUMN_REF' ? column(object.column_names as readonly string[]) : undefined;
}

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT']);

function literalOf(node: Json | undefined): Literal | undefined {
  const object = node as Node | null | undefined;
  if (object?.class === 'CAST') return castLiteral(object);
  if (object?.class !== 'CONSTANT') return undefined;
  const { type, is_null, value } = object.value as { type: Node; is_null: boolean; value: Json };
  if (is_null) return undefined;
  const id = String(type.id);
  if (id === 'VARCHAR' && typeof value === 'string') return { kind: 'text', text: value };
  // Larger numbers do not survive JSON.
  if (!Number.isSafeInteger(value)) return undefined;
  if (INTEGERS.has(id)) return { kind: 'bigint', text: String(value) };
  if (id !== 'DECIMAL') return undefined;
  const scale = Number((type.type_info as Node | null)?.scale ?? 0);
  const digits = String(Math.abs(value as number)).padStart(scale + 1, '0');
  const at = digits.length - scale;
  const sign = (value as number) < 0 ? '-' : '';
  return { kind: 'numeric', text: `${sign}${digits.slice(0, at)}${scale === 0 ? '' : `.${digits.slice(at)}`}` };
}

function castLiteral(node: Node): Literal | undefined {
  const inner = literalOf(node.child);
  const target = String((node.cast_type as Node).id);
  if (inner?.kind !== 'text') return undefined;
  if (target === 'DATE' && /^\d{4}-\d\d-\d\d$/.test(inner.text)) return { kind: 'date', text: inner.text };
  if (target === 'TIMESTAMP' && /^\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d(\.\d{1,3})?)?)?$/.test(inner.text)) {
    return { kind: 'timestamp', text: inner.text };
  }
  return target === 'BOOLEAN' && /^[tf]$/.test(inner.text) ? { kind: 'boolean', text: inner.text } : undefined;
}

function lower(value: Json | undefined): string {
  return String(value ?? '').toLowerCase();
}
