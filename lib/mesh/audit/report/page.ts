import { type Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** A column of a table on a page. */
export interface PageColumn<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | Html;
  /** `long` breaks anywhere, and so makes room for the others; `wide` does, too, and gets the most room. */
  readonly kind?: 'number' | 'time' | 'long' | 'wide';
}

/** Rows of one table that a page shows; the data files have all. */
const MOST = 500;

/** A whole page that needs nothing else and may run nothing. */
export function page(title: string, body: readonly Html[]): string {
  const { html: text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: STYLE }}</style>
</head>
<body>
${body}
</body>
</html>
`;
  return text;
}

/** A table whose head is repeated on each sheet, or a sentence when there are no rows. */
export function table<T>(rows: readonly T[], columns: readonly PageColumn<T>[], none: string): Html {
  if (rows.length === 0) return html`<p class="none">${none}</p>`;
  const heads = columns.map(({ title, kind }) => html`<th class="${kind ?? ''}">${title}</th>`);
  const body = rows.slice(0, MOST).map((row) => {
    const cells = columns.map(
      ({ value, kind }) =>
        html`<td class="${kind ?? ''}">${kind === 'time' ? moment(String(value(row))) : value(row)}</td>`,
    );
    return html`<tr>${cells}</tr>\n`;
  });
  const rest = rows.length - MOST;
  return html`<table><thead><tr>${heads}</tr></thead><tbody>
${body}</tbody></table>${rest > 0 ? html`<p class="none">${rest} more are in the data files.</p>` : html``}`;
}

/** A moment to the second, in UTC. */
export function moment(at: string): string {
  return at.slice(0, 19).replace('T', ' ');
}

/** Who a principal is, short: role and session, or the name as it is. */
export function person(arn: string): string {
  if (!arn.startsWith('arn:')) return arn;
  return arn.includes(':assumed-role/') ? arn.split('/').slice(1).join('/') : (arn.split('/').at(-1) ?? arn);
}
