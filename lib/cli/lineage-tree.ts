import { stripVTControlCharacters } from 'node:util';
import type { Direction } from '#mesh/lineage/closure.ts';
import type { GraphEdge, GraphNode, GraphOwner, LineageGraph, Trouble } from '#mesh/lineage/graph.ts';
import { touches } from '#mesh/lineage/place.ts';
import type { Subtype } from '#mesh/lineage/transformation.ts';
import { type Io, tone } from './io.ts';

/** `group by` of `GROUP_BY`. */
export function wayText(how: Subtype): string {
  return how.toLowerCase().replaceAll('_', ' ');
}

/** The ways of an edge in words; who says so where no way is told. */
export function waysText({ how, origin, masking }: Pick<GraphEdge, 'how' | 'origin' | 'masking'>): string {
  const ways = how.length === 0 ? [origin] : [...how.map(wayText), ...(origin === 'view' ? ['view'] : [])];
  return [...ways, ...(masking === true ? ['masked'] : [])].join(', ');
}

/** What is wrong when a condition is false. */
export const TROUBLE: Readonly<Record<Trouble['condition'], string>> = {
  Healthy: 'not healthy',
  Fresh: 'not fresh',
  Quarantined: 'quarantined',
};

interface Branch {
  readonly node: GraphNode;
  /** Columns of the table below it that are used, when the branch stands for a table. */
  readonly columns: ReadonlySet<string>;
  readonly ways: string;
}

/** A graph as a tree against the flow of the data, and one with it; a place that was shown already is not opened again. */
export function lineageTree(io: Io, graph: LineageGraph, directions: readonly Direction[]): string {
  const head = tone(io, 'strong', placeText(graph.of));
  const trouble = troubleText(io, graph.owners, graph.of.owner);
  const lines = [`${head}${trouble}`];
  for (const direction of directions) {
    const branches = branchesOf(graph, graph.of, direction);
    lines.push('', direction === 'up' ? 'made of' : 'used for');
    if (branches.length === 0) lines.push(tone(io, 'dim', '  nothing that is known'));
    lines.push(...treeLines(io, graph, graph.of, direction, '', new Set([graph.of.id])));
  }
  if (graph.truncated) lines.push('', tone(io, 'dim', 'there is more, further away: ask with a greater --depth'));
  return `${lines.map((line) => cut(line, io)).join('\n')}\n`;
}

function treeLines(
  io: Io,
  graph: LineageGraph,
  at: GraphNode,
  direction: Direction,
  indent: string,
  seen: Set<string>,
): string[] {
  const branches = branchesOf(graph, at, direction);
  return branches.flatMap(({ node, columns, ways }, index) => {
    const last = index === branches.length - 1;
    const again = seen.has(node.id);
    seen.add(node.id);
    const count = columns.size === 0 ? '' : ` ${columns.size} ${columns.size === 1 ? 'column' : 'columns'}`;
    const text = `${placeText(node)}${tone(io, 'dim', `${count}  ${ways}`)}${troubleText(io, graph.owners, node.owner)}`;
    const line = `${tone(io, 'dim', `${indent}${last ? '└─' : '├─'} `)}${text}`;
    if (again) return [`${line}${tone(io, 'dim', '  (above)')}`];
    return [line, ...treeLines(io, graph, node, direction, `${indent}${last ? '   ' : '│  '}`, seen)];
  });
}

/** What is next to a place. Next to a product or a table are tables, next to a column are columns. */
function branchesOf(graph: LineageGraph, at: GraphNode, direction: Direction): Branch[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const found = new Map<string, { node: GraphNode; columns: Set<string>; edges: GraphEdge[] }>();
  for (const edge of graph.edges) {
    const [near, far] = direction === 'up' ? [edge.to, edge.from] : [edge.from, edge.to];
    const [here, there] = [nodes.get(near), nodes.get(far)];
    if (here === undefined || there === undefined || !touches(here, at)) continue;
    const node = at.column === undefined ? wholeTable(there) : there;
    if (node.id === at.id) continue;
    const known = found.get(node.id) ?? { node, columns: new Set(), edges: [] };
    if (at.column === undefined && there.column !== undefined) known.columns.add(there.column);
    known.edges.push(edge);
    found.set(node.id, known);
  }
  return [...found.values()]
    .map(({ node, columns, edges }) => ({ node, columns, ways: waysText(together(edges)) }))
    .toSorted((a, b) => (a.node.id < b.node.id ? -1 : 1));
}

function wholeTable({ owner, table, column }: GraphNode): GraphNode {
  const id = column === undefined && table === undefined ? owner : [owner, table].filter(Boolean).join('.');
  return { id, owner, ...(table === undefined ? {} : { table }) };
}

/** Several edges as one: all their ways, masked when every one is. */
function together(edges: readonly GraphEdge[]): Pick<GraphEdge, 'how' | 'origin' | 'masking'> {
  const how = [...new Set(edges.flatMap((edge) => edge.how))];
  const origin = edges.some((edge) => edge.origin === 'reported') ? 'reported' : (edges[0]?.origin ?? 'declared');
  return { how, origin, ...(edges.every((edge) => edge.masking) ? { masking: true as const } : {}) };
}

/** `sales/orders v1 orders.amount`. */
export function placeText({ owner, table, column }: Pick<GraphNode, 'owner' | 'table' | 'column'>): string {
  const name = owner.replace(/@(\d+)$/, ' v$1');
  const part = [table, column].filter((one) => one !== undefined).join('.');
  return part === '' ? name : `${name} ${part}`;
}

function troubleText(io: Io, owners: readonly GraphOwner[], owner: string): string {
  const trouble = owners.find(({ id }) => id === owner)?.trouble ?? [];
  return trouble.length === 0 ? '' : tone(io, 'bad', `  ${trouble.map((one) => TROUBLE[one.condition]).join(', ')}`);
}

function cut(line: string, io: Io): string {
  const plain = [...stripVTControlCharacters(line)];
  return plain.length <= io.columns ? line : `${plain.slice(0, Math.max(0, io.columns - 1)).join('')}…`;
}
