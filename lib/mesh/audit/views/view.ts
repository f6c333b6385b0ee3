/** A view of the trail's database, in the words of Athena. */
export interface AuditView {
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  /** Presto's types by column, in order. */
  readonly columns: Readonly<Record<string, string>>;
}

const HIVE_TYPES: Readonly<Record<string, string>> = { varchar: 'string', integer: 'int' };

/** A column's type as Glue names it. */
export function hiveType(type: string): string {
  return type
    .replaceAll(/\b(varchar|integer)\b/g, (word) => HIVE_TYPES[word] ?? word)
    .replaceAll('array(', 'array<')
    .replaceAll('row(', 'struct<')
    .replaceAll(')', '>')
    .replaceAll(/(\w+) (string|int|bigint)/g, '$1:$2')
    .replaceAll(', ', ',');
}

/** What Athena keeps of a view in Glue: `ViewOriginalText`. `encode` is base64. */
export function viewText(view: AuditView, database: string, encode: (text: string) => string): string {
  const columns = Object.entries(view.columns).map(([name, type]) => ({ name, type }));
  const kept = { originalSql: view.sql, catalog: 'awsdatacatalog', schema: database, columns };
  return `/* Presto View: ${encode(JSON.stringify(kept))} */`;
}
