import type { GraphEdge, GraphOwner, LineageGraph } from '#mesh/lineage/graph.ts';
import { isDirect } from '#mesh/lineage/transformation.ts';
import { type Box, layoutOf } from './lineage-layout.ts';
import { placeText, TROUBLE, waysText } from './lineage-tree.ts';

const CHARACTER = 7.3;
const LINE = 20;
const PADDING = 10;
const GAP = { x: 110, y: 28 };
const MARGIN = 24;
/** Longer names are cut; the whole one is in the title of what they are in. */
const LONGEST = 44;

/** Works on light and on dark pages; an image has no colours but its own. */
const STYLE = `
  svg { --ink: #1f2937; --soft: #6b7280; --line: #9ca3af; --box: #f9fafb; --head: #e5e7eb; --this: #2563eb; --bad: #b91c1c; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e5e7eb; --soft: #9ca3af; --line: #6b7280; --box: #1f2937; --head: #374151; --this: #60a5fa; --bad: #f87171; }
  }
  text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: var(--ink); }
  .soft { fill: var(--soft); } .bad { fill: var(--bad); }
  .box { fill: var(--box); stroke: var(--line); } .head { fill: var(--head); }
  .this { stroke: var(--this); stroke-width: 2; } .unwell { stroke: var(--bad); stroke-width: 2; }
  path { fill: none; stroke: var(--line); } .direct { stroke: var(--ink); }
  .declared { stroke-dasharray: 6 4; } .view { stroke-dasharray: 2 3; }`;

interface Drawn extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A graph as one SVG image, in layers from left to right, with nothing that it has to load. */
export function lineageSvg(graph: LineageGraph): string {
  const boxes = placed(layoutOf(graph));
  const width = Math.max(...boxes.map((box) => box.x + box.width), 0) + MARGIN;
  const height = Math.max(...boxes.map((box) => box.y + box.height), 0) + MARGIN + LINE;
  const title = `Lineage of ${placeText(graph.of)}`;
  const body = [
    ...graph.edges.map((edge) => drawEdge(edge, graph, boxes)),
    ...boxes.map((box) => drawBox(box, graph)),
    `<text class="soft" x="${MARGIN}" y="${height - 10}">solid: reported by a run, dashed: declared, dotted: view; grey: decides only</text>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...body.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

function placed(boxes: readonly Box[]): Drawn[] {
  const widths = new Map<number, number>();
  const sized = boxes.map((box) => {
    const texts = [headOf(box).slice(0, LONGEST), ...box.columns.map((column) => column.slice(0, LONGEST))];
    const width = Math.ceil(Math.max(...texts.map((text) => text.length)) * CHARACTER) + 2 * PADDING;
    widths.set(box.layer, Math.max(widths.get(box.layer) ?? 0, width));
    return { ...box, width, height: LINE * (1 + box.columns.length) + (box.columns.length > 0 ? PADDING : 4) };
  });
  const left = (layer: number) =>
    [...widths].reduce((sum, [at, width]) => (at < layer ? sum + width + GAP.x : sum), MARGIN);
  return sized.map((box) => {
    const above = sized.filter(({ layer, row }) => layer === box.layer && row < box.row);
    const y = above.reduce((sum, { height }) => sum + height + GAP.y, MARGIN);
    return { ...box, x: left(box.layer), y };
  });
}

function headOf({ owner, table }: Box): string {
  return placeText({ owner, ...(table === undefined ? {} : { table }) });
}

function drawBox(box: Drawn, { owners, of }: LineageGraph): string {
  const { x, y, width, height, columns, owner } = box;
  const trouble = owners.find(({ id }: GraphOwner) => id === owner)?.trouble ?? [];
  const asked = of.owner === owner && (of.table === undefined || of.table === box.table);
  const frame = trouble.length > 0 ? 'box unwell' : asked ? 'box this' : 'box';
  const said = trouble.map(({ condition, message = '' }) => `${TROUBLE[condition]} ${message}`.trim());
  return [
    '<g>',
    `<title>${escaped([headOf(box), ...said].join('\n'))}</title>`,
    `<rect class="${frame}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`,
    `<rect class="head" x="${x + 1}" y="${y + 1}" width="${width - 2}" height="${LINE}" rx="3"/>`,
    text(x + PADDING, y + 15, headOf(box), trouble.length > 0 ? 'bad' : ''),
    ...columns.map((column, index) => text(x + PADDING, y + LINE * (index + 2) - 2, column, '')),
    '</g>',
  ].join('');
}

function drawEdge(edge: GraphEdge, graph: LineageGraph, boxes: readonly Drawn[]): string {
  const [from, to] = [anchor(edge.from, graph, boxes), anchor(edge.to, graph, boxes)];
  if (from === undefined || to === undefined) return '';
  const [x1, x2] = [from.box.x + from.box.width, to.box.x];
  const bend = Math.max(40, Math.abs(x2 - x1) / 2);
  const direct = edge.how.length === 0 || edge.how.some(isDirect);
  const path = `M${x1} ${from.y} C${x1 + bend} ${from.y} ${x2 - bend} ${to.y} ${x2} ${to.y}`;
  const what = `${placeText(from.node)} → ${placeText(to.node)}: ${waysText(edge)}`;
  return `<path class="${edge.origin}${direct ? ' direct' : ''}" d="${path}"><title>${escaped(what)}</title></path>`;
}

/** Where edges of a place meet its box: at its column, or at the head. */
function anchor(id: string, graph: LineageGraph, boxes: readonly Drawn[]) {
  const node = graph.nodes.find((one) => one.id === id);
  const box = boxes.find(({ owner, table }) => owner === node?.owner && table === node?.table);
  if (node === undefined || box === undefined) return undefined;
  const index = node.column === undefined ? -1 : box.columns.indexOf(node.column);
  return { node, box, y: box.y + LINE * (index + 1.5) };
}

function text(x: number, y: number, content: string, kind: string): string {
  const shown = content.length > LONGEST ? `${content.slice(0, LONGEST - 1)}…` : content;
  return `<text${kind === '' ? '' : ` class="${kind}"`} x="${x}" y="${y}">${escaped(shown)}</text>`;
}

/** What is text and no markup; a character that XML does not know at all is shown as what it is not. */
function escaped(content: string): string {
  return content
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
