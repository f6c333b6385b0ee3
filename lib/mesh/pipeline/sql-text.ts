/** A text with strings, quoted names and comments blanked out, each character at its place. */
function skeleton(sql: string): string {
  return sql.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\//g, (part) =>
    part.replaceAll(/[^\n]/g, ' '),
  );
}

const FILES = /(?<![:\w]):files\b/g;

/** Why a text is not one SELECT; undefined when it is. */
export function notOneSelect(sql: string): string | undefined {
  const bare = skeleton(sql).trim();
  if (bare === '') return 'it is empty';
  const first = /^\(*\s*(\w+)/.exec(bare)?.[1] ?? bare.slice(0, 10);
  if (!/^(?:select|with|values)$/i.test(first)) return `it begins with ${first}`;
  if (/;[\s\S]*\S/.test(bare)) return 'it has more than one statement';
  return undefined;
}

/** True when the text asks for the files that came. */
export function asksForFiles(sql: string): boolean {
  return skeleton(sql).search(FILES) >= 0;
}

/** The SELECT without its final semicolon, and the files in the place of `:files`. */
export function withFiles(sql: string, files: readonly string[]): string {
  const bare = skeleton(sql);
  const end = bare.trimEnd().endsWith(';') ? bare.lastIndexOf(';') : sql.length;
  const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
  let text = sql.slice(0, end);
  for (const { index } of [...bare.slice(0, end).matchAll(FILES)].reverse()) {
    text = `${text.slice(0, index)}${list}${text.slice(index + ':files'.length)}`;
  }
  return text.trimEnd();
}
