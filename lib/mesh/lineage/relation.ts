import { asNode, list, type Node, namedTables, nameOf } from '../audit/reads/tree.ts';
import { madeOf, type Reading } from './expression.ts';
import { type Field, fieldOf, type Made, NOTHING, type Relation, type Scope, together } from './scope.ts';
import { distinctInputs } from './transformation.ts';

/** What a part of a FROM adds to the rows of its query, beside relations. */
export type Deciding = Made;

/** Puts a part of a FROM into the scope of its query: one relation, or the several of a join. What it gives back decides over the rows. */
export function addRelation(part: unknown, scope: Scope, reading: Reading): Deciding {
  const node = asNode(part);
  if ('table' in node) return addTable(asNode(node.table), scope, reading);
  if ('subquery' in node) return addQuery(asNode(node.subquery), scope, reading);
  if ('joined_table' in node) return addJoined(asNode(node.joined_table), scope, reading);
  if ('paren' in node) return addRelation(asNode(node.paren).this, scope, reading);
  if ('alias' in node || 'unnest' in node) return addMade(node, scope, reading);
  const [kind = 'this'] = Object.keys(node);
  for (const { schema = reading.database, table } of namedTables(part)) {
    if (!reading.common.has(table)) reading.read.add(schema === undefined ? table : `${schema}.${table}`);
  }
  scope.relations.push({ names: [], fields: [], open: [], opaque: `\`${kind}\` is not followed` });
  return { inputs: [], unknown: [`\`${kind}\` is not followed`] };
}

/** Puts what a JOIN joins into the scope. */
export function addJoin(join: unknown, scope: Scope, reading: Reading): Deciding {
  const node = asNode(join);
  const before = [...scope.relations];
  const decides = addRelation(node.this, scope, reading);
  const added = scope.relations.slice(before.length);
  const using = list(node.using).map((name) => nameOf(name) ?? '');
  const natural = String(node.kind).includes('Natural') ? shared(before, added) : using;
  if (natural === undefined) {
    return together(decides, { inputs: [], unknown: ['a NATURAL JOIN of tables whose columns are not known'] });
  }
  const on = madeOf(node.on, 'JOIN', scope, reading);
  const keys = natural.map((name) => merge(name, before, added, scope));
  return together(decides, on, ...keys);
}

/** Makes one column of the two that a join compares. */
function merge(name: string, before: readonly Relation[], added: readonly Relation[], scope: Scope): Made {
  const sides = [scope.merged.get(name), ...[...before, ...added].map((relation) => fieldOf(relation, name))];
  const found = sides.flatMap((side) => (side === undefined ? [] : [side]));
  const one = together(...found);
  scope.merged.set(name, { name, inputs: distinctInputs(one.inputs), unknown: one.unknown });
  return { inputs: one.inputs.map((input) => ({ ...input, how: 'JOIN' })), unknown: one.unknown };
}

function shared(before: readonly Relation[], added: readonly Relation[]): string[] | undefined {
  if ([...before, ...added].some(({ open, opaque }) => open.length > 0 || opaque !== undefined)) return undefined;
  const names = new Set(before.flatMap(({ fields }) => fields.map(({ name }) => name)));
  return added.flatMap(({ fields }) => fields.map(({ name }) => name)).filter((name) => names.has(name));
}

function addTable(node: Node, scope: Scope, { tables, database, common, read }: Reading): Deciding {
  const table = nameOf(node.name) ?? '';
  const schema = nameOf(node.schema);
  const alias = nameOf(node.alias);
  const known = schema === undefined ? common.get(table) : undefined;
  const renamed = list(node.column_aliases).map((name) => nameOf(name) ?? '');
  if (known !== undefined) {
    const { fields, dataset, ...rest } = known;
    scope.relations.push({ ...rest, names: [alias ?? table], fields: rename(fields, renamed) });
    return dataset;
  }
  const catalog = nameOf(node.catalog);
  const place = schema ?? database;
  const full = place === undefined ? table : `${place}.${table}`;
  const base = catalog === undefined || catalog === 'awsdatacatalog' ? full : `${catalog}.${full}`;
  read.add(base);
  const columns = tables[base] ?? [];
  const fields = columns.map((column): Field => {
    const name = column.toLowerCase();
    return { name, inputs: [{ table: base, column: name, how: 'IDENTITY' }], unknown: [] };
  });
  const names = alias === undefined ? [table, full, `awsdatacatalog.${full}`, base] : [alias];
  scope.relations.push({ names, fields: rename(fields, renamed), open: columns.length === 0 ? [base] : [], base });
  return NOTHING;
}

function addQuery(node: Node, scope: Scope, reading: Reading): Deciding {
  const outer = node.lateral === true ? scope : scope.outer;
  const { fields, dataset, ...rest } = reading.rows(node.this, reading, outer);
  const alias = nameOf(node.alias);
  const renamed = list(node.column_aliases).map((name) => nameOf(name) ?? '');
  scope.relations.push({ ...rest, names: alias === undefined ? [] : [alias], fields: rename(fields, renamed) });
  return dataset;
}

function addJoined(node: Node, scope: Scope, reading: Reading): Deciding {
  const alias = nameOf(node.alias);
  const inner: Scope = { ...scope, relations: [], merged: new Map() };
  const decides = together(
    addRelation(node.left, inner, reading),
    ...list(node.joins).map((join) => addJoin(join, inner, reading)),
  );
  for (const [name, field] of inner.merged) scope.merged.set(name, field);
  if (alias === undefined) scope.relations.push(...inner.relations);
  else {
    const fields = inner.relations.flatMap((relation) => relation.fields);
    const opaque = inner.relations.find((relation) => relation.opaque !== undefined)?.opaque;
    const open = inner.relations.flatMap((relation) => relation.open);
    scope.relations.push({ names: [alias], fields, open, ...(opaque === undefined ? {} : { opaque }) });
  }
  return decides;
}

/** What is unnested, and what a function makes: its columns are named by the query itself. */
function addMade(node: Node, scope: Scope, reading: Reading): Deciding {
  const { this: of = node, alias, column_aliases } = asNode(node.alias);
  const name = nameOf(alias);
  const columns = list(column_aliases).map((entry) => nameOf(entry) ?? '');
  const unnest = asNode(asNode(of).unnest);
  const names = name === undefined ? [] : [name];
  if (!('this' in unnest)) {
    const made = madeOf(of, 'TRANSFORMATION', scope, reading);
    const fields = columns.map((column) => ({ name: column, ...made }));
    const opaque = fields.length === 0 ? { opaque: 'the columns that a function makes are not known' } : {};
    scope.relations.push({ names, fields, open: [], ...opaque });
    return NOTHING;
  }
  const parts = [unnest.this, ...list(unnest.expressions)].map((part) =>
    madeOf(part, 'TRANSFORMATION', scope, reading),
  );
  const whole = together(...parts);
  const valued = unnest.with_ordinality === true ? columns.slice(0, -1) : columns;
  // A map gives two columns and an array of rows as many as a row has: then each is of all that is unnested.
  const fields = columns.map((column, index): Field => {
    if (index >= valued.length) return { name: column, ...NOTHING };
    return { name: column, ...(valued.length === parts.length ? (parts[index] ?? whole) : whole) };
  });
  scope.relations.push({ names, fields, open: [] });
  return { inputs: whole.inputs.map((input) => ({ ...input, how: 'JOIN' })), unknown: [] };
}

function rename(fields: readonly Field[], names: readonly string[]): readonly Field[] {
  return fields.map((field, index) => ({ ...field, name: names[index] ?? field.name }));
}
