import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { columnLineage } from '#mesh/lineage/column-lineage.ts';
import type { Made } from '#mesh/lineage/scope.ts';
import { testParser } from './parser.ts';

const CASES = fileURLToPath(new URL('../../cases/lineage', import.meta.url));

let parser: SqlParser;
beforeAll(async () => {
  parser = await testParser();
});

/** `columns.yaml`: what the tables look like, and which database they are of where none is named. */
interface Columns {
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  readonly database?: string;
}

/** What is made of what, one line for each input: `<column> ← <database.table.column> <how> [masked]`; and what nobody can tell. */
function told(sql: string, { tables = {}, database }: Columns): object {
  const lineage = columnLineage(sql, { columns: tables, ...(database === undefined ? {} : { database }) }, parser);
  if (lineage === undefined) return { unreadable: true };
  const { columns, dataset, open, tables: read } = lineage;
  return {
    columns: Object.fromEntries(columns.map((column) => [column.name, inputs(column)])),
    ...(dataset.inputs.length === 0 ? {} : { dataset: inputs(dataset) }),
    ...(open.length === 0 ? {} : { open }),
    ...(dataset.unknown.length === 0 ? {} : { unknown: dataset.unknown }),
    tables: read,
  };
}

function inputs({ inputs: list, unknown }: Made): string[] {
  const lines = list.map(
    ({ table, column, how, masking }) => `${table}.${column} ${how}${masking === true ? ' masked' : ''}`,
  );
  return [...lines, ...unknown.map((what) => `unknown: ${what}`)];
}

describe('column lineage', () => {
  test.each(readdirSync(CASES).sort())('%s', (name) => {
    const file = (part: string) => join(CASES, name, part);
    const columns = parse(readFileSync(file('columns.yaml'), 'utf8')) as Columns;
    const found = told(readFileSync(file('query.sql'), 'utf8'), columns);
    if (process.env.WEFT_CASES_UPDATE === '1' || !existsSync(file('expected.yaml'))) {
      writeFileSync(file('expected.yaml'), stringify(found, { lineWidth: 0 }));
    }
    expect(found).toEqual(parse(readFileSync(file('expected.yaml'), 'utf8')));
  });
});
