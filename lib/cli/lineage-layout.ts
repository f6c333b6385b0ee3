import type { LineageGraph } from '#mesh/lineage/graph.ts';

/** A table, or a whole product, as a box with the columns that edges speak of. */
export interface Box {
  /** `<owner>` or `<owner>.<table>`. */
  readonly id: string;
  readonly owner: string;
  readonly table?: string;
  readonly columns: readonly string[];
  /** From the left. */
  readonly layer: number;
  /** From the top of its layer. */
  readonly row: number;
}

/** The boxes of a graph, in layers in the direction of the data. */
export function layoutOf(graph: LineageGraph): Box[] {
  const columns = new Map<string, Set<string>>();
  const shown = new Map<string, { owner: string; table?: string }>();
  const boxOf = new Map<string, string>();
  for (const { id, owner, table, column } of graph.nodes) {
    const box = table === undefined && column !== undefined ? owner : [owner, table].filter(Boolean).join('.');
    boxOf.set(id, box);
    shown.set(box, { owner, ...(table === undefined ? {} : { table }) });
    const names = columns.get(box) ?? new Set();
    if (column !== undefined) names.add(column);
    columns.set(box, names);
  }
  const links = graph.edges.flatMap(({ from, to }): [string, string][] => {
    const [one, other] = [boxOf.get(from), boxOf.get(to)];
    return one === undefined || other === undefined || one === other ? [] : [[one, other]];
  });
  const layers = layersOf([...shown.keys()], links);
  const rows = rowsOf(layers, links);
  return [...shown].map(([id, place]) => ({
    id,
    ...place,
    columns: [...(columns.get(id) ?? [])].toSorted(),
    layer: layers.get(id) ?? 0,
    row: rows.get(id) ?? 0,
  }));
}

/** Each box one layer right of what it is made of. An edge that would lead back to where it came from does not count. */
function layersOf(ids: readonly string[], links: readonly (readonly [string, string])[]): Map<string, number> {
  const layers = new Map<string, number>();
  const visit = (id: string, open: ReadonlySet<string>): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    const before = links.filter(([from, to]) => to === id && !open.has(from)).map(([from]) => from);
    const layer = Math.max(-1, ...before.map((from) => visit(from, new Set([...open, id])))) + 1;
    layers.set(id, layer);
    return layer;
  };
  for (const id of ids) visit(id, new Set([id]));
  // What is made of nothing stands next to what is made of it, so that no line has to pass behind another box.
  for (const id of ids) {
    const after = links.flatMap(([from, to]) => (from === id ? [layers.get(to) ?? 0] : []));
    if (after.length > 0 && !links.some(([, to]) => to === id)) layers.set(id, Math.max(0, Math.min(...after) - 1));
  }
  return layers;
}

/** Boxes near to what they are made of: each layer in the order of the mean row of what leads to it. */
function rowsOf(
  layers: ReadonlyMap<string, number>,
  links: readonly (readonly [string, string])[],
): Map<string, number> {
  const rows = new Map<string, number>();
  const last = Math.max(0, ...layers.values());
  for (let layer = 0; layer <= last; layer += 1) {
    const mean = (id: string) => {
      const from = links.flatMap(([one, other]) => (other === id && rows.has(one) ? [rows.get(one) ?? 0] : []));
      return from.length === 0 ? 0 : from.reduce((sum, row) => sum + row, 0) / from.length;
    };
    const here = [...layers].filter(([, at]) => at === layer).map(([id]) => id);
    const order = here.toSorted((a, b) => mean(a) - mean(b) || (a < b ? -1 : 1));
    for (const [row, id] of order.entries()) rows.set(id, row);
  }
  return rows;
}
