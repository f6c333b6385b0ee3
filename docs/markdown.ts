/** What every generated page says of itself. */
export const NOTE = '<!-- Written by `npm run docs` from the source; change it there. -->\n\n';

/** The text of a cell of a table. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}

/** A table; without rows nothing at all. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (texts: readonly string[]) => `| ${texts.map(cell).join(' | ')} |`;
  return `${[line(titles), `|${titles.map(() => '---|').join('')}`, ...rows.map(line)].join('\n')}\n`;
}

/** The text with a capital at its beginning and a full stop at its end. */
export function sentence(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
