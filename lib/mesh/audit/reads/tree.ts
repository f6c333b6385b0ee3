/** A node of the parser's tree: an object with one member that names its kind. */
export type Node = Readonly<Record<string, unknown>>;

/** Stands for the table of a star that nobody can tell. */
const ANY_TABLE = '*';

/** Relations that are made of values and not of tables. */
const MADE = ['unnest', 'alias', 'lateral', 'values'];

/** A column as the text of a query names it. */
export interface NamedColumn {
  readonly column: string;
  readonly qualifier?: string;
}

/** Every column that is named anywhere in a tree. */
export function namedColumns(tree: unknown): NamedColumn[] {
  return find(tree, 'column').map(({ name, table }) => ({
    column: nameOf(name) ?? '',
    ...(nameOf(table) === undefined ? {} : { qualifier: nameOf(table) as string }),
  }));
}

/** Every table that a tree names, without its common tables. */
export function namedTables(tree: unknown): { name: string; schema?: string; table: string }[] {
  const common = new Set(commonTables(tree).map(({ alias }) => nameOf(alias)));
  return find(tree, 'table').flatMap(({ name, schema }) => {
    const table = nameOf(name);
    const database = nameOf(schema);
    if (table === undefined || (database === undefined && common.has(table))) return [];
    return [
      database === undefined ? { name: table, table } : { name: `${database}.${table}`, schema: database, table },
    ];
  });
}

/** The names that a query itself gives: to expressions, to columns of common tables and of what is unnested. */
export function givenNames(tree: unknown): Set<string> {
  const aliases = find(tree, 'alias').flatMap(({ alias, column_aliases }) => [alias, ...list(column_aliases)]);
  const tables = [...find(tree, 'subquery'), ...find(tree, 'table')].flatMap((node) => list(node.column_aliases));
  const common = commonTables(tree).flatMap(({ columns }) => list(columns));
  return new Set([...aliases, ...tables, ...common].map(nameOf).filter((name) => name !== undefined));
}

/** Full names of the tables, as `<schema>.<table>` or `<table>` (`*`: of any), of which a star of the outermost query, or of a `DISTINCT` one, shows every column. */
export function starTables(tree: unknown): string[] {
  const scope = new Map(
    commonTables(tree).flatMap((one) => {
      const name = nameOf(one.alias);
      return name === undefined ? [] : [[name, one.this] as const];
    }),
  );
  const outermost = list(tree).flatMap((query) => behindStars(query, scope, new Set()));
  const distinct = find(tree, 'select').filter((select) => select.distinct === true);
  return [...new Set([...outermost, ...distinct.flatMap((select) => behindStars({ select }, scope, new Set()))])];
}

function behindStars(query: unknown, scope: ReadonlyMap<string, unknown>, open: ReadonlySet<string>): string[] {
  const node = asNode(query);
  for (const kind of ['subquery', 'paren']) {
    const inner = asNode(node[kind]);
    if ('this' in inner) return behindStars(inner.this, scope, open);
  }
  for (const kind of ['union', 'intersect', 'except']) {
    const both = asNode(node[kind]);
    if ('left' in both) return [both.left, both.right].flatMap((side) => behindStars(side, scope, open));
  }
  const select = asNode(node.select);
  const stars = list(select.expressions).flatMap((one) => ('star' in asNode(one) ? [asNode(asNode(one).star)] : []));
  if (stars.length === 0) return [];
  const whole = stars.some(({ table }) => nameOf(table) === undefined);
  const wanted = new Set(stars.map(({ table }) => nameOf(table)));
  const relations = [
    ...list(asNode(select.from).expressions),
    ...list(select.joins).map((join) => asNode(join).this),
  ].map(asNode);
  return relations.flatMap((relation) => {
    const table = asNode(relation.table);
    const derived = asNode(relation.subquery);
    const name = nameOf(table.name);
    const alias = nameOf(table.alias) ?? nameOf(derived.alias) ?? name;
    if (!whole && !wanted.has(alias)) return [];
    if ('this' in derived) return behindStars(derived.this, scope, open);
    if (name === undefined) return MADE.some((kind) => kind in relation) ? [] : [ANY_TABLE];
    const schema = nameOf(table.schema);
    if (schema !== undefined || !scope.has(name)) return [schema === undefined ? name : `${schema}.${name}`];
    return open.has(name) ? [] : behindStars(scope.get(name), scope, new Set([...open, name]));
  });
}

function commonTables(tree: unknown): Node[] {
  return find(tree, 'with').flatMap(({ ctes }) => list(ctes).map(asNode));
}

/** The members of that kind anywhere in a tree. */
function find(tree: unknown, kind: string): Node[] {
  const found: Node[] = [];
  const open: unknown[] = [tree];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) {
      if (name === kind && typeof member === 'object' && member !== null && !Array.isArray(member)) {
        found.push(member as Node);
      }
      open.push(member);
    }
  }
  return found;
}

/** The name in a node, in lower case. */
export function nameOf(value: unknown): string | undefined {
  const { name } = asNode(value);
  if (typeof name === 'string') return name.toLowerCase();
  return typeof name === 'object' && name !== null ? nameOf(name) : undefined;
}

/** A value as a node; an empty one when it is none. */
export function asNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

/** A value as a list; an empty one when it is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
