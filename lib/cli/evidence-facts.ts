import type { AuditEntry } from '#mesh/audit/entry.ts';
import { askedAt } from '#mesh/audit/findings/finding.ts';
import { latest, member } from '#mesh/audit/findings/relations.ts';
import type { Period } from '#mesh/audit/report/period.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import { literal } from '#mesh/sql/literal.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import { entriesTable } from './audit-entries.ts';
import type { Connection } from './connection.ts';
import { readSet } from './policy-sets.ts';

/** The members of an entry as columns of the table, with those that are no text. */
const MEMBERS: Readonly<Record<keyof AuditEntry, 'text' | 'number' | 'list'>> = {
  id: 'text',
  at: 'text',
  kind: 'text',
  actor: 'text',
  action: 'text',
  correlation: 'text',
  reason: 'text',
  policies: 'list',
  entity: 'text',
  domain: 'text',
  product: 'text',
  major: 'number',
  version: 'text',
  subscription: 'text',
  consumer: 'text',
  stateBefore: 'text',
  stateAfter: 'text',
  generation: 'number',
  revision: 'number',
  summary: 'text',
  details: 'text',
  state: 'text',
  detailsRef: 'text',
  stateRef: 'text',
};

/** The entries of a period whole, oldest first, each as the canonical text (RFC 8785) that is a leaf of the log. */
export async function wholeEntries(
  connection: Connection,
  { from, to }: Period,
): Promise<{ entry: AuditEntry; text: string }[]> {
  const names = Object.keys(MEMBERS) as (keyof AuditEntry)[];
  const columns = names.map((name) =>
    MEMBERS[name] === 'list' ? `json_format(CAST(e.${name} AS JSON)) AS ${name}` : `e."${name.toLowerCase()}"`,
  );
  const sql = `SELECT ${columns.join(', ')} FROM ${entriesTable(connection)} e WHERE e."at" >= ${literal(from)} AND e."at" < ${literal(to)} ORDER BY e."at", e.id`;
  const { rows } = await query(connection, sql);
  return rows.map((row) => {
    const members = names.flatMap((name, index): [string, unknown][] => {
      const value = row[index];
      if (value === null || value === undefined) return [];
      const kind = MEMBERS[name];
      return [[name, kind === 'text' ? value : kind === 'number' ? Number(value) : JSON.parse(value)]];
    });
    // Flat, with texts, whole numbers and a list of texts: sorted names make it canonical.
    const entry = Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return { entry: entry as unknown as AuditEntry, text: JSON.stringify(entry) };
  });
}

/** The sets of policies that were in force at a moment, with their texts. */
export async function policiesAt(connection: Connection, at: string): Promise<PolicySet[]> {
  const { mesh, governanceAccount } = connection.topology;
  const asked = { database: auditDatabaseName(mesh), mesh, governanceAccount, ...askedAt(at) };
  const state = member('state', 's.state');
  const sql = `SELECT ${member('scope', 's.state')}, ${member('digest', 's.state')} FROM ${latest(asked, 'policy-set')} s WHERE ${state} = 'in-force' ORDER BY 1`;
  const { rows } = await query(connection, sql);
  return Promise.all(rows.map(([scope, digest]) => readSet(connection, { scope: scope ?? '', digest: digest ?? '' })));
}
