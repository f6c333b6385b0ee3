/** A column that the caller may read. */
export interface CatalogColumn {
  readonly database: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

const KEYWORDS = (
  'SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT JOIN LEFT RIGHT FULL OUTER INNER CROSS ON USING AS AND OR NOT IN IS NULL LIKE BETWEEN EXISTS ' +
  'DISTINCT CASE WHEN THEN ELSE END WITH UNION ALL INTERSECT EXCEPT ASC DESC CAST OVER PARTITION UNNEST count sum avg min max approx_distinct ' +
  'approx_percentile coalesce date_trunc date_diff lower upper substr'
).split(' ');

/** The commands of the prompt itself. */
export const META: Readonly<Record<string, string>> = {
  '.tables': '[text]: the tables that you may read',
  '.columns': '<table>: its columns and their types',
  '.format': 'table, csv or json: how results are shown',
  '.help': 'these commands',
  '.quit': 'leave; so does Ctrl-D',
};

/** What may follow what was typed, and the word that it replaces: commands, keywords, products, tables, and the columns of the tables that are named. */
export function completions(typed: string, columns: readonly CatalogColumn[]): [string[], string] {
  if (/^\s*\.\w*$/.test(typed)) {
    const word = typed.trim();
    return [Object.keys(META).filter((name) => name.startsWith(word)), word];
  }
  const word = /[\w.]*$/.exec(typed)?.[0] ?? '';
  const named = columns.filter(({ table, database }) => mentions(typed, table) || mentions(typed, database));
  const afterPlace = /\b(?:from|join)\s+[\w.]*$/i.test(typed) || /^\s*\.columns\s/.test(typed);
  const tables = columns.map(({ database, table }) => `${database}.${table}`);
  const databases = columns.map(({ database }) => database);
  const fields = (named.length > 0 ? named : columns).map(({ column }) => column);
  const [alias, start] = word.includes('.') ? word.split('.') : [undefined, word];
  // After `t.` come the columns of whatever tables are named; a database before the dot is in the tables already.
  const dotted = alias === undefined || databases.includes(alias) ? [] : fields.map((field) => `${alias}.${field}`);
  const words = afterPlace ? [...databases, ...tables] : [...fields, ...dotted, ...tables, ...keywordsAs(start ?? '')];
  const fitting = words.filter((one) => one.toLowerCase().startsWith(word.toLowerCase()));
  return [[...new Set(fitting)].sort(), word];
}

function mentions(typed: string, name: string): boolean {
  return new RegExp(`\\b${name}\\b`, 'i').test(typed);
}

/** Keywords in the case in which somebody types. */
function keywordsAs(start: string): string[] {
  if (start === '') return [];
  return KEYWORDS.map((word) => (start === start.toLowerCase() ? word.toLowerCase() : word.toUpperCase()));
}
