import { factsOf } from '#mesh/audit/time/facts.ts';
import { literal } from '#mesh/sql/literal.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { entriesTable } from '../audit-entries.ts';
import { answerOf, askedHistory, nameIn, showAccess } from '../audit-time.ts';
import type { Invocation } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { principalArn } from '../principal.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const asked = invocation.args[0] ?? '';
  const connection = await connect(invocation);
  const principal = /^\d{12}$/.test(asked) ? asked : principalArn(asked, connection.topology);
  const { history, when } = await askedHistory(invocation, connection, conditionFor(principal, connection));
  const ladder = connection.topology.classification;
  const facts = factsOf(history, history.versions, { ...when, ladder, narrowing: { principal } });
  const answer = answerOf(when, facts);
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else showAccess(io, answer, connection.topology, `${nameIn(connection.topology)(principal)} could read nothing`);
}

/**
 * Every entry of the products that the principal's account is a consumer of, and of those where somebody gave something past the mesh: only there can others
 * than consumers have anything. Who is in no domain's account is asked of every product.
 */
function conditionFor(principal: string, connection: Connection): string {
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(principal)?.[1] ?? principal;
  const consumer = domainOfAccount(connection.topology, account)?.name;
  if (consumer === undefined) return '1 = 1';
  const id = "concat(domain, '/', product)";
  const theirs = `SELECT ${id} FROM ${entriesTable(connection)} WHERE (consumer = ${literal(consumer)} OR kind = 'drift') AND product IS NOT NULL`;
  const own = `(entity = 'product' OR consumer = ${literal(consumer)}) AND ${id} IN (${theirs})`;
  return `(entity = 'entitlement' OR (${own}))`;
}
