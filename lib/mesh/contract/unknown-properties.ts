import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { WEFT_PROPERTIES, type WeftProperty } from './weft-properties.ts';

/** Warns of words that begin with `weft.` and mean nothing where they stand: somebody counts on what they do not say. */
export function warnOfUnknown(view: YamlView, places: readonly WeftProperty['on'][], findings: Findings): void {
  for (const item of view.list('customProperties')) {
    const name = item.text('property') ?? '';
    if (!name.startsWith('weft.')) continue;
    const known = Object.hasOwn(WEFT_PROPERTIES, name) ? WEFT_PROPERTIES[name] : undefined;
    if (known !== undefined && places.includes(known.on)) continue;
    const message = `"${name}" means nothing here`;
    const fix =
      known === undefined
        ? `it may be ${likeliest(name)}, or belong to another name than weft`
        : `it belongs to a ${known.on}`;
    findings.warning(80, item.place, message, fix);
  }
}

/** The known name that is reached with the fewest letters changed. */
function likeliest(name: string): string {
  const [best] = Object.keys(WEFT_PROPERTIES).toSorted((a, b) => distance(name, a) - distance(name, b));
  return `"${best}"`;
}

/** Letters to put in, take out or change to make one text of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...to].entries())
      next.push(Math.min((next[at] ?? 0) + 1, (row[at + 1] ?? 0) + 1, (row[at] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
