/** Strings, quoted names and comments: what stands in them is no part of a statement's structure. */
const APART = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g;

/** Why a text is not one query, as the end of a sentence; undefined when it is. Whether the query is right only the engine can say. */
export function statementProblem(sql: string): string | undefined {
  const bare = sql.replaceAll(APART, (part) => (part.startsWith('-') || part.startsWith('/') ? ' ' : 'x')).trim();
  if (/['"]/.test(bare)) return 'has a quotation mark that does not end';
  if (/;/.test(bare.replace(/;\s*$/, ''))) return 'is more than one statement';
  if (!/^(?:\(\s*)*(?:select|with)\b/i.test(bare)) return 'does not begin with SELECT or WITH';
  return undefined;
}

/** One query without what ends it. */
export function bareStatement(sql: string): string {
  return sql.trim().replace(/;\s*$/, '');
}
