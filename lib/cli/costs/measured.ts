import { askedAt } from '#mesh/audit/findings/finding.ts';
import { latest, member } from '#mesh/audit/findings/relations.ts';
import type { Period } from '#mesh/audit/report/period.ts';
import type { Measured } from '#mesh/costs/split.ts';
import { literal } from '#mesh/sql/literal.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { query } from '../athena.ts';
import type { Connection } from '../connection.ts';
import { isQueryFailure } from '../query-failure.ts';

/** What each domain made of the drivers of cost in a period, from the audit tables; `reads` is empty where nothing keeps them. */
export async function measuredIn(connection: Connection, period: Pick<Period, 'from' | 'to'>): Promise<Measured> {
  const [acts, reads, products] = await Promise.all([
    actsOf(connection, period),
    readsOf(connection, period),
    productsOf(connection, period),
  ]);
  return { acts, reads, products };
}

/** Entries of the trail by the domain whose account acted; what the mesh did by itself counts for the domain that it was about. */
async function actsOf(connection: Connection, { from, to }: Pick<Period, 'from' | 'to'>): Promise<Map<string, number>> {
  const sql = `SELECT coalesce(regexp_extract(e.actor, '::([0-9]{12}):', 1), '') AS account, coalesce(e.domain, '') AS domain, count(*) AS acts
FROM ${database(connection)}.entries e WHERE e."at" >= ${literal(from)} AND e."at" < ${literal(to)} GROUP BY 1, 2 ORDER BY 1, 2`;
  const { rows } = await query(connection, sql);
  return sumUp(
    rows.map(([account, domain, count]) => [
      domainOfAccount(connection.topology, account ?? '')?.name ?? domain ?? '',
      Number(count),
    ]),
  );
}

/** Queries of products by the domain whose people ran them. */
async function readsOf(
  connection: Connection,
  { from, to }: Pick<Period, 'from' | 'to'>,
): Promise<Map<string, number>> {
  const sql = `SELECT r.account, count(DISTINCT coalesce(r.queryid, r."at")) AS reads
FROM ${database(connection)}.reads r WHERE r."at" >= ${literal(from)} AND r."at" < ${literal(to)} GROUP BY 1 ORDER BY 1`;
  try {
    const { rows } = await query(connection, sql);
    return sumUp(
      rows.map(([account, count]) => [domainOfAccount(connection.topology, account ?? '')?.name ?? '', Number(count)]),
    );
  } catch (error) {
    if (isQueryFailure(error)) return new Map();
    throw error;
  }
}

/** Versions that are offered at the end of the period, by their domain. */
async function productsOf(connection: Connection, { to }: Pick<Period, 'to'>): Promise<Map<string, number>> {
  const { mesh, governanceAccount } = connection.topology;
  const asked = { database: database(connection), mesh, governanceAccount, ...askedAt(to) };
  const sql = `SELECT p.domain, count(*) FROM ${latest(asked, 'product')} p WHERE ${member('state', 'p.state')} <> 'retired' GROUP BY 1 ORDER BY 1`;
  const { rows } = await query(connection, sql);
  return sumUp(rows.map(([domain, count]) => [domain ?? '', Number(count)]));
}

function sumUp(counts: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}

function database({ topology }: Connection): string {
  return auditDatabaseName(topology.mesh);
}
