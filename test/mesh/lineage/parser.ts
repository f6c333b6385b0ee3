import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openSqlParser, type SqlParser } from '#mesh/audit/reads/sql-parser.ts';

const MODULE = fileURLToPath(import.meta.resolve('@polyglot-sql/sdk/polyglot_sql.wasm'));

/** The parser that the Lambdas have. */
export function testParser(): Promise<SqlParser> {
  return openSqlParser(() => readFileSync(MODULE));
}
