import { factsOf } from '#mesh/audit/time/facts.ts';
import type { VersionHistory } from '#mesh/audit/time/history.ts';
import { userError } from '#mesh/error.ts';
import { literal } from '#mesh/sql/literal.ts';
import { answerOf, askedHistory, showAccess } from '../audit-time.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const id = invocation.args[0] ?? '';
  const { domain, name } = splitProduct(id);
  const major = numberOption(invocation, 'major');
  const [table, column] = ['table', 'column'].map((option) => textOption(invocation, option)?.toLowerCase());
  const connection = await connect(invocation);
  const condition = `(entity = 'entitlement' OR (domain = ${literal(domain)} AND product = ${literal(name)}))`;
  const { history, when } = await askedHistory(invocation, connection, condition);
  const versions = history.versions.filter((version) => major === undefined || version.major === major);
  if (versions.length === 0) {
    const known = history.versions.map((version) => `v${version.major}`);
    throw userError('WEFT-AUDIT-024', `the trail knows no product ${id}${major === undefined ? '' : ` v${major}`}`, {
      hint: known.length === 0 ? 'weft product list shows the products' : `it knows ${known.join(', ')}`,
    });
  }
  checkNames(versions, table, column);
  const narrowing = { ...(table === undefined ? {} : { table }), ...(column === undefined ? {} : { column }) };
  const ladder = connection.topology.classification;
  const answer = answerOf(when, factsOf(history, versions, { ...when, ladder, narrowing }));
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else
    showAccess(io, answer, connection.topology, `nobody could read ${[id, table, column].filter(Boolean).join(' ')}`);
}

/** A name that no version ever had is a mistake, and no answer that nobody could read it. */
function checkNames(versions: readonly VersionHistory[], table: string | undefined, column: string | undefined): void {
  const every = versions.flatMap(({ states }) =>
    states.flatMap(({ value }) => [...value.record.tables, ...value.tables]),
  );
  const names = [...new Set(every.map(({ name }) => name))];
  if (table !== undefined && !names.includes(table)) {
    throw userError('WEFT-AUDIT-025', `the product never had a table ${JSON.stringify(table)}`, {
      hint: `it had ${names.join(', ')}`,
    });
  }
  const asked = every.filter(({ name }) => table === undefined || name === table);
  const columns = [...new Set(asked.flatMap((one) => [...one.columns, ...one.partitionKeys].map(({ name }) => name)))];
  if (column !== undefined && !columns.includes(column)) {
    throw userError('WEFT-AUDIT-025', `${table ?? 'the product'} never had a column ${JSON.stringify(column)}`, {
      hint: `it had ${columns.join(', ')}`,
    });
  }
}
