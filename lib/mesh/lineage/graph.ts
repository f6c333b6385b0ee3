import type { ProductRecord } from '../product/product.ts';
import { condition } from '../record.ts';
import { closure, type Direction, edgesAt, farEnd } from './closure.ts';
import type { Edge } from './edges.ts';
import { ownerOf, type Place, placeId, versionOfOwner } from './place.ts';

/** Why a product is not well: a condition that is false. */
export interface Trouble {
  readonly condition: 'Healthy' | 'Fresh' | 'Quarantined';
  readonly reason: string;
  readonly message?: string;
  /** ISO 8601. */
  readonly since: string;
}

/** A version of a product in a graph, or a table of none. */
export interface GraphOwner {
  readonly id: string;
  readonly kind: 'product' | 'table';
  readonly domain?: string;
  readonly product?: string;
  readonly major?: number;
  readonly version?: string;
  readonly state?: string;
  /** What is wrong with it; empty when nothing is. */
  readonly trouble: readonly Trouble[];
}

/** A place that edges speak of. */
export interface GraphNode extends Place {
  readonly id: string;
}

export interface GraphEdge extends Omit<Edge, 'from' | 'to'> {
  readonly from: string;
  readonly to: string;
}

/** What something is made of, and what is made of it. */
export interface LineageGraph {
  /** The place that was asked for. */
  readonly of: GraphNode;
  readonly owners: readonly GraphOwner[];
  readonly nodes: readonly GraphNode[];
  /** In the direction of the data. */
  readonly edges: readonly GraphEdge[];
  /** There is more, further away. */
  readonly truncated: boolean;
  /** Owners upstream that are not well, while nothing that they are made of is unwell. */
  readonly causes: readonly string[];
}

/** The part of the graph around a place. */
export function graphAround(
  start: Place,
  directions: readonly Direction[],
  edges: readonly Edge[],
  products: readonly ProductRecord[],
  limits: { readonly depth: number; readonly most: number },
): LineageGraph {
  const parts = directions.map((direction) => ({ direction, ...closure(edges, start, direction, limits) }));
  const found = [...new Set(parts.flatMap((part) => part.edges))];
  const places = new Map([start, ...found.flatMap(({ from, to }) => [from, to])].map((at) => [placeId(at), at]));
  const byOwner = new Map(products.map((product) => [ownerOf(product), product]));
  const names = [...new Set([...places.values()].map(({ owner }) => owner))];
  const owners = names.map((id) => graphOwner(id, byOwner.get(id)));
  const upstream = parts.flatMap((part) => (part.direction === 'up' ? part.edges : []));
  return {
    of: { id: placeId(start), ...start },
    owners,
    nodes: [...places].map(([id, place]) => ({ id, ...place })),
    edges: found.map((edge) => ({ ...edge, from: placeId(edge.from), to: placeId(edge.to) })),
    truncated: parts.some((part) => part.truncated),
    causes: causesOf(start, upstream, new Set(owners.filter(({ trouble }) => trouble.length > 0).map(({ id }) => id))),
  };
}

function graphOwner(id: string, product: ProductRecord | undefined): GraphOwner {
  const version = versionOfOwner(id);
  if (version === undefined) return { id, kind: 'table', trouble: [] };
  const { domain, name, major } = version;
  return {
    id,
    kind: 'product',
    domain,
    product: name,
    major,
    ...(product === undefined ? {} : { version: product.version, state: product.state }),
    trouble: product === undefined ? [] : troubleOf(product),
  };
}

/** What is wrong with the data of a product, as far as the registry knows. */
export function troubleOf(product: ProductRecord): Trouble[] {
  const trouble = (['Healthy', 'Fresh'] as const).flatMap((type): Trouble[] => {
    const found = condition(product, type);
    if (found?.status !== 'false') return [];
    const { reason, message, at } = found;
    return [{ condition: type, reason, ...(message === undefined ? {} : { message }), since: at }];
  });
  const { quarantine } = product;
  if (quarantine === undefined) return trouble;
  const message = `${quarantine.table}: ${quarantine.reasons.join('; ')}`;
  return [...trouble, { condition: 'Quarantined', reason: 'SchemaChangeQuarantined', message, since: quarantine.at }];
}

/** The owners that are unwell, are reached against the flow of the data, and are made of nothing that is unwell itself. */
function causesOf(start: Place, edges: readonly Edge[], unwell: ReadonlySet<string>): string[] {
  const reached = new Set([start.owner, ...edges.map(({ from }) => from.owner)]);
  return [...reached]
    .filter((owner) => unwell.has(owner))
    .filter((owner) => !upstreamOf(owner, edges).some((other) => unwell.has(other)))
    .toSorted();
}

/** The other owners that an owner is made of, however far away. */
function upstreamOf(owner: string, edges: readonly Edge[]): string[] {
  const seen = new Set([owner]);
  for (const at of seen) {
    for (const edge of edgesAt(edges, { owner: at }, 'up')) seen.add(farEnd(edge, 'up').owner);
  }
  seen.delete(owner);
  return [...seen];
}
