import { type Html, html } from './html.ts';
import type { AccessStep, Count } from './report.ts';

const WIDTH = 640;
const LABEL = 230;
const ROW = 24;
const BAR = 14;

/** Bars from left to right with their values beside them, the longest first as given; at most `most` of them. */
export function bars(title: string, counts: readonly Count[], most = 12): Html {
  const shown = counts.slice(0, most);
  if (shown.length === 0) return html`<p class="none">Nothing to show.</p>`;
  const top = Math.max(1, ...shown.map(({ count }) => count));
  const room = WIDTH - LABEL - 60;
  const rows = shown.map(({ name, count }, index) => {
    const y = index * ROW;
    const width = Math.max(1, Math.round((count / top) * room));
    return html`<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${shortened(name)}</text><rect x="${LABEL}" y="${y + 4}" width="${width}" height="${BAR}" class="bar"/><text x="${LABEL + width + 6}" y="${y + 15}">${count}</text>`;
  });
  return figure(
    title,
    shown.length * ROW,
    rows,
    counts.length > most ? `${counts.length - most} more are not drawn.` : '',
  );
}

/** What was given and taken over time: solid and hatched columns beside each other, told apart without colour. */
export function steps(title: string, list: readonly AccessStep[]): Html {
  const shown = list.slice(-31);
  if (shown.length === 0) return html`<p class="none">No access was given or taken.</p>`;
  const [height, left, floor] = [150, 36, 120];
  const top = Math.max(1, ...shown.flatMap(({ added, removed }) => [added, removed]));
  const step = (WIDTH - left) / shown.length;
  const width = Math.min(22, step / 2 - 3);
  const tall = (count: number) => Math.round((count / top) * (floor - 24));
  const every = Math.ceil((shown.length * 76) / (WIDTH - left));
  const column = (x: number, count: number, fill: string) =>
    count === 0
      ? html``
      : html`<rect x="${round(x)}" y="${floor - tall(count)}" width="${round(width)}" height="${tall(count)}" class="${fill}"/><text x="${round(x + width / 2)}" y="${floor - tall(count) - 4}" text-anchor="middle">${count}</text>`;
  const columns = shown.map(({ name, added, removed }, index) => {
    const middle = left + step * (index + 0.5);
    const label =
      index % every === 0
        ? html`<text x="${round(middle)}" y="${floor + 18}" text-anchor="middle">${name}</text>`
        : html``;
    return html`${column(middle - width - 1, added, 'bar')}${column(middle + 1, removed, 'hatched')}${label}`;
  });
  const legend = html`<rect x="${left}" y="2" width="10" height="10" class="bar"/><text x="${left + 16}" y="11">added</text><rect x="${left + 80}" y="2" width="10" height="10" class="hatched"/><text x="${left + 96}" y="11">removed</text>`;
  const axis = html`<line x1="${left}" y1="${floor}" x2="${WIDTH}" y2="${floor}" class="axis"/>`;
  return figure(title, height, [legend, axis, ...columns], '');
}

function figure(title: string, height: number, content: readonly Html[], note: string): Html {
  return html`<figure><figcaption>${title}</figcaption><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${content}</svg>${note === '' ? html`` : html`<p class="none">${note}</p>`}</figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function shortened(name: string): string {
  const letters = [...name];
  return letters.length > 34 ? `${letters.slice(0, 16).join('')}…${letters.slice(-17).join('')}` : name;
}
