/** What was typed so far: the statements that are whole, and the rest. */
export interface Typed {
  readonly statements: readonly string[];
  readonly rest: string;
}

/** What may hold a `;` that ends nothing: strings, quoted names, comments. */
const TOKEN = /'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|;/g;

/** Splits what was typed at each `;` that ends a statement. */
export function splitStatements(text: string): Typed {
  const statements: string[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match[0] !== ';') continue;
    statements.push(text.slice(from, match.index).trim());
    from = match.index + 1;
  }
  const rest = text.slice(from);
  return { statements: statements.filter((one) => one !== ''), rest: rest.trim() === '' ? '' : rest };
}
