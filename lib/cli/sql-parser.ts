import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSqlParser, type SqlParser } from '#mesh/audit/reads/sql-parser.ts';

/** The parser of SQL, from the module that comes with its package. */
export function localSqlParser(): Promise<SqlParser> {
  return openSqlParser(() => readFileSync(fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'))));
}
