import { asNode, list, type Node, nameOf } from '../audit/reads/tree.ts';
import { madeOf, type Reading } from './expression.ts';
import { addJoin, addRelation } from './relation.ts';
import { type Field, type Made, NOTHING, type Relation, type Rows, type Scope, together } from './scope.ts';
import { distinctInputs, type Subtype } from './transformation.ts';

/** A query that refers to itself is read again until it says nothing new, and this often at most. */
const ROUNDS = 10;

/** The rows that a query gives. */
export function rowsOf(query: unknown, reading: Reading, outer: Scope | undefined): Rows {
  const node = asNode(query);
  if ('select' in node) return selected(asNode(node.select), reading, outer);
  for (const kind of ['union', 'intersect', 'except'] as const) {
    if (kind in node) return combined(kind, asNode(node[kind]), reading, outer);
  }
  if ('values' in node) return valued(asNode(node.values), reading, outer);
  const inner = asNode(node.subquery ?? node.paren);
  if ('this' in inner) {
    const rows = rowsOf(inner.this, reading, outer);
    return ordered(rows, inner.order_by, reading, outer);
  }
  const [kind = 'this'] = Object.keys(node);
  return { fields: [], open: [], dataset: { inputs: [], unknown: [`\`${kind}\` is not followed`] } };
}

function selected(select: Node, before: Reading, outer: Scope | undefined): Rows {
  const reading = withCommon(select.with, before, outer);
  const windows = new Map(list(select.windows).map((one) => [nameOf(asNode(one).name) ?? '', asNode(one).spec]));
  const scope: Scope = { relations: [], merged: new Map(), locals: new Set(), windows, outer };
  const decide: Made[] = [
    ...list(asNode(select.from).expressions).map((part) => addRelation(part, scope, reading)),
    ...list(select.joins).map((join) => addJoin(join, scope, reading)),
  ];
  for (const view of list(select.lateral_views)) decide.push(addRelation({ lateral_view: view }, scope, reading));
  const items = list(select.expressions);
  const columns = items.map((item, index) => columnsOf(item, index, scope, reading));
  const fields = columns.flatMap((column) => column.fields);
  const rows: Rows = { fields, open: columns.flatMap(({ open }) => open), dataset: NOTHING };
  const used = (part: unknown, how: Subtype) => madeOf(atOrdinal(part, items), how, scope, reading);
  decide.push(
    used(asNode(select.where_clause).this, 'FILTER'),
    ...list(asNode(select.group_by).expressions).map((part) => used(part, 'GROUP_BY')),
    used(asNode(select.having).this, 'FILTER'),
    ...sortKeys(select.order_by).map((key) => shown(key, rows) ?? used(key, 'SORT')),
    ...columns.map(({ unknown }) => ({ inputs: [], unknown })),
  );
  return { ...rows, dataset: tidy(together(...decide)) };
}

/** The columns that one entry of a SELECT shows. */
function columnsOf(
  item: unknown,
  index: number,
  scope: Scope,
  reading: Reading,
): Pick<Rows, 'fields' | 'open'> & { unknown: readonly string[] } {
  const { star } = asNode(item);
  if (star === undefined) {
    const made = tidy(madeOf(item, 'IDENTITY', scope, reading));
    return { fields: [{ name: shownName(item) ?? `_col${index}`, ...made }], open: [], unknown: [] };
  }
  const qualifier = nameOf(asNode(star).table);
  const relations = scope.relations.filter(({ names }) => qualifier === undefined || names.includes(qualifier));
  if (qualifier !== undefined && relations.length === 0) {
    return { fields: [], open: [], unknown: [`the parts of \`${qualifier}\` are not known, and \`*\` shows them all`] };
  }
  const merged = qualifier === undefined ? [...scope.merged.values()] : [];
  const rest = relations.flatMap(({ fields }) => fields.filter(({ name }) => !merged.some((one) => one.name === name)));
  const opaque = relations.flatMap((relation: Relation) => (relation.opaque === undefined ? [] : [relation.opaque]));
  return { fields: [...merged, ...rest], open: relations.flatMap(({ open }) => open), unknown: opaque };
}

function combined(kind: 'union' | 'intersect' | 'except', node: Node, before: Reading, outer: Scope | undefined): Rows {
  const reading = withCommon(node.with, before, outer);
  const left = rowsOf(node.left, reading, outer);
  const right = rowsOf(node.right, reading, outer);
  // Rows of the right side are in the result of a UNION only; else they decide which ones of the left side are.
  const compared = kind === 'union' ? NOTHING : together(...right.fields);
  const deciding: Made = {
    inputs: compared.inputs.map((input) => ({ ...input, how: 'FILTER' })),
    unknown: compared.unknown,
  };
  const uneven = left.fields.length !== right.fields.length;
  const unknown = [...left.open, ...right.open];
  // Columns are united by their places, and what stands for how many places is not known.
  const hidden = kind === 'union' && unknown.length > 0;
  const opaque = hidden
    ? `the columns of ${unknown.map((table) => `\`${table}\``).join(', ')} are not known, and a UNION unites them`
    : undefined;
  const wrong =
    opaque ??
    (uneven && unknown.length === 0 ? `the sides of a ${kind.toUpperCase()} have not equally many columns` : undefined);
  const said: Made = { inputs: [], unknown: wrong === undefined ? [] : [wrong] };
  const fields = left.fields.map((field, index): Field => {
    if (opaque !== undefined) return { ...field, unknown: [...field.unknown, opaque] };
    const other = kind === 'union' ? right.fields[index] : undefined;
    return other === undefined ? field : { name: field.name, ...tidy(together(field, other)) };
  });
  const dataset = together(left.dataset, right.dataset, deciding, said);
  const rows = { fields, open: hidden ? [] : left.open, ...(opaque === undefined ? {} : { opaque }), dataset };
  return ordered(rows, node.order_by, reading, outer);
}

function valued(node: Node, reading: Reading, outer: Scope | undefined): Rows {
  const scope: Scope = { relations: [], merged: new Map(), locals: new Set(), windows: new Map(), outer };
  const rows = list(node.expressions).map((row) => list(asNode(row).expressions));
  const width = Math.max(0, ...rows.map((row) => row.length));
  const fields = Array.from({ length: width }, (_, index) => {
    const made = together(...rows.map((row) => madeOf(row[index], 'IDENTITY', scope, reading)));
    return { name: `_col${index}`, ...tidy(made) };
  });
  return { fields, open: [], dataset: NOTHING };
}

/** The common tables of a WITH, beside those that are known already. */
function withCommon(clause: unknown, reading: Reading, outer: Scope | undefined): Reading {
  const { ctes, recursive } = asNode(clause);
  const common = new Map(reading.common);
  const within: Reading = { ...reading, common };
  for (const cte of list(ctes).map(asNode)) {
    const name = nameOf(cte.alias) ?? '';
    const names = list(cte.columns).map((column) => nameOf(column) ?? '');
    const { left } = asNode(asNode(cte.this).union);
    let rows = named(rowsOf(recursive === true && left !== undefined ? left : cte.this, within, outer), names);
    for (let round = 0; recursive === true && left !== undefined && round < ROUNDS; round += 1) {
      common.set(name, rows);
      const next = named(rowsOf(cte.this, within, outer), names);
      const settled = JSON.stringify(next) === JSON.stringify(rows);
      rows = next;
      if (settled) break;
    }
    common.set(name, rows);
  }
  return within;
}

function named(rows: Rows, names: readonly string[]): Rows {
  const fields = rows.fields.map((field, index) => ({ ...field, name: names[index] ?? field.name }));
  return { ...rows, fields, dataset: tidy(rows.dataset) };
}

function ordered(rows: Rows, orderBy: unknown, reading: Reading, outer: Scope | undefined): Rows {
  const { dataset: _, ...shows } = rows;
  const relation: Relation = { ...shows, names: [] };
  const scope: Scope = { relations: [relation], merged: new Map(), locals: new Set(), windows: new Map(), outer };
  const keys = sortKeys(orderBy).map((key) => shown(key, rows) ?? madeOf(key, 'SORT', scope, reading));
  return { ...rows, dataset: tidy(together(rows.dataset, ...keys)) };
}

function sortKeys(orderBy: unknown): unknown[] {
  return list(asNode(orderBy).expressions).map((entry) => asNode(entry).this);
}

/** What an ORDER BY sorts by when it names a column of the result, or its place. */
function shown(key: unknown, rows: Rows): Made | undefined {
  const { name, table } = asNode(asNode(key).column);
  const wanted = table === undefined || table === null ? nameOf(name) : undefined;
  const place = ordinalOf(key);
  const field = place === undefined ? rows.fields.find((entry) => entry.name === wanted) : rows.fields[place - 1];
  if (field === undefined || (place !== undefined && rows.open.length > 0)) return undefined;
  return { inputs: field.inputs.map((input) => ({ ...input, how: 'SORT' })), unknown: field.unknown };
}

/** `GROUP BY 1` groups by the first entry of the SELECT. */
function atOrdinal(part: unknown, items: readonly unknown[]): unknown {
  const place = ordinalOf(part);
  return place === undefined ? part : items[place - 1];
}

function ordinalOf(part: unknown): number | undefined {
  const { literal_type, value } = asNode(asNode(part).literal);
  return literal_type === 'number' && /^\d+$/.test(String(value)) ? Number(value) : undefined;
}

/** The name that a query gives to what it shows. */
function shownName(item: unknown): string | undefined {
  const node = asNode(item);
  if ('alias' in node) return nameOf(asNode(node.alias).alias);
  if ('column' in node) return nameOf(asNode(node.column).name);
  if ('dot' in node) return nameOf(asNode(node.dot).field);
  return undefined;
}

function tidy({ inputs, unknown }: Made): Made {
  return { inputs: distinctInputs(inputs), unknown: [...new Set(unknown)] };
}
