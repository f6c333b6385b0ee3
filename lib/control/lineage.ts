import { everyRecord, type Registry } from '#aws/registry.ts';
import { userError } from '#mesh/error.ts';
import type { Direction } from '#mesh/lineage/closure.ts';
import { type Edge, edgesOf, outside } from '#mesh/lineage/edges.ts';
import { graphAround, type LineageGraph } from '#mesh/lineage/graph.ts';
import { ownerOf, type Place } from '#mesh/lineage/place.ts';
import type { LineageRecord } from '#mesh/lineage/record.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { authorize, may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { versionOf } from './products.ts';
import type { ApiDeps } from './request.ts';

/** What is asked for, as a query string has it. */
export interface LineageQuery {
  /** `<domain>/<product>` */
  readonly product?: string;
  readonly major?: string;
  readonly table?: string;
  readonly column?: string;
  /** `up`, `down` or `both`, which is the default. */
  readonly direction?: string;
  /** How many steps away; the default is as far as there is something. */
  readonly depth?: string;
}

/** Whoever wants more asks at one of the places that the answer ends at. */
const MOST_EDGES = 2000;
const FURTHEST = 50;

/**
 * What a product, a table or a column of it is made of, and what is made of it, as far as anybody says. Records are read from the index: what was reported a
 * moment ago may be missing.
 * @throws WEFT-PRODUCT-001, -002, WEFT-LINEAGE-010 for a table or column that is not there, -011 for a name of several, -012 for a direction or depth that is none, -013 for a product that is none.
 */
export async function showLineage(
  query: LineageQuery,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<LineageGraph> {
  authorize('lineage.show', caller);
  const directions = directionsOf(query.direction);
  const depth = numberOf('depth', query.depth) ?? FURTHEST;
  const [domain = '', name = '', ...more] = (query.product ?? '').split('/');
  if (domain === '' || name === '' || more.length > 0) {
    throw userError('WEFT-LINEAGE-013', `\`${query.product ?? ''}\` is not a product`, {
      hint: 'name it as <domain>/<product>',
    });
  }
  const { product } = await versionOf({ domain, name, major: numberOf('major', query.major) }, deps);
  const { products, edges } = await knownLineage(deps);
  const sees = insideOf(caller, products);
  const start = placeIn(sees(ownerOf(product)) ? product : withoutInternal(product), query);
  const shown = outside(edges, (place) => isHidden(place, products, sees));
  return graphAround(start, directions, shown, products, { depth: Math.min(depth, FURTHEST), most: MOST_EDGES });
}

/** Every published version, and every edge that is known. */
export async function knownLineage(deps: {
  readonly registry: Pick<Registry, 'page'>;
}): Promise<{ products: ProductRecord[]; edges: Edge[] }> {
  const products: ProductRecord[] = [];
  for await (const product of everyRecord(deps.registry, 'product')) if (isPublished(product)) products.push(product);
  const reported: LineageRecord[] = [];
  for await (const record of everyRecord(deps.registry, 'lineage')) reported.push(record);
  return { products, edges: edgesOf({ products, reported }) };
}

/** Which owners a caller sees from inside, with the tables that only views read. */
function insideOf(caller: Caller, products: readonly ProductRecord[]): (owner: string) => boolean {
  const inside = new Set(
    products.filter(({ domain }) => may('subscription.read', caller, { owner: domain })).map(ownerOf),
  );
  return (owner) => inside.has(owner);
}

function isHidden({ owner, table }: Place, products: readonly ProductRecord[], sees: (owner: string) => boolean) {
  if (table === undefined || sees(owner)) return false;
  const product = products.find((entry) => ownerOf(entry) === owner);
  return product?.tables.find((entry) => entry.name === table)?.internal === true;
}

function withoutInternal(product: ProductRecord): ProductRecord {
  return { ...product, tables: product.tables.filter(({ internal }) => internal !== true) };
}

/** The place that a query names: a column alone is looked for in every table, and may be a table's name. */
function placeIn(product: ProductRecord, { table, column }: LineageQuery): Place {
  const owner = ownerOf(product);
  if (table === undefined && column === undefined) return { owner };
  const { tables } = product;
  const named = tables.find((entry) => entry.name === (table ?? column));
  if (table === undefined && named !== undefined) return { owner, table: named.name };
  const columnsOf = (entry: (typeof tables)[number]) =>
    [...entry.columns, ...entry.partitionKeys].map(({ name }) => name);
  if (table !== undefined) {
    if (named === undefined)
      throw missing(
        product,
        `table \`${table}\``,
        tables.map(({ name }) => name),
      );
    if (column === undefined) return { owner, table };
    if (!columnsOf(named).includes(column)) throw missing(product, `column \`${table}.${column}\``, columnsOf(named));
    return { owner, table, column };
  }
  const having = tables.filter((entry) => columnsOf(entry).includes(column ?? ''));
  const [only, ...others] = having;
  if (only === undefined) {
    throw missing(
      product,
      `table or column \`${column}\``,
      tables.map(({ name }) => name),
    );
  }
  if (others.length > 0) {
    const names = having.map(({ name }) => `${name}.${column}`).join(', ');
    throw userError('WEFT-LINEAGE-011', `\`${column}\` is a column of several tables of ${productId(product)}`, {
      hint: `name one: ${names}`,
    });
  }
  return { owner, table: only.name, column };
}

function missing(product: ProductRecord, what: string, names: readonly string[]) {
  return userError('WEFT-LINEAGE-010', `${productId(product)} v${product.major} has no ${what}`, {
    hint: `there is ${names.join(', ')}`,
  });
}

function directionsOf(written = 'both'): Direction[] {
  if (written === 'both') return ['up', 'down'];
  if (written === 'up' || written === 'down') return [written];
  throw userError('WEFT-LINEAGE-012', `the direction \`${written}\` is none`, { hint: 'up, down or both' });
}

function numberOf(name: string, written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (/^\d{1,6}$/.test(written)) return Number(written);
  throw userError('WEFT-LINEAGE-012', `${name} \`${written}\` is not a whole number`, { hint: `e.g. ${name}=2` });
}
