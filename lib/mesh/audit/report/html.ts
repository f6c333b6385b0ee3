/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[] | undefined;

/** HTML from a template: whatever is put into it is escaped, unless it is HTML of this function's own making. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: texts.map((text, index) => text + (index < parts.length ? shown(parts[index]) : '')).join('') };
}

function shown(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  return 'html' in part ? part.html : part.map((one) => one.html).join('');
}

/** Controls, and what turns the direction of the text around it: none of them belongs into a report. */
const UNFIT = /(?![\t\n\r])[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text inside HTML, attributes included. */
export function escapeHtml(text: string): string {
  return text.replaceAll(UNFIT, '\ufffd').replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
