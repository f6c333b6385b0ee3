import { CHECKPOINT_FILE } from '#mesh/audit/evidence/manifest.ts';
import { askedAt } from '#mesh/audit/findings/finding.ts';
import { latest, member } from '#mesh/audit/findings/relations.ts';
import type { Act, HeldSubscription, ReadCount, ReportFacts, StandingProduct } from '#mesh/audit/report/facts.ts';
import type { Period } from '#mesh/audit/report/period.ts';
import { userError, type WeftError } from '#mesh/error.ts';
import { literal } from '#mesh/sql/literal.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { query } from './athena.ts';
import { auditObject } from './audit-object.ts';
import type { Connection } from './connection.ts';
import { askFindings } from './findings.ts';
import { isQueryFailure } from './query-failure.ts';

/** Everything that a report of a period is made of, asked by SQL over the audit tables as they were at its end. */
export async function reportFacts(
  connection: Connection,
  period: Period,
  { product, now }: { readonly product?: string; readonly now: Date },
): Promise<ReportFacts> {
  if (product !== undefined) await checkProduct(connection, product, period.to);
  const [acts, subscriptions, products, findings, reads, checkpoint] = await Promise.all([
    actsOf(connection, period),
    subscriptionsAt(connection, period.to),
    productsAt(connection, period.to),
    askFindings(connection, period.to),
    readsOf(connection, period),
    auditObject(connection, CHECKPOINT_FILE),
  ]);
  const unasked = findings.flatMap(({ title, unknown }) => (unknown === undefined ? [] : [`${title}: ${unknown}`]));
  return {
    mesh: connection.topology.mesh,
    period,
    ...(product === undefined ? {} : { product }),
    madeAt: now.toISOString(),
    madeBy: connection.principal,
    acts,
    subscriptions,
    products,
    ...(Array.isArray(reads) ? { reads } : {}),
    findings,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    unknown: [...(Array.isArray(reads) ? [] : [`Reads: ${reads.message}`]), ...unasked],
  };
}

/** Nothing is told of a product only where there is one. @throws WeftError `WEFT-AUDIT-075` for one that the trail did not know by then */
async function checkProduct(connection: Connection, product: string, until: string): Promise<void> {
  const [domain = '', name = ''] = product.split('/');
  const sql = `SELECT count(*) FROM ${database(connection)}.entries e WHERE e.domain = ${literal(domain)} AND e.product = ${literal(name)} AND e."at" < ${literal(until)}`;
  const { rows } = await query(connection, sql);
  if (rows[0]?.[0] !== '0') return;
  throw userError('WEFT-AUDIT-075', `the trail knew no product ${product} by ${until}`, {
    hint: 'weft product list shows the products',
  });
}

const ACT_COLUMNS =
  'id at kind actor action correlation entity summary reason policies domain product subscription consumer stateBefore stateAfter'.split(
    ' ',
  );

const POLICY_GAP = ' ';

/** The entries of a period, oldest first. */
export async function actsOf(connection: Connection, { from, to }: Pick<Period, 'from' | 'to'>): Promise<Act[]> {
  const columns = ACT_COLUMNS.map((name) =>
    name === 'policies' ? `array_join(e.policies, '${POLICY_GAP}') AS policies` : `e."${name.toLowerCase()}"`,
  );
  const sql = `SELECT ${columns.join(', ')} FROM ${database(connection)}.entries e WHERE e."at" >= ${literal(from)} AND e."at" < ${literal(to)} ORDER BY e."at", e.id`;
  const { rows } = await query(connection, sql);
  return rows.map((row) => {
    const act = Object.fromEntries(ACT_COLUMNS.map((name, index) => [name, row[index] ?? '']));
    return { ...act, policies: (act.policies ?? '').split(POLICY_GAP).filter((id) => id !== '') } as unknown as Act;
  });
}

async function subscriptionsAt(connection: Connection, at: string): Promise<HeldSubscription[]> {
  const members = ['state', 'purpose', 'requestedBy', 'decidedBy', 'status.activatedAt', 'expiresAt'];
  const sql = `SELECT s.subscription, ${nameOf('s')}, s.consumer, ${members.map((path) => member(path, 's.state')).join(', ')} FROM ${latest(asked(connection, at), 'subscription')} s ORDER BY 2, 1`;
  const { rows } = await query(connection, sql);
  return rows.map((row) => {
    const [
      id = '',
      product = '',
      consumer = '',
      state = '',
      purpose = '',
      requestedBy = '',
      decidedBy = '',
      since = '',
      until = '',
    ] = row.map((value) => value ?? '');
    return { id, product, consumer, state, purpose, requestedBy, decidedBy, since, until };
  });
}

async function productsAt(connection: Connection, at: string): Promise<StandingProduct[]> {
  const members = ['owner', 'state', 'classification', 'status.registeredAt', 'status.timeToRegisterMs'];
  const sql = `SELECT ${nameOf('p')}, ${members.map((path) => member(path, 'p.state')).join(', ')} FROM ${latest(asked(connection, at), 'product')} p ORDER BY 1`;
  const { rows } = await query(connection, sql);
  return rows.map((row) => {
    const [name = '', owner = '', state = '', classification = '', registeredAt = '', time = ''] = row.map(
      (value) => value ?? '',
    );
    const product = { name, owner, state, classification, registeredAt };
    return time === '' ? product : { ...product, timeToRegisterMs: Number(time) };
  });
}

/** What was read in a period by product and reader; the reason, where nothing can tell. */
async function readsOf(connection: Connection, { from, to }: Period): Promise<ReadCount[] | WeftError> {
  const sql = `SELECT ${nameOf('r')} AS name, r.account, r.principal, coalesce(r.subscription, '') AS subscription,
  count(DISTINCT coalesce(r.queryid, r."at")) AS times, count(DISTINCT concat(r.tablename, '.', r.columnname)) AS seen, max(r."at") AS newest
FROM ${database(connection)}.reads r
WHERE r."at" >= ${literal(from)} AND r."at" < ${literal(to)} AND coalesce(r.state, 'SUCCEEDED') = 'SUCCEEDED'
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`;
  try {
    const { rows } = await query(connection, sql);
    return rows.map((row) => {
      const [product = '', account = '', principal = '', subscription = '', reads = '', columns = '', last = ''] =
        row.map((value) => value ?? '');
      const consumer = domainOfAccount(connection.topology, account)?.name ?? account;
      return { product, consumer, principal, subscription, reads: Number(reads), columns: Number(columns), last };
    });
  } catch (error) {
    if (isQueryFailure(error)) return error;
    throw error;
  }
}

function asked(connection: Connection, at: string) {
  const { mesh, governanceAccount } = connection.topology;
  return { database: database(connection), mesh, governanceAccount, ...askedAt(at) };
}

function database({ topology }: Connection): string {
  return auditDatabaseName(topology.mesh);
}

function nameOf(relation: string): string {
  return `concat(${relation}.domain, '/', ${relation}.product, ' v', CAST(${relation}.major AS VARCHAR))`;
}
