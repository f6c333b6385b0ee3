import type * as Sdk from '@polyglot-sql/sdk';
import * as manual from '@polyglot-sql/sdk/manual';
import { WeftError } from '../../error.ts';
import { namedTables } from './tree.ts';

/** What is known of a column that a query touches: of which table, as the query names it, or only that nobody can tell. */
export interface ColumnUse {
  readonly column: string;
  /** The table's full name in the query; absent: it may be of any table of the query. */
  readonly table?: string;
}

/** A table of the catalog that a query names. */
export interface TableUse {
  /** The full name in the query, by which `ColumnUse` refers to it. */
  readonly name: string;
  readonly schema?: string;
  readonly table: string;
}

/** What the parser says of one query. */
export interface QueryFacts {
  readonly tables: readonly TableUse[];
  readonly columns: readonly ColumnUse[];
  /** The syntax tree: what the facts above leave out is looked for in it. */
  readonly tree: unknown;
}

/** Reads SQL as Athena does; undefined for what it cannot read. */
export type SqlParser = (sql: string) => QueryFacts | undefined;

/** The build that is opened by hand has the functions of the other one, and its types leave them out. */
const { analyzeQuery, init, parse } = manual as unknown as Pick<typeof Sdk, 'analyzeQuery' | 'parse'> &
  Pick<typeof manual, 'init'>;
const ATHENA = 'athena' as Sdk.Dialect;

let opened: Promise<void> | undefined;

/**
 * The parser, made from the bytes of its module the first time.
 * @throws WEFT-AUDIT-040 when the bytes are no module of the parser.
 */
export async function openSqlParser(bytes: () => Uint8Array): Promise<SqlParser> {
  // Its types ask for an address, which Node could not fetch from a disk; it takes the bytes as well.
  opened ??= init({ wasmUrl: bytes() as unknown as URL }).catch((cause: unknown) => {
    opened = undefined;
    throw new WeftError('WEFT-AUDIT-040', 'the module of the SQL parser cannot be opened', {
      cause,
      hint: 'deploy again: `polyglot_sql.wasm` lies beside the code of the Lambda that keeps queries',
    });
  });
  await opened;
  return factsOf;
}

function factsOf(sql: string): QueryFacts | undefined {
  const { ast, success } = parse(sql, ATHENA);
  if (!success) return undefined;
  const { analysis } = analyzeQuery(sql, { dialect: ATHENA });
  // Its types leave out that there is none, e.g. of several statements in one text.
  if (!analysis) return { tables: namedTables(ast), columns: [], tree: ast };
  const uses = [
    ...analysis.projections.flatMap(({ upstream }) => upstream),
    ...(analysis.columnUses ?? []).flatMap(({ references }) => references),
  ];
  return {
    tables: [
      ...analysis.baseTables.map(({ name, schema, table }) => ({
        name,
        ...(schema ? { schema } : {}),
        table: table ?? name,
      })),
      // Those that it parses and does not analyze, e.g. of a join in parentheses.
      ...namedTables(ast),
    ],
    columns: uses.map(({ column, table, confidence }) => ({
      column,
      ...(confidence === 'resolved' && table ? { table } : {}),
    })),
    tree: ast,
  };
}
