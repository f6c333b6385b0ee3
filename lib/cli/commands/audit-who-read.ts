import { periodOf } from '#mesh/audit/period.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { principalArn } from '../principal.ts';
import { type Column, renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';
import { type ColumnRead, whoRead } from '../who-read.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const { domain, name: product } = splitProduct(invocation.args[0] ?? '');
  const period = periodOf(textOption(invocation, 'from'), textOption(invocation, 'to'));
  if (!period.ok) {
    const [first, ...more] = period.problems;
    throw userError(first?.code ?? '', [first, ...more].map((problem) => problem?.message).join('; '), {
      hint: first?.fix,
    });
  }
  const connection = await connect(invocation);
  const principal = textOption(invocation, 'principal');
  const { reads, since } = await whoRead(connection, {
    domain,
    product,
    column: textOption(invocation, 'column'),
    table: textOption(invocation, 'table'),
    principal: principal === undefined ? undefined : principalArn(principal, connection.topology),
    ...period.value,
  });
  const withSql = invocation.options.sql === true;
  if (invocation.json) {
    const shown = withSql ? reads : reads.map(({ sql: _, ...read }) => read);
    io.out(`${JSON.stringify({ reads: shown })}\n`);
  } else if (reads.length === 0) {
    io.err(`nobody read it, as far as the trail knows, which has it since ${since}\n`);
  } else {
    io.out(renderTable(together(reads), COLUMNS, io.columns));
    if (withSql) io.out(texts(reads));
  }
}

/** The columns that one query read of one table through one subscription, in one line. */
interface Reading extends ColumnRead {
  readonly columns: readonly string[];
}

function together(reads: readonly ColumnRead[]): Reading[] {
  const groups = Map.groupBy(reads, ({ at, principal, query, table, subscription }) =>
    JSON.stringify([at, principal, query, table, subscription]),
  );
  return [...groups.values()].map((group) => ({
    ...(group[0] as ColumnRead),
    columns: group.map(({ column }) => column ?? '(rows only)'),
  }));
}

function texts(reads: readonly ColumnRead[]): string {
  const byQuery = new Map(reads.map(({ query, sql }) => [query, sql]));
  const known = [...byQuery].filter(([, sql]) => sql !== null);
  return known.map(([query, sql]) => `\n${query}\n  ${sql?.replaceAll('\n', '\n  ')}\n`).join('');
}

const COLUMNS: readonly Column<Reading>[] = [
  { title: 'at', value: ({ at }) => momentText(at), whole: true },
  { title: 'who', value: ({ principal, session }) => [principal.split('/').at(-1), session].join('/') },
  { title: 'read', value: ({ table, columns }) => `${table}: ${columns.join(', ')}` },
  { title: 'through', value: ({ subscription }) => subscription ?? 'no subscription' },
  { title: 'with', value: ({ service }) => service },
  { title: 'state', value: ({ state }) => state?.toLowerCase() ?? '' },
  { title: 'query', value: ({ query }) => query?.slice(0, 8) ?? '' },
];
