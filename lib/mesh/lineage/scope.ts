import type { Input } from './transformation.ts';

/** What a column, or a part of an expression, is made of. */
export interface Made {
  readonly inputs: readonly Input[];
  /** One sentence for each thing that nobody can tell. */
  readonly unknown: readonly string[];
}

/** A column of a relation. */
export interface Field extends Made {
  readonly name: string;
}

/** What a query gives: its columns, and what decides over its rows. */
export interface Rows {
  readonly fields: readonly Field[];
  /** Tables whose columns are all among them, and not known by name. */
  readonly open: readonly string[];
  /** Why nobody can tell its columns. */
  readonly opaque?: string;
  /** What decides which rows there are, or in which order. */
  readonly dataset: Made;
}

/** A relation in a FROM. */
export interface Relation extends Pick<Rows, 'fields' | 'open' | 'opaque'> {
  /** How a query may name it; none: it cannot be named. */
  readonly names: readonly string[];
  /** A table of the catalog, which has hidden columns such as `$path`. */
  readonly base?: string;
}

/** What can be named in one query, and what that query is inside of. */
export interface Scope {
  readonly relations: Relation[];
  /** Columns that a USING makes one of two. */
  readonly merged: Map<string, Field>;
  /** Parameters of lambdas: they are no columns. */
  readonly locals: ReadonlySet<string>;
  readonly windows: ReadonlyMap<string, unknown>;
  readonly outer?: Scope;
}

export const NOTHING: Made = { inputs: [], unknown: [] };

/** Several parts as one. */
export function together(...parts: readonly Made[]): Made {
  return {
    inputs: parts.flatMap(({ inputs }) => inputs),
    unknown: [...new Set(parts.flatMap(({ unknown }) => unknown))],
  };
}

/** Whether a query can name a relation so, where it stands or further out. */
export function isNamed(scope: Scope | undefined, name: string): boolean {
  if (scope === undefined) return false;
  return scope.relations.some(({ names }) => names.includes(name)) || isNamed(scope.outer, name);
}

/** Whether a name is a parameter of a lambda around. */
export function isLocal(scope: Scope | undefined, name: string): boolean {
  return scope !== undefined && (scope.locals.has(name) || isLocal(scope.outer, name));
}

/** A column, by its name and by the relation that the query names before it; undefined when there is none that it could be. */
export function columnIn(scope: Scope | undefined, name: string, qualifier?: string): Made | undefined {
  if (scope === undefined) return undefined;
  if (qualifier !== undefined) {
    const relation = scope.relations.find(({ names }) => names.includes(qualifier));
    if (relation === undefined) return columnIn(scope.outer, name, qualifier);
    return fieldOf(relation, name) ?? { inputs: [], unknown: [`\`${qualifier}\` has no column \`${name}\``] };
  }
  const merged = scope.merged.get(name);
  if (merged !== undefined) return merged;
  const known = scope.relations.filter((relation) => hasField(relation, name));
  const [only] = known;
  if (known.length > 1) return { inputs: [], unknown: [`\`${name}\` is of several tables: ${placesOf(known)}`] };
  if (only !== undefined) return fieldOf(only, name);
  const open = scope.relations.filter((relation) => relation.open.length > 0 || relation.opaque !== undefined);
  const [one] = open;
  // What the tables of this query may have goes before what those around it have, as it does in SQL.
  const around = columnIn(scope.outer, name);
  if (one === undefined) return around;
  if (open.length > 1 || around !== undefined) {
    return {
      inputs: [],
      unknown: [`\`${name}\` may be of ${placesOf(open)}${around ? ', or of a query around' : ''}`],
    };
  }
  return fieldOf(one, name);
}

/** A column of a relation; undefined when it has none of that name. */
export function fieldOf(relation: Relation, name: string): Made | undefined {
  const field = relation.fields.find((entry) => entry.name === name);
  if (field !== undefined) return field;
  const table = name.startsWith('$') ? relation.base : relation.open.length === 1 ? relation.open[0] : undefined;
  if (table !== undefined) return { inputs: [{ table, column: name, how: 'IDENTITY' }], unknown: [] };
  if (relation.opaque !== undefined) return { inputs: [], unknown: [`\`${name}\`: ${relation.opaque}`] };
  if (relation.open.length > 1) {
    return {
      inputs: [],
      unknown: [`\`${name}\` may be of ${relation.open.map((entry) => `\`${entry}\``).join(' or ')}`],
    };
  }
  return undefined;
}

function hasField(relation: Relation, name: string): boolean {
  return relation.fields.some((field) => field.name === name) || (name.startsWith('$') && relation.base !== undefined);
}

function placesOf(relations: readonly Relation[]): string {
  return relations.map(({ names, open }) => `\`${names[0] ?? open[0] ?? 'a table without a name'}\``).join(' or ');
}
