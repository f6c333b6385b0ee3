import type { ProductRecord, ProductTable } from '../product/product.ts';
import { productOfDatabase } from '../topology/names.ts';
import { ownerOf, type Place, placeId, touches, versionOfOwner } from './place.ts';
import { type Lineage, type LineageSource, type LineageUse, standing } from './record.ts';
import { SUBTYPES, type Subtype } from './transformation.ts';

/** What of a version says what it is made of. */
export type Version = Pick<ProductRecord, 'domain' | 'name' | 'major' | 'tables'>;

/** Who says so: a pipeline that ran, the contract, or the contract of a view, which the mesh itself makes. */
export type Origin = 'reported' | 'declared' | 'view';

/** Something is made of something. */
export interface Edge {
  readonly from: Place;
  readonly to: Place;
  readonly origin: Origin;
  /** In which ways, as OpenLineage names them; none where nobody says. */
  readonly how: readonly Subtype[];
  /** Nothing of the value can be seen in what is made of it. */
  readonly masking?: true;
}

/** The versions and what was reported of them. */
export interface Known {
  readonly products: readonly Version[];
  readonly reported: readonly Lineage[];
}

/** Every edge that is known: what pipelines reported, what views show, and what contracts declare of tables that nothing reported says more of. */
export function edgesOf({ products, reported }: Known): Edge[] {
  const owners = new Set(products.map(ownerOf));
  const told = standing(reported)
    .filter(({ domain, product, major }) => owners.has(ownerOf({ domain, name: product, major })))
    .flatMap(edgesOfRecord);
  const shown = products.flatMap((product) => product.tables.flatMap((table) => edgesOfView(product, table)));
  const saysMore = new Set(told.map(({ from, to }) => `${from.owner}\n${to.owner}\n${to.table}`));
  const declared = products
    .flatMap((product) => product.tables.flatMap((table) => declaredEdges(product, table, products)))
    .filter(({ from, to }) => !saysMore.has(`${from.owner}\n${to.owner}\n${to.table}`));
  return [...told, ...shown, ...declared].filter(({ from, to }) => placeId(from) !== placeId(to));
}

function edgesOfRecord(record: Lineage): Edge[] {
  const { domain, product, major, table, columns, dataset } = record;
  const owner = ownerOf({ domain, name: product, major });
  return [
    ...Object.entries(columns).flatMap(([column, uses]) => edgesInto({ owner, table, column }, uses, record)),
    ...edgesInto({ owner, table }, dataset, record),
    ...wholeSources({ owner, table }, record),
  ];
}

/** One edge for each column that is used, with all the ways. */
function edgesInto(to: Place, uses: readonly LineageUse[], { sources, domain }: Lineage): Edge[] {
  const byColumn = new Map<string, LineageUse[]>();
  for (const use of uses) {
    const key = `${use.source}\n${use.column}`;
    byColumn.set(key, [...(byColumn.get(key) ?? []), use]);
  }
  return [...byColumn.values()].flatMap((ways): Edge[] => {
    const [first] = ways;
    const source = first === undefined ? undefined : sources[first.source];
    if (first === undefined || source === undefined) return [];
    const masking = ways.every((way) => way.masking === true);
    const how = SUBTYPES.filter((subtype) => ways.some((way) => way.how === subtype));
    const from = { ...placeOfSource(source, domain), column: first.column };
    return [{ from, to, origin: 'reported', how, ...(masking ? { masking: true as const } : {}) }];
  });
}

/** A table of which no column is used, e.g. one whose rows are counted, is one that it is made of all the same. */
function wholeSources(to: Place, { sources, columns, dataset, domain }: Lineage): Edge[] {
  const used = new Set([...Object.values(columns).flat(), ...dataset].map(({ source }) => source));
  return sources.flatMap((source, index): Edge[] =>
    used.has(index) ? [] : [{ from: placeOfSource(source, domain), to, origin: 'reported', how: [] }],
  );
}

function placeOfSource({ table, product }: LineageSource, domain: string): Place {
  return product === undefined ? { owner: `${domain}:${table}` } : { owner: ownerOf(product), table: product.table };
}

function edgesOfView(product: Version, { name, view, columns }: ProductTable): Edge[] {
  if (view === undefined) return [];
  const owner = ownerOf(product);
  return columns.map((column): Edge => {
    const { column: shown, mask } = column.shows ?? { column: column.name, mask: 'clear' as const };
    return {
      from: { owner, table: view.table, column: shown },
      to: { owner, table: name, column: column.name },
      origin: 'view',
      how: [mask === 'clear' ? 'IDENTITY' : 'TRANSFORMATION'],
      ...(mask === 'clear' || mask === 'partial' ? {} : { masking: true as const }),
    };
  });
}

function declaredEdges(product: Version, table: ProductTable, products: readonly Version[]): Edge[] {
  const owner = ownerOf(product);
  const ofColumns = [...table.columns, ...table.partitionKeys].flatMap((column) =>
    (column.madeFrom ?? []).map((name) => ({ name, to: { owner, table: table.name, column: column.name } })),
  );
  const said = ofColumns.map(({ name }) => name);
  // Contracts that were published before columns and tables kept what they name have it here only.
  const named = [...(table.madeFrom ?? []), ...(table.madeOf ?? []).filter((name) => !said.includes(name))];
  const ofTable = [...new Set(named)].map((name) => ({ name, to: { owner, table: table.name } as Place }));
  return [...ofColumns, ...ofTable].map(({ name, to }) => ({
    from: placeNamed(name, products),
    to,
    origin: 'declared' as const,
    how: [],
  }));
}

/** What a contract names: a product, with or without a table and a column of it, by its id or by its database; else a table of no product. */
export function placeNamed(name: string, products: readonly Version[]): Place {
  const [, id, wanted, table, column] =
    /^([a-z][a-z0-9-]*\/[a-z][a-z0-9-]*)(?:@(\d+))?(?:\.(\w+))?(?:\.(\w+))?$/.exec(name) ?? [];
  const [database = '', ...rest] = name.split('.');
  const central = productOfDatabase(database);
  if (id !== undefined) {
    const owner = ownerNamed(id, wanted, products);
    if (owner !== undefined) return placeWith(owner, table, column);
  } else if (central !== undefined) {
    return placeWith(ownerOf(central), rest[0], rest[1]);
  }
  return { owner: name };
}

function placeWith(owner: string, table: string | undefined, column: string | undefined): Place {
  return { owner, ...(table === undefined ? {} : { table }), ...(column === undefined ? {} : { column }) };
}

function ownerNamed(id: string, major: string | undefined, products: readonly Version[]): string | undefined {
  if (major !== undefined) return `${id}@${major}`;
  const versions = products.filter((product) => `${product.domain}/${product.name}` === id);
  const highest = versions.toSorted((a, b) => b.major - a.major)[0];
  return highest === undefined ? undefined : ownerOf(highest);
}

/**
 * The edges as somebody outside of a product is told of them: what is about a table that only its views read is told of the whole product.
 * @param hidden whether the caller is not to know of a table
 */
export function outside(edges: readonly Edge[], hidden: (place: Place) => boolean): Edge[] {
  const lift = (place: Place): Place => (hidden(place) ? { owner: place.owner } : place);
  const lifted = new Map<string, Edge>();
  for (const edge of edges) {
    const [from, to] = [lift(edge.from), lift(edge.to)];
    const whole = from !== edge.from || to !== edge.to;
    if (whole && touches(from, to)) continue;
    const key = `${placeId(from)}\n${placeId(to)}\n${edge.origin}`;
    const before = whole ? lifted.get(key) : undefined;
    const how = SUBTYPES.filter((subtype) => edge.how.includes(subtype) || before?.how.includes(subtype));
    lifted.set(key, { ...edge, from, to, how });
  }
  return [...lifted.values()];
}

/** Whether a place is of a product, and not a table of none. */
export function isOfProduct({ owner }: Place): boolean {
  return versionOfOwner(owner) !== undefined;
}
