/** What stands before the query that a statement runs: it writes the result somewhere, explains it or keeps it as a view. */
const WRAPPERS: readonly RegExp[] = [
  /^explain\s+(?:analyze\s+)?(?:verbose\s+)?(?:\([^()]*\)\s*)?/i,
  /^unload\s*(?=\()/i,
  /^create\s+(?:or\s+replace\s+)?view\s+[^()]+?\s+as\s+(?=select\b|with\b|\()/i,
  /^create\s+table\s+.+?\s+as\s+(?=select\b|with\b|\()/is,
  /^insert\s+into\s+[^\s(]+\s*(?:\([^()]*\)\s*)?(?=select\b|with\b|\()/i,
  /^prepare\s+\S+\s+from\s+/i,
];

/** The query in a statement, without what the statement does with its rows; undefined when it runs none. */
export function innerQuery(statement: string): string | undefined {
  let text = withoutComments(statement).trim().replace(/;\s*$/, '');
  for (const wrapper of WRAPPERS) text = text.replace(wrapper, '').trim();
  if (text.startsWith('(')) text = inParentheses(text);
  return /^(?:select|with|table|values|\()/i.test(text) ? text : undefined;
}

/** The text in the parentheses that it begins with, when nothing of a query follows them; else the text. */
function inParentheses(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "'" || character === '"') {
      at = text.indexOf(character, at + 1);
      if (at < 0) return text;
    }
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth > 0) continue;
    const rest = text.slice(at + 1).trim();
    return rest === '' || /^to\b/i.test(rest) ? text.slice(1, at).trim() : text;
  }
  return text;
}

/** The text with a blank for each comment; quoted text stays as it is. */
function withoutComments(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.startsWith('--') || part.startsWith('/*') ? ' ' : part,
  );
}
