import type { Edge } from './edges.ts';
import { type Place, placeId, touches } from './place.ts';

/** Against the flow of the data, or with it. */
export type Direction = 'up' | 'down';

export interface Closure {
  readonly edges: readonly Edge[];
  /** There is more than was asked for or is given. */
  readonly truncated: boolean;
}

/** The end of an edge that lies further in a direction. */
export function farEnd(edge: Edge, direction: Direction): Place {
  return direction === 'up' ? edge.from : edge.to;
}

/** The edges at a place: those of what it is inside of, and of what is inside of it, are its own as well. */
export function edgesAt(edges: readonly Edge[], place: Place, direction: Direction): Edge[] {
  return edges.filter((edge) => touches(farEnd(edge, direction === 'up' ? 'down' : 'up'), place));
}

/** Everything that a place is made of, or that is made of it, step by step; at most so many steps and so many edges. */
export function closure(
  edges: readonly Edge[],
  start: Place,
  direction: Direction,
  { depth, most }: { readonly depth: number; readonly most: number },
): Closure {
  const byOwner = new Map<string, Edge[]>();
  for (const edge of edges) {
    const { owner } = farEnd(edge, direction === 'up' ? 'down' : 'up');
    const known = byOwner.get(owner);
    if (known === undefined) byOwner.set(owner, [edge]);
    else known.push(edge);
  }
  const found = new Set<Edge>();
  const seen = new Set([placeId(start)]);
  let front: Place[] = [start];
  for (let step = 0; front.length > 0; step += 1) {
    const next: Place[] = [];
    for (const place of front) {
      for (const edge of edgesAt(byOwner.get(place.owner) ?? [], place, direction)) {
        if (found.has(edge)) continue;
        if (step === depth || found.size === most) return { edges: [...found], truncated: true };
        found.add(edge);
        const end = farEnd(edge, direction);
        if (seen.has(placeId(end))) continue;
        seen.add(placeId(end));
        next.push(end);
      }
    }
    front = next;
  }
  return { edges: [...found], truncated: false };
}
